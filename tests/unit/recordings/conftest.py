"""A table and a bucket of moto's, and events in order."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer
from earshot.recordings.listing import KEY_INDEX, LIST_INDEX, UPLOAD_INDEX
from earshot.recordings.store import Recordings
from earshot.speech.transcript import Provenance, Segment, Transcript, Word

PROVENANCE = Provenance("demo", "f1", "onnx-int8", "greedy", "0.1.0")


def transcript(text: str = "HELLO WORLD", provenance: Provenance = PROVENANCE) -> Transcript:
    words = tuple(Word(one, n * 0.5, n * 0.5 + 0.4, 0.9) for n, one in enumerate(text.split()))
    return Transcript((Segment(words),) if words else (), 0.5 * len(words) + 1, provenance)


def event(
    sequencer: int, change: Change = Change.CREATED, key: str = "a.mp3", etag: str | None = None
) -> ObjectEvent:
    return ObjectEvent(
        change,
        "audio",
        key,
        comparable_sequencer(f"{sequencer:016X}"),
        "2026-03-02T10:15:30.123Z",
        etag if etag is not None else f"etag-{sequencer}",
        100,
    )


@pytest.fixture
def aws(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    for name, value in {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        yield


def make_table() -> Any:
    return boto3.resource("dynamodb").create_table(
        TableName="recordings",
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "recording_id", "KeyType": "HASH"}],
        AttributeDefinitions=[
            {"AttributeName": name, "AttributeType": "S"}
            for name in ("recording_id", "status", "listed_at", "listed_in", "key", "uploaded_at")
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": LIST_INDEX,
                "KeySchema": [
                    {"AttributeName": "status", "KeyType": "HASH"},
                    {"AttributeName": "listed_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            },
            {
                "IndexName": KEY_INDEX,
                "KeySchema": [
                    {"AttributeName": "listed_in", "KeyType": "HASH"},
                    {"AttributeName": "key", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status"]},
            },
            {
                "IndexName": UPLOAD_INDEX,
                "KeySchema": [
                    {"AttributeName": "listed_in", "KeyType": "HASH"},
                    {"AttributeName": "uploaded_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "INCLUDE", "NonKeyAttributes": ["status"]},
            },
        ],
    )


@pytest.fixture
def recordings(aws: None) -> Recordings:
    bucket = boto3.resource("s3").create_bucket(Bucket="transcripts")
    return Recordings(make_table(), bucket)
