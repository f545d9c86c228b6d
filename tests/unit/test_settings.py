"""The variables that a deployment gives are those that a function reads, checked before they go."""

from typing import Any

import pytest

from api.settings import ApiSettings
from earshot.settings import (
    BulkSettings,
    IndexSettings,
    StoreSettings,
    TranscribeSettings,
    default_of,
    environment_of,
)

STORE = {"table": "recordings", "audio_bucket": "audio", "transcripts_bucket": "transcripts"}


def test_a_function_reads_what_the_deployment_rendered(monkeypatch: pytest.MonkeyPatch) -> None:
    given: dict[str, Any] = STORE | {
        "model": "models/demo",
        "bulk_queue_url": "https://queue",
        "max_audio_bytes": 5,
        "max_audio_seconds": 1.5,
    }
    for name, value in environment_of(BulkSettings, **given).items():
        monkeypatch.setenv(name, value)
    assert BulkSettings().model_dump(include=set(given)) == given


def test_variables_have_the_names_that_running_stacks_know() -> None:
    assert environment_of(StoreSettings, **STORE) == {
        "EARSHOT_TABLE": "recordings",
        "EARSHOT_AUDIO_BUCKET": "audio",
        "EARSHOT_TRANSCRIPTS_BUCKET": "transcripts",
    }


def test_names_that_are_known_only_when_deployed_pass_as_they_are() -> None:
    token = "${Token[TOKEN.123]}"  # what the CDK has until then
    rendered = environment_of(
        IndexSettings,
        table=token,
        audio_bucket=token,
        transcripts_bucket=token,
        opensearch_url=f"https://{token}",
        failure_queue_url=token,
    )
    assert rendered["EARSHOT_FAILURE_QUEUE_URL"] == token
    assert rendered["EARSHOT_OPENSEARCH_URL"] == f"https://{token}"


def test_settings_without_a_value_are_left_to_their_default() -> None:
    rendered = environment_of(TranscribeSettings, **STORE, model="m", bulk_queue_url=None)
    assert set(rendered) == {*environment_of(StoreSettings, **STORE), "EARSHOT_MODEL"}
    assert default_of(TranscribeSettings, "max_receives") == 5


def test_an_image_may_set_what_the_deployment_does_not() -> None:
    assert environment_of(TranscribeSettings, **STORE, set_elsewhere=["model"])


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"tabel": "t"}, "StoreSettings has no setting tabel"),
        ({"table": "t", "audio_bucket": "a"}, "StoreSettings needs transcripts_bucket"),
        (STORE | {"table": ""}, "StoreSettings: table can't be ''"),
        (STORE | {"table": 5}, "StoreSettings: table can't be 5"),
    ],
)
def test_what_a_function_would_refuse_is_refused_when_it_is_rendered(
    values: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        environment_of(StoreSettings, **values)


def test_a_limit_that_is_no_limit_is_refused() -> None:
    with pytest.raises(ValueError, match="max_audio_seconds can't be 0: Input should be greater"):
        environment_of(TranscribeSettings, **STORE, model="m", max_audio_seconds=0)


def test_a_secret_is_not_written_into_an_environment() -> None:
    with pytest.raises(ValueError, match="api_key is a secret"):
        environment_of(ApiSettings, **STORE, opensearch_url="http://x", api_key="k" * 20)


@pytest.mark.parametrize("model", [TranscribeSettings, BulkSettings, IndexSettings, ApiSettings])
def test_every_setting_says_what_it_is(model: Any) -> None:
    assert [name for name, field in model.model_fields.items() if not field.description] == []
