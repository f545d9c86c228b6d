"""The app over moto, with the real store and a recogniser that is told what it hears."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, BinaryIO

import boto3
import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from moto import mock_aws

from api import services
from api.app import create_app
from api.recogniser import recogniser
from api.settings import ApiSettings
from earshot.events import Change, ObjectEvent, comparable_sequencer
from earshot.speech.transcript import Provenance, Segment, Transcript, Word
from earshot.transcripts.recording import recording_id
from earshot.transcripts.store import LIST_INDEX, Recordings

KEY = "the-key-that-opens-it"
AUTHORIZED = {"authorization": f"Bearer {KEY}"}
AUDIO_BUCKET = "hidden-audio-bucket"
TRANSCRIPTS_BUCKET = "hidden-transcripts-bucket"
TABLE = "hidden-table"


def transcript(*sentences: str, duration: float = 4.0) -> Transcript:
    """A transcript with one segment a sentence; every word takes half a second."""
    segments, at = [], 0.0
    for sentence in sentences:
        words = []
        for text in sentence.split():
            words.append(Word(text, at, at + 0.4, 0.9))
            at += 0.5
        segments.append(Segment(tuple(words)))
    return Transcript(tuple(segments), duration, Provenance("demo", "f00d", "onnx", "greedy", "1"))


@dataclass
class ToldRecogniser:
    """Hears `says`, or raises it; keeps what it was given."""

    says: Transcript | Exception = field(default_factory=lambda: transcript("hello there"))
    name: str = "demo"
    heard: list[bytes] = field(default_factory=list)

    def transcribe(self, upload: BinaryIO) -> Transcript:
        self.heard.append(upload.read())
        if isinstance(self.says, Exception):
            raise self.says
        return self.says


@pytest.fixture
def settings() -> ApiSettings:
    return ApiSettings(
        table=TABLE,
        audio_bucket=AUDIO_BUCKET,
        transcripts_bucket=TRANSCRIPTS_BUCKET,
        opensearch_url="http://127.0.0.1:1",
        api_key=KEY,
        max_audio_bytes=1_000_000,
    )


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        region = {"LocationConstraint": "eu-central-1"}
        for bucket in (AUDIO_BUCKET, TRANSCRIPTS_BUCKET):
            boto3.client("s3").create_bucket(Bucket=bucket, CreateBucketConfiguration=region)
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            KeySchema=[{"AttributeName": "recording_id", "KeyType": "HASH"}],
            AttributeDefinitions=[
                {"AttributeName": name, "AttributeType": "S"}
                for name in ("recording_id", "status", "listed_at")
            ],
            GlobalSecondaryIndexes=[
                {
                    "IndexName": LIST_INDEX,
                    "KeySchema": [
                        {"AttributeName": "status", "KeyType": "HASH"},
                        {"AttributeName": "listed_at", "KeyType": "RANGE"},
                    ],
                    "Projection": {"ProjectionType": "KEYS_ONLY"},
                }
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield


@pytest.fixture
def store(aws: None) -> Recordings:
    return Recordings(
        boto3.resource("dynamodb").Table(TABLE), boto3.resource("s3").Bucket(TRANSCRIPTS_BUCKET)
    )


@pytest.fixture
def bucket(aws: None) -> Any:
    return boto3.resource("s3").Bucket(AUDIO_BUCKET)


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
def hears() -> ToldRecogniser:
    return ToldRecogniser()


@pytest.fixture
def app(settings: ApiSettings, store: Recordings, bucket: Any, hears: ToldRecogniser) -> FastAPI:
    app = create_app()
    app.dependency_overrides = {
        services.settings: lambda: settings,
        services.recordings: lambda: store,
        services.audio_bucket: lambda: bucket,
        recogniser: lambda: hears,
    }
    return app


@pytest.fixture
def client(app: FastAPI) -> TestClient:
    return TestClient(app, follow_redirects=False)
