"""`earshot keys`: what an operator types, and what the table then holds."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from earshot.access.keys import Scope
from earshot.access.store import Keys
from earshot.cli import keys as command
from earshot.cli.main import app

REGION = "eu-central-1"


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Keys]:
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        dynamodb = boto3.resource("dynamodb", region_name=REGION)
        dynamodb.create_table(
            TableName="keys",
            KeySchema=[{"AttributeName": "key_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        keys = Keys(dynamodb.Table("keys"))
        monkeypatch.setattr(command, "_keys", lambda stack: keys)
        yield keys


def run(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["keys", *arguments])


def test_a_key_is_printed_once_and_listed_without_its_text(table: Keys) -> None:
    text = run("create", "team", "--scope", "transcribe", "--scope", "read", "--days", "9").stdout
    (key,) = table.all()
    assert key.opens_with(text.strip())
    assert key.scopes == {Scope.READ, Scope.TRANSCRIBE}
    listed = run("list").stdout
    assert "read,transcribe" in listed
    assert "valid" in listed
    assert text.strip() not in listed


def test_a_name_has_one_key_until_it_is_rotated(table: Keys) -> None:
    assert run("create", "team", "--scope", "read").exit_code == 0
    again = run("create", "team", "--scope", "read")
    assert again.exit_code == 2
    assert run("create", "two words", "--scope", "read").exit_code == 2
    assert run("create", "other", "--scope", "everything").exit_code == 2
    assert len(table.all()) == 1


def test_a_rotated_key_and_the_new_one_are_both_taken_for_a_while(table: Keys) -> None:
    old_text = run("create", "team", "--scope", "upload", "--per-minute", "5").stdout.strip()
    new_text = run("rotate", "team", "--overlap-hours", "2").stdout.strip()
    old, new = table.all()
    assert old.opens_with(old_text)
    assert new.opens_with(new_text)
    now = datetime.now(UTC)
    assert old.is_valid(now + timedelta(hours=1))
    assert not old.is_valid(now + timedelta(hours=3))
    assert new.is_valid(now + timedelta(days=1000))
    assert (new.scopes, new.per_minute) == (old.scopes, 5)
    assert run("rotate", "nobody").exit_code == 2


def test_a_revoked_key_is_over_at_once_and_still_listed(table: Keys) -> None:
    run("create", "team", "--scope", "read")
    (key,) = table.all()
    assert run("revoke", key.key_id).exit_code == 0
    assert not table.all()[0].is_valid(datetime.now(UTC))
    assert "revoked" in run("list").stdout
    assert run("revoke", "team").exit_code == 2, "there is none left"
    assert run("create", "team", "--scope", "read").exit_code == 0
