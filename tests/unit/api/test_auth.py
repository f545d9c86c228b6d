"""Who may transcribe, write and delete."""

from datetime import datetime, timedelta
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.parameters import base
from aws_lambda_powertools.utilities.parameters.constants import DEFAULT_PROVIDERS
from fastapi import FastAPI
from fastapi.testclient import TestClient
from pydantic import ValidationError

from api import auth, services
from api.settings import ApiSettings
from tests.unit.api.stage import AUTHORIZED, KEY, REGION, ToldRecogniser

WRITES = [
    ("POST", "/asr"),
    ("POST", "/v1/audio/transcriptions"),
    ("POST", "/uploads"),
    ("DELETE", "/recordings/aaaaaaaaaaaaaaaa"),
    ("POST", "/recordings/aaaaaaaaaaaaaaaa/retranscribe"),
]
HEADERS: list[Any] = [
    {},
    {"authorization": ""},
    {"authorization": "Bearer"},
    {"authorization": "Bearer "},
    {"authorization": f"Basic {KEY}"},
    {"authorization": KEY},
    {"authorization": f"Bearer {KEY[:-1]}"},
    {"authorization": f"Bearer {KEY}x"},
    {"authorization": f"Bearer {KEY.upper()}"},
    {"authorization": "Bearer " + "x" * 10_000},
    {"authorization": "Bearer clé-ключ".encode()},
]


@pytest.mark.parametrize(("method", "address"), WRITES)
def test_writing_without_the_key_is_a_401(
    client: TestClient, hears: ToldRecogniser, method: str, address: str
) -> None:
    for headers in HEADERS:
        answer = client.request(method, address, headers=headers)
        assert answer.status_code == 401, headers
        assert answer.headers["www-authenticate"] == "Bearer"
    assert hears.heard == []


def test_the_key_opens(client: TestClient) -> None:
    answer = client.post("/asr", headers=AUTHORIZED, files={"file": b"mp3"})
    assert answer.status_code == 200
    lower = {"authorization": f"bearer {KEY}"}  # schemes have no case (RFC 9110, 11.1)
    assert client.post("/asr", headers=lower, files={"file": b"mp3"}).status_code == 200


@pytest.mark.parametrize(
    "address", ["/ping", "/recordings", "/search?q=a", "/suggest?q=a", "/v1/models", "/docs"]
)
def test_reading_needs_no_key(client: TestClient, address: str) -> None:
    assert client.get(address).status_code == 200


def test_a_wrong_key_deletes_nothing(client: TestClient, put: Any) -> None:
    address = f"/recordings/{put('a.mp3')}"
    assert client.delete(address, headers={"authorization": "Bearer wrong"}).status_code == 401
    assert client.get(address).status_code == 200


class Clock(datetime):
    """The time as the cache of secrets sees it."""

    ahead = timedelta()

    @classmethod
    def now(cls, tz: Any = None) -> Any:
        return datetime.now(tz) + cls.ahead


@pytest.fixture
def secret(app: FastAPI, settings: ApiSettings, aws: None, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The key in Secrets Manager, under a clock that the test sets."""
    client = boto3.client("secretsmanager", region_name=REGION)
    client.create_secret(Name="key", SecretString="the-first-key")
    stored = settings.model_copy(update={"api_key": None, "api_key_secret": "key"})
    app.dependency_overrides[services.settings] = lambda: stored
    monkeypatch.setattr(base, "datetime", Clock)
    monkeypatch.setattr(Clock, "ahead", timedelta())
    DEFAULT_PROVIDERS.pop("secrets", None)
    yield client
    DEFAULT_PROVIDERS.pop("secrets", None)


def _opens(client: TestClient, key: str) -> bool:
    headers = {"authorization": f"Bearer {key}"}
    answer = client.post("/asr", headers=headers, files={"file": b"mp3"})
    assert answer.status_code in (200, 401)
    return answer.status_code == 200


def test_a_rotated_key_is_taken_and_the_old_one_refused_within_a_minute(
    client: TestClient, secret: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert _opens(client, "the-first-key")
    secret.put_secret_value(SecretId="key", SecretString="the-second-key")
    assert _opens(client, "the-first-key"), "asked once a minute, not once a request"
    monkeypatch.setattr(Clock, "ahead", timedelta(seconds=auth.KEY_LIFETIME_SECONDS + 1))
    assert _opens(client, "the-second-key")
    assert not _opens(client, "the-first-key")


def test_without_secrets_manager_nothing_opens_and_reading_goes_on(
    client: TestClient, secret: Any
) -> None:
    secret.delete_secret(SecretId="key", ForceDeleteWithoutRecovery=True)
    answer = client.post("/asr", headers=AUTHORIZED, files={"file": b"mp3"})
    assert answer.status_code == 503
    assert "key" not in answer.json()["error"]["code"]
    assert client.get("/recordings").status_code == 200


def test_an_api_without_any_key_does_not_start() -> None:
    places: dict[str, Any] = {
        "table": "t",
        "audio_bucket": "a",
        "transcripts_bucket": "b",
        "opensearch_url": "http://127.0.0.1:1",
    }
    with pytest.raises(ValidationError, match="EARSHOT_API_KEY_SECRET"):
        ApiSettings(**places)
    with pytest.raises(ValidationError, match="at least 16"):
        ApiSettings(**places, api_key="short")


def test_the_key_is_not_in_what_settings_print(settings: ApiSettings) -> None:
    assert KEY not in repr(settings)


def test_a_function_that_only_reads_takes_no_key(app: FastAPI, settings: ApiSettings) -> None:
    reading = settings.model_copy(update={"api_key": None, "reads_only": True})
    app.dependency_overrides[services.settings] = lambda: reading
    client = TestClient(app)
    assert client.get("/recordings").status_code == 200
    for method, address in WRITES:
        for headers in HEADERS:
            assert client.request(method, address, headers=headers).status_code == 401
