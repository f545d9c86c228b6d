"""Drift over a table and buckets of moto's, with sound that is really decoded."""

import io
from dataclasses import replace

import boto3
import numpy as np
import pytest
import soundfile as sf
from moto import mock_aws

from earshot.cli.drift import command as drift
from earshot.cli.outputs import Outputs
from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer
from earshot.recordings.store import Recordings
from earshot.speech.transcript import Provenance, Segment, Transcript, Word
from tests.unit.cli.conftest import target as deployment

PROVENANCE = Provenance("demo", "f1", "onnx-int8", "greedy", "0.1.0")


def wav(level: float) -> bytes:
    file = io.BytesIO()
    noise = np.random.default_rng(0).standard_normal(16_000).astype(np.float32)
    sf.write(file, level * noise, 16_000, format="WAV")
    return file.getvalue()


@pytest.fixture
def target(monkeypatch: pytest.MonkeyPatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        boto3.resource("dynamodb").create_table(
            TableName="recordings", BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "recording_id", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "recording_id", "AttributeType": "S"}],
        )  # fmt: skip
        for name in ("audio", "transcripts"):
            boto3.resource("s3").create_bucket(Bucket=name)
        yield replace(deployment(), transcripts_bucket="transcripts")


def transcribed(target: Outputs, key: str, level: float) -> None:
    target.resource("s3").Bucket("audio").put_object(Key=key, Body=wav(level))
    store = Recordings(
        target.resource("dynamodb").Table("recordings"), target.resource("s3").Bucket("transcripts")
    )
    event = ObjectEvent(
        Change.CREATED, "audio", key, comparable_sequencer("0A"), "2026-03-02T10:00:00.000Z",
        "etag", 100,
    )  # fmt: skip
    store.claim(event, "f1", {"accent": "us"}, 100)
    said = Transcript((Segment((Word("HELLO", 0.0, 0.5, 0.8),)),), 1.0, PROVENANCE)
    store.finish(event, said, 1)


def test_stored_recordings_are_observed_with_their_sound(target) -> None:
    transcribed(target, "loud.wav", 0.1)
    transcribed(target, "soft.wav", 0.01)
    stored = drift.recordings(target)
    assert {r.key for r in stored} == {"loud.wav", "soft.wav"}
    observed = drift.observations(target, stored, {"loud.wav": "hello there"}, sound=True)
    by_key = {recording.key: observation for recording, observation in observed}
    assert by_key["loud.wav"].numbers["level, dBFS"] == pytest.approx(-20, abs=0.5)
    assert by_key["soft.wav"].numbers["level, dBFS"] == pytest.approx(-40, abs=0.5)
    assert (by_key["loud.wav"].errors, by_key["loud.wav"].words) == (1, 2)
    assert by_key["soft.wav"].errors is None


def test_sound_that_is_unreadable_or_gone_by_now_leaves_the_rest(target) -> None:
    transcribed(target, "a.wav", 0.1)
    transcribed(target, "b.wav", 0.1)
    target.resource("s3").Bucket("audio").put_object(Key="a.wav", Body=b"no sound")
    target.resource("s3").Object("audio", "b.wav").delete()
    stored = drift.recordings(target)
    for _, observation in drift.observations(target, stored, {}, sound=True):
        assert "level, dBFS" not in observation.numbers
        assert observation.numbers["duration, s"] == 1.0
