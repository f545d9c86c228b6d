"""A table and a bucket of moto's, and events in order."""

import random
from collections.abc import Iterator
from typing import Any

import boto3
import pytest

from earshot.recordings.bodies import MAX_INLINE_BODY_BYTES
from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer
from earshot.recordings.store import Recordings
from earshot.speech.transcript import Provenance, Segment, Transcript, Word
from tests.fake_aws import empty_account, recordings_table

PROVENANCE = Provenance("demo", "f1", "onnx-int8", "greedy", "0.1.0")


def transcript(text: str = "HELLO WORLD", provenance: Provenance = PROVENANCE) -> Transcript:
    words = tuple(Word(one, n * 0.5, n * 0.5 + 0.4, 0.9) for n, one in enumerate(text.split()))
    return Transcript((Segment(words),) if words else (), 0.5 * len(words) + 1, provenance)


def long_transcript(seed: int = 1) -> Transcript:
    """Longer than an item takes: no compression makes random letters shorter than half."""
    draw = random.Random(seed)
    text = " ".join(draw.randbytes(300).hex() for _ in range(MAX_INLINE_BODY_BYTES // 300 + 1))
    return transcript(text)


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
    with empty_account(monkeypatch):
        yield


def make_table() -> Any:
    return recordings_table(boto3.resource("dynamodb"))


@pytest.fixture
def recordings(aws: None) -> Recordings:
    bucket = boto3.resource("s3").create_bucket(Bucket="transcripts")
    return Recordings(make_table(), bucket)
