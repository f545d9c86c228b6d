"""Asking for recordings to be transcribed again: which ones, sent where, and what is told."""

import json
from collections.abc import Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from earshot.cli import outputs
from earshot.cli.outputs import Outputs
from earshot.ingest.events import object_events
from earshot.recordings.changes import ObjectEvent
from earshot.recordings.claim import Claim
from earshot.recordings.ids import recording_id
from earshot.recordings.imports import Import
from earshot.recordings.record import Failure
from earshot.recordings.store import Recordings
from earshot.speech.transcript import Provenance
from scripts.__main__ import app
from tests.unit.cli.conftest import target
from tests.unit.recordings.conftest import aws, event, recordings, transcript  # noqa: F401

DEMO = Provenance("demo", "f1", "onnx-int8", "greedy", "0.1.0")
LARGE = replace(DEMO, model="large", fingerprint="f2", version="0.2.0", writer="moonshine-tiny")


@pytest.fixture
def stack(
    recordings: Recordings,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> Outputs:
    """With both lanes' queues; commands find it as the local one."""
    sqs = boto3.client("sqs")
    live, bulk = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("live", "bulk"))
    stack = replace(target(), transcripts_bucket="transcripts", queue_url=live, bulk_queue_url=bulk)
    monkeypatch.delenv("EARSHOT_STACK", raising=False)
    monkeypatch.setattr(outputs, "LOCAL_OUTPUTS", tmp_path / "outputs.json")
    (tmp_path / "outputs.json").write_text(json.dumps(asdict(stack)))
    return stack


def upload(
    recordings: Recordings,  # noqa: F811
    key: str,
    by: Provenance = DEMO,
) -> None:
    one = event(1, key=key)
    recordings.claim(one, by.weights, {}, 1)
    recordings.finish(one, transcript("SAID", by), 1)


def fail(recordings: Recordings, key: str) -> None:  # noqa: F811
    recordings.claim(event(1, key=key), "f1", {}, 1)
    recordings.fail(event(1, key=key), Failure("too_long", "It is too long."))


def run(*options: str) -> Result:
    return CliRunner().invoke(app, ["retranscribe", *options])


def sent(queue_url: str | None) -> Sequence[ObjectEvent]:
    assert queue_url
    found: list[ObjectEvent] = []
    sqs = boto3.client("sqs")
    while messages := sqs.receive_message(QueueUrl=queue_url, MaxNumberOfMessages=10).get(
        "Messages"
    ):
        found += [one for message in messages for one in object_events(message["Body"])]
    return found


def selected(stack: Outputs, *options: str) -> list[str]:
    done = run(*options)
    assert done.exit_code == 0, done.output
    return sorted(one.key for one in sent(stack.bulk_queue_url))


@pytest.mark.slow("several commands, each with clients of its own")
def test_recordings_are_chosen_by_what_made_their_transcripts(
    stack: Outputs,
    recordings: Recordings,  # noqa: F811
) -> None:
    upload(recordings, "a/demo.mp3")
    upload(recordings, "b/large.mp3", LARGE)
    upload(recordings, "b/plain.mp3", replace(LARGE, writer=None))
    upload(recordings, "b/ancient.mp3", replace(LARGE, version="0.0.12.dev1"))
    fail(recordings, "a/failed.mp3")
    assert selected(stack, "--not-model", "large") == ["a/demo.mp3"]
    assert selected(stack, "--before-version", "0.1") == ["b/ancient.mp3"]
    assert selected(stack, "--before-version", "0.2.0") == ["a/demo.mp3", "b/ancient.mp3"]
    assert selected(stack, "--without-writer") == ["a/demo.mp3", "b/plain.mp3"]
    assert selected(stack, "--without-writer", "--prefix", "b/") == ["b/plain.mp3"]
    assert selected(stack, "--status", "failed") == ["a/failed.mp3"]
    assert len(selected(stack, "--all")) == 4


@pytest.mark.slow("several commands, each with clients of its own")
def test_what_was_transcribed_again_is_not_chosen_any_more(
    stack: Outputs,
    recordings: Recordings,  # noqa: F811
) -> None:
    for n in range(23):
        upload(recordings, f"{n}.mp3")
    first = run("--not-model", "large")
    assert "23 will be transcribed again" in first.output
    events = sent(stack.bulk_queue_url)
    assert len(events) == 23
    for one in events[:20]:
        assert recordings.claim(one, LARGE.weights, {}, 1).claim is Claim.TAKEN
        assert recordings.finish(one, transcript("NEW", LARGE), 1)
    assert len(selected(stack, "--not-model", "large")) == 3
    for one in events:  # a message that came again changes nothing
        if recordings.claim(one, LARGE.weights, {}, 1).claim is Claim.TAKEN:
            recordings.finish(one, transcript("NEW", LARGE), 1)
    assert selected(stack, "--not-model", "large") == []
    (moment,) = {word for word in first.output.split() if word.endswith("Z")}
    assert selected(stack, "--all", "--transcribed-before", moment) == []
    assert len(selected(stack, "--all")) == 23


def test_without_a_bulk_lane_the_live_queue_gets_them(
    stack: Outputs,
    recordings: Recordings,  # noqa: F811
) -> None:
    outputs.write(replace(stack, bulk_queue_url=None), outputs.LOCAL_OUTPUTS)
    upload(recordings, "a.mp3")
    assert run("--all").exit_code == 0
    assert [one.key for one in sent(stack.queue_url)] == ["a.mp3"]


def test_a_dry_run_counts_and_sends_nothing(
    stack: Outputs,
    recordings: Recordings,  # noqa: F811
) -> None:
    upload(recordings, "a.mp3")
    upload(recordings, "b.mp3", LARGE)
    done = run("--not-model", "large", "--dry-run")
    assert (done.exit_code, sent(stack.bulk_queue_url)) == (0, [])
    assert "2 looked at: 1 would be transcribed again" in done.output


def test_imports_are_left_unless_asked_for_and_without_sound_in_any_case(
    stack: Outputs,
    recordings: Recordings,  # noqa: F811
) -> None:
    for key in ("sound.mp3", "silent.mp3"):
        recordings.add_imported([Import(key, {}, transcript("IMPORTED"), 1)])
    assert recordings.adopt(event(1, key="sound.mp3"), 100)
    left = run("--all")
    assert "0 will be transcribed again" in left.output
    assert "2 imported" in left.output
    assert sent(stack.bulk_queue_url) == []
    taken = run("--all", "--imported")
    assert "1 without sound" in taken.output
    assert [one.key for one in sent(stack.bulk_queue_url)] == ["sound.mp3"]


def test_what_is_on_its_way_or_deleted_is_left_alone(
    stack: Outputs,
    recordings: Recordings,  # noqa: F811
) -> None:
    recordings.claim(event(1, key="a.mp3"), "f1", {}, 1)
    recordings.remove(event(1, key="b.mp3"))
    assert selected(stack, "--all") == []


def test_messages_that_the_queue_refuses_are_named(
    stack: Outputs,
    recordings: Recordings,  # noqa: F811
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    upload(recordings, "a.mp3")
    upload(recordings, "b.mp3")

    class Refusing:
        def send_message_batch(self, **_: Any) -> Any:
            return {"Failed": [{"Id": "1", "Code": "x", "Message": "no room"}]}

    monkeypatch.setattr(Outputs, "client", lambda *_: Refusing())
    done = run("--all")
    assert done.exit_code == 1
    assert ".mp3: no room" in done.output
    assert "1 will be transcribed again" in done.output
    assert "1 not sent" in done.output


@pytest.mark.parametrize("options", [[], ["--before-version", "new"]])
def test_a_run_for_nothing_in_particular_is_refused(stack: Outputs, options: list[str]) -> None:
    assert run(*options).exit_code == 2


def test_ids_of_the_events_are_those_of_the_recordings(
    stack: Outputs,
    recordings: Recordings,  # noqa: F811
) -> None:
    upload(recordings, "a b+é.mp3")
    run("--all")
    (one,) = sent(stack.bulk_queue_url)
    assert one.recording_id == recording_id("a b+é.mp3")
