"""The sign-in app, a real provider beside it, and a browser before it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from moto import mock_aws
from starlette.testclient import TestClient

from earshot.access.store import Keys
from sign_in.app import create_app
from sign_in.parts import Parts
from sign_in.settings import SignInSettings
from tests.oidc_provider import Provider, running
from tests.session_keys import pair

SITE = "https://site.example"


@dataclass
class Clock:
    """A clock that tests set."""

    now: datetime

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, **time: float) -> None:
        self.now += timedelta(**time)


@dataclass(frozen=True)
class Secrets:
    """As much of Secrets Manager as the app asks for."""

    values: dict[str, str]

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803 - boto3's name
        return {"SecretString": self.values[SecretId]}


@pytest.fixture
def private_key() -> str:
    return pair().private


@pytest.fixture
def public_key() -> str:
    return pair().public


@pytest.fixture(scope="session")
def _running() -> Iterator[Provider]:
    with running() as found:
        yield found


@pytest.fixture
def provider(_running: Provider) -> Iterator[Provider]:
    yield _running
    _running.forge = None


@pytest.fixture
def clock() -> Clock:
    return Clock(datetime.now(UTC))


@pytest.fixture
def options(provider: Provider, public_key: str) -> dict[str, Any]:
    return {
        "reading": "sign-in",
        "site_url": SITE,
        "session_secret": "private",
        "session_key": public_key,
        "cdn_key_id": "K2JCJMDEHXQW5F",
        "issuer": provider.url,
        "client_id": "earshot",
    }


@pytest.fixture
def browser(options: dict[str, Any], private_key: str, clock: Clock) -> TestClient:
    secrets: Any = Secrets({"private": private_key, "client": "shared"})
    parts = Parts(SignInSettings(**options), secrets)
    return TestClient(create_app(parts, clock), base_url=SITE, follow_redirects=False)


@pytest.fixture
def keys() -> Iterator[Any]:
    """The table of keys, as a boto3 Table, with `earshot.access.store.Keys` around it."""
    with mock_aws():
        table = boto3.resource(
            "dynamodb", "eu-central-1", aws_access_key_id="test", aws_secret_access_key="test"
        ).create_table(
            TableName="keys",
            KeySchema=[{"AttributeName": "key_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "key_id", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield Keys(table)


@pytest.fixture
def key_browser(options: dict[str, Any], private_key: str, clock: Clock, keys: Any) -> TestClient:
    """Before an app that lets people in by keys."""
    settings = SignInSettings(**{**options, "reading": "key", "keys_table": "keys"})
    secrets: Any = Secrets({"private": private_key})
    parts = Parts(settings, secrets, keys._table)
    return TestClient(create_app(parts, clock), base_url=SITE, follow_redirects=False)
