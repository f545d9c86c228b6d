"""An endpoint that answers as it is told, and the table of hooks, over moto."""

from collections.abc import Iterator

import boto3
import pytest

from earshot.webhooks.store import Hooks
from tests.fake_aws import empty_account
from tests.webhook_endpoint import Endpoint, listening


@pytest.fixture
def endpoint() -> Iterator[Endpoint]:
    with listening() as endpoint:
        yield endpoint


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with empty_account(monkeypatch):
        yield


@pytest.fixture
def hooks(aws: None) -> Hooks:
    return Hooks(
        boto3.resource("dynamodb").create_table(
            TableName="hooks",
            KeySchema=[{"AttributeName": "hook_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "hook_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    )
