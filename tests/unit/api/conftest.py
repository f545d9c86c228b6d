"""The app over moto, with the real store and a recogniser that is told what it hears."""

import socket
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import boto3
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from moto import mock_aws

from api import auth, services
from api.recogniser import recogniser
from api.settings import ApiSettings
from earshot.access.store import Keys
from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer
from earshot.recordings.ids import recording_id
from earshot.recordings.store import Recordings
from earshot.speech.transcript import Transcript
from earshot.webhooks.store import Hooks
from tests.fake_aws import recordings_table
from tests.unit.api.stage import (
    AUDIO_BUCKET,
    KEY,
    REGION,
    TABLE,
    TRANSCRIPTS_BUCKET,
    ToldRecogniser,
    ToldSearch,
    ready_app,
)


@pytest.fixture
def settings() -> ApiSettings:
    return ApiSettings(
        table=TABLE,
        audio_bucket=AUDIO_BUCKET,
        transcripts_bucket=TRANSCRIPTS_BUCKET,
        opensearch_url="http://127.0.0.1:1",
        api_key=KEY,
        model_name="demo",
        max_audio_bytes=1_000_000,
    )


@pytest.fixture(scope="session")
def session() -> boto3.Session:
    """Made once: boto3 takes longer to make a client than a test takes."""
    return boto3.Session("test", "test", region_name=REGION)


@pytest.fixture(scope="session")
def s3(session: boto3.Session) -> Any:
    return session.resource("s3", config=services.PRESIGNING)


@pytest.fixture(scope="session")
def dynamodb(session: boto3.Session) -> Any:
    return session.resource("dynamodb")


@pytest.fixture(scope="session")
def sqs(session: boto3.Session) -> Any:
    return session.client("sqs")


@pytest.fixture
def aws(s3: Any, dynamodb: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty account with our table and buckets."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        for name in (AUDIO_BUCKET, TRANSCRIPTS_BUCKET):
            s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        recordings_table(dynamodb, TABLE)
        yield


@pytest.fixture
def store(aws: None, s3: Any, dynamodb: Any) -> Recordings:
    return Recordings(dynamodb.Table(TABLE), s3.Bucket(TRANSCRIPTS_BUCKET))


@pytest.fixture
def bucket(aws: None, s3: Any) -> Any:
    return s3.Bucket(AUDIO_BUCKET)


@pytest.fixture
def put(store: Recordings, bucket: Any) -> Callable[..., str]:
    """Put a recording in the bucket and bring it to where the pipeline would; returns its id."""
    count = 0

    def put(
        key: str,
        said: Transcript | None = None,
        facets: dict[str, str] | None = None,
        failure: Any = None,
    ) -> str:
        nonlocal count
        count += 1
        bucket.put_object(Key=key, Body=b"sound")
        event = ObjectEvent(
            change=Change.CREATED,
            bucket=AUDIO_BUCKET,
            key=key,
            sequencer=comparable_sequencer(f"{count:04}"),
            time="2024-05-01T12:00:00Z",
            etag=f"etag-{count}",
        )
        store.claim(event, "f00d", facets or {}, 5)
        if failure:
            store.fail(event, failure)
        elif said:
            store.finish(event, said, 1)
        return recording_id(key)

    return put


@pytest.fixture
def queue(aws: None, sqs: Any) -> services.Announcements:
    return services.Announcements(sqs, sqs.create_queue(QueueName="retranscriptions")["QueueUrl"])


@pytest.fixture
def fetches(aws: None, sqs: Any) -> services.Fetches:
    return services.Fetches(sqs, sqs.create_queue(QueueName="fetches")["QueueUrl"])


@pytest.fixture
def keys(aws: None, dynamodb: Any) -> Keys:
    """The table of named keys."""
    dynamodb.create_table(
        TableName="keys",
        KeySchema=[{"AttributeName": "key_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "key_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return Keys(dynamodb.Table("keys"))


@pytest.fixture
def named(keys: Keys) -> auth.NamedKeys:
    return auth.NamedKeys(keys)


@pytest.fixture
def hooks(aws: None, dynamodb: Any) -> Hooks:
    """The table of webhooks."""
    dynamodb.create_table(
        TableName="hooks",
        KeySchema=[{"AttributeName": "hook_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "hook_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    return Hooks(dynamodb.Table("hooks"))


def resolve(host: str, port: int, family: int, kind: Any) -> list[Any]:
    """No test asks the real DNS: what is no numeric address is a public host."""
    try:
        return socket.getaddrinfo(host, port, family, kind, flags=socket.AI_NUMERICHOST)
    except OSError:
        if not host.endswith(".example"):
            raise
        return [(socket.AF_INET, kind, 6, "", ("8.8.8.8", port))]


@pytest.fixture
def hears() -> ToldRecogniser:
    return ToldRecogniser()


@pytest.fixture
def finds() -> ToldSearch:
    return ToldSearch()


@pytest.fixture
def app(
    request: pytest.FixtureRequest,
    settings: ApiSettings,
    store: Recordings,
    bucket: Any,
    hears: ToldRecogniser,
    finds: ToldSearch,
) -> Iterator[FastAPI]:
    """What few tests need is made when the app asks for it."""
    app = ready_app()
    app.dependency_overrides = {
        services.settings: lambda: settings,
        services.recordings: lambda: store,
        services.audio_bucket: lambda: bucket,
        services.index: lambda: finds,
        services.announcements: partial(request.getfixturevalue, "queue"),
        services.hooks: partial(request.getfixturevalue, "hooks"),
        services.fetches: partial(request.getfixturevalue, "fetches"),
        services.resolver: lambda: resolve,
        auth.named_keys: partial(request.getfixturevalue, "named"),
        recogniser: lambda: hears,
    }
    yield app
    app.dependency_overrides = {}


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False)
