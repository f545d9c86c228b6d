"""Which deployment a command talks to, and what it says when there is none."""

import json
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from earshot.cli import outputs
from scripts.__main__ import app

OTHER_STACK = {
    "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
    "Outputs": {"Url": {"Value": {"Ref": "Queue"}}},
}


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Someone who has set up nothing for AWS."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE",
                 "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "EARSHOT_STACK"):  # fmt: skip
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


@pytest.fixture
def account(nobody: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An account with a stack that is none of ours."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with mock_aws():
        boto3.client("cloudformation").create_stack(
            StackName="Other", TemplateBody=json.dumps(OTHER_STACK)
        )
        yield


def test_a_stack_that_is_not_there_is_named_with_what_to_check(account: None) -> None:
    with pytest.raises(outputs.NoDeployment, match="The stack Earshott can't be looked up") as told:
        outputs.find("Earshott")
    assert "does not exist. Check its name" in str(told.value)


def test_a_stack_of_something_else_is_told_as_that(account: None) -> None:
    with pytest.raises(outputs.NoDeployment, match="The stack Other has no output 'AudioBucket'"):
        outputs.find("Other")


def test_missing_credentials_are_told_as_that(
    nobody: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(outputs.NoDeployment, match=r"specify a region\. Check"):
        outputs.find("Earshot")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with pytest.raises(outputs.NoDeployment, match=r"Unable to locate credentials\. Check"):
        outputs.find("Earshot")


@pytest.mark.parametrize("command", ["check", "redrive", "reindex"])
def test_a_command_says_it_in_a_sentence(nobody: None, command: str) -> None:
    done = CliRunner().invoke(app, [command, "--stack", "Earshott"])
    assert done.exit_code == 2
    assert done.stderr.startswith("error: The stack Earshott can't be looked up")
