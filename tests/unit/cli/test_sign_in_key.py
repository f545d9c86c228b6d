"""`earshot sign-in-key`: the private key is kept where the sign-in finds it, the other printed."""

import json
from collections.abc import Iterator

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from earshot.access.key_pair import secret_name
from earshot.cli.main import app
from tests.fake_aws import empty_account


@pytest.fixture(autouse=True)
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with empty_account(monkeypatch):
        yield


def test_the_line_for_the_settings_names_the_secret_that_was_made() -> None:
    made = CliRunner().invoke(app, ["sign-in-key"])
    assert made.exit_code == 0, made.output
    settings = json.loads("{" + made.stdout.strip().rstrip(",") + "}")
    kept = boto3.client("secretsmanager").get_secret_value(
        SecretId=secret_name(settings["session_key"])
    )
    assert "PRIVATE KEY" in kept["SecretString"]
    assert kept["SecretString"] not in made.output


def test_a_key_that_could_not_be_kept_is_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "CreateSecret")

    monkeypatch.setattr("botocore.client.BaseClient._make_api_call", refuse)
    made = CliRunner().invoke(app, ["sign-in-key"])
    assert made.exit_code == 1
    assert made.stdout == ""
    assert "did not take the private key" in str(made.exception) + made.stderr
