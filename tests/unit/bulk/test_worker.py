"""The bulk lane's worker: batches, faults, crashes and orderly ends, on moto."""

import json
import logging
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest

from earshot import compose
from earshot.audio.limits import Limits
from earshot.bulk.intake import Intake
from earshot.ingest import redelivery
from earshot.ingest.ingest import Ingest
from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.record import Status
from earshot.recordings.retranscription import retranscription
from earshot.settings import BulkSettings, environment_of
from earshot.transcription import open_transcriber
from tests.unit.bulk.conftest import POISON_S, Lane, Recogniser, wav
from tests.unit.recordings.conftest import event

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What failed comes back immediately."""
    monkeypatch.setattr(redelivery, "pause", lambda receives, at_most: 0)


def test_every_file_gets_its_own_text_and_its_message_goes(lane: Lane) -> None:
    lengths = {f"{n}.wav": 0.5 + n / 10 for n in range(20) if n != 8}
    for key, seconds in lengths.items():
        lane.put(key, wav(seconds))
    assert lane.work()
    assert lane.texts(*lengths) == [f"{seconds:.2f}" for seconds in lengths.values()]
    assert lane.waiting() == (0, 0)
    assert {found.revision for key in lengths if (found := lane.found(key))} == {2}


def test_a_recording_is_transcribed_again_and_shows_its_old_text_until_then(lane: Lane) -> None:
    lane.put("a.wav", wav(1))
    lane.work()
    before = lane.found("a.wav")
    assert before is not None
    one = retranscription(before, "audio", "2026-03-03T00:00:00Z")
    assert one is not None
    seen: list[object] = []
    lane.recogniser.before = lambda: seen.append(lane.found("a.wav"))
    for _ in range(2):  # it comes again
        lane.send(one)
        lane.work()
    assert seen and all(now == before for now in seen)
    after = lane.found("a.wav")
    assert after is not None and after.text == "1.00"
    assert after.revision == before.revision + 1
    assert lane.waiting() == (0, 0)


@pytest.mark.slow("the real model listens")
def test_the_same_texts_as_the_function_with_the_real_model(lane: Lane) -> None:
    transcriber = open_transcriber(side_by_side=True)
    lane.recogniser = transcriber  # type: ignore[assignment]
    samples = sorted((ROOT / "samples").glob("m*.mp3"))[:3]
    for sample in samples:
        lane.put(sample.name, sample.read_bytes())
    lane.work()
    alone = Ingest(lane.recordings, lane.audio, transcriber, lane.limits)
    for n, sample in enumerate(samples):
        copy = lane.put(f"copy-{n}.mp3", sample.read_bytes())
        alone.handle(copy)
        assert lane.texts(sample.name) == lane.texts(copy.key) != [""]


def test_both_listeners_transcripts_are_kept(lane: Lane) -> None:
    lane.recogniser = open_transcriber(side_by_side=True)  # type: ignore[assignment]
    sample = ROOT / "samples" / "morning-bread.mp3"
    lane.put(sample.name, sample.read_bytes())
    lane.work()
    found = lane.found(sample.name)
    assert found is not None and found.transcript is not None
    assert found.text.endswith("."), "the writer's marks"
    assert found.transcript.heard_text.isupper(), "the listener's letters"
    assert found.transcript.provenance.writer == "moonshine-tiny"


@pytest.mark.parametrize(("writer", "name"), [(None, "moonshine-tiny"), ("none", None)])
def test_the_worker_opens_the_writer_of_its_settings(
    lane: Lane, monkeypatch: pytest.MonkeyPatch, writer: str | None, name: str | None
) -> None:
    variables = environment_of(
        BulkSettings,
        table="recordings",
        audio_bucket="audio",
        transcripts_bucket="transcripts",
        bulk_queue_url=lane.queue.url,
        model=str(ROOT / "models" / "demo"),
        writer=writer,
    )
    for variable, value in variables.items():
        monkeypatch.setenv(variable, value)
    opened = compose.ingest(BulkSettings(), engine="onnx").transcriber.writer
    assert (opened.name if opened else None) == name


def test_a_file_that_is_to_blame_fails_at_once_and_alone(lane: Lane) -> None:
    lane.put("text.wav", b"bread, milk and candles\n" * 50)
    lane.put("empty.wav", b"")
    lane.put("endless.wav", wav(61))
    lane.put("good.wav", wav(1))
    lane.work()
    codes = {
        key: one.failure.code
        for key in ("text.wav", "empty.wav", "endless.wav")
        if (one := lane.found(key)) and one.failure
    }
    assert codes == {"text.wav": "not_audio", "empty.wav": "empty", "endless.wav": "too_long"}
    assert lane.texts("good.wav") == ["1.00"]
    assert lane.waiting() == (0, 0)


@pytest.mark.usefixtures("at_once")
def test_a_poison_file_takes_nobody_with_it_and_ends_as_a_dead_letter(lane: Lane) -> None:
    keys = [f"{n}.wav" for n in range(6)]
    for key in keys[:3]:
        lane.put(key, wav(1.25))
    lane.put("poison.wav", wav(POISON_S))
    for key in keys[3:]:
        lane.put(key, wav(1.35))
    lane.work()
    assert lane.texts(*keys) == ["1.25"] * 3 + ["1.35"] * 3
    poison = lane.found("poison.wav")
    assert poison and poison.failure and poison.failure.code == "internal"
    (dead,) = lane.dead.receive_messages()
    told = json.loads(dead.body)["Records"][0]["s3"]["object"]["key"]
    assert told == "poison.wav"


@pytest.mark.usefixtures("at_once")
def test_what_was_received_often_is_heard_alone(lane: Lane) -> None:
    for n in range(4):
        lane.put(f"{n}.wav", wav(1 + n / 100))
    for message in lane.queue.receive_messages(MaxNumberOfMessages=10):
        message.change_visibility(VisibilityTimeout=0)
    lane.pace = replace(lane.pace, max_receives=4)
    lane.work()
    assert sorted(lane.recogniser.batches) == [[1.0], [1.01], [1.02], [1.03]]


@pytest.mark.usefixtures("at_once")
def test_a_broken_device_ends_the_process_and_keeps_the_messages(lane: Lane) -> None:
    for n in range(12):
        lane.put(f"{n}.wav", wav(POISON_S))
    assert not lane.work(until=lambda: False)
    visible, hidden = lane.waiting()
    assert (visible + hidden, hidden) == (12, 0)


class Killed(BaseException):
    """The process is gone: nothing catches this."""


@pytest.mark.slow("a worker and its successor")
@pytest.mark.parametrize("calls", range(1, 15))
def test_a_crash_at_any_call_repeats_what_was_unfinished_and_nothing_else(
    lane: Lane, calls: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Cut off before the nth call of AWS, a second worker gets the messages that were left."""
    events = [lane.put(f"{n}.wav", wav(1 + n)) for n in range(2)]
    lane.pace = replace(lane.pace, threads=1)
    worker = lane.worker()
    made: list[str] = []

    def cut_off(**request: Any) -> None:
        made.append(request["model"].name)
        if len(made) > calls:
            worker.stop()
            raise Killed

    with monkeypatch.context() as doomed:
        doomed.setattr("threading.excepthook", lambda _: None)
        client = boto3.client("sqs")
        client.meta.events.register("before-call", cut_off)
        for one in (lane.audio, lane.recordings._table):
            one.meta.client.meta.events.register("before-call", cut_off, unique_id="doom")
        intake = Intake(client, lane.queue.url, 30)
        worker._intake = intake
        lane.work(until=lambda: len(made) > calls or lane.is_empty(), worker=worker)
        for one in (lane.audio, lane.recordings._table):
            one.meta.client.meta.events.unregister("before-call", unique_id="doom")
    left = sum(lane.waiting())
    lane.queue.purge()
    for one in events if left else ():
        lane.send(one)  # as when the visibility timeout is over
    done = {one.key for one in events if (it := lane.found(one.key)) and it.status is Status.DONE}
    before = {key: lane.found(key) for key in done}
    lane.work()
    assert lane.texts("0.wav", "1.wav") == ["1.00", "2.00"]
    assert {key: lane.found(key) for key in done} == before, "what was done is left alone"
    assert lane.is_empty()


def test_told_to_stop_it_finishes_the_batch_and_gives_the_rest_back(lane: Lane) -> None:
    worker = lane.worker()
    for n in range(20):
        lane.put(f"{n:02}.wav", wav(20))

    def stop() -> None:
        worker.stop()
        time.sleep(0.5)

    lane.recogniser.before = stop
    assert lane.work(until=lambda: False, worker=worker)
    (batch,) = lane.recogniser.batches
    done = [one for n in range(20) if (one := lane.found(f"{n:02}.wav")) and one.text]
    assert len(done) == len(batch) == 1 or len(done) == len(batch) == 2
    assert lane.waiting() == (20 - len(batch), 0)


def test_told_to_stop_it_gives_a_long_recording_back_in_the_middle(lane: Lane) -> None:
    worker = lane.worker()
    lane.pace = replace(lane.pace, held_seconds=1)
    lane.recogniser.before = worker.stop
    lane.put("long.wav", wav(50))
    assert lane.work(until=lambda: False, worker=worker)
    assert lane.waiting() == (1, 0)
    lane.recogniser = Recogniser()
    lane.work()
    assert lane.texts("long.wav") == ["50.00"]


@pytest.mark.slow("the least visibility timeout is a second")
def test_a_message_stays_hidden_as_long_as_its_work_takes(lane: Lane) -> None:
    lane.put("slow.wav", wav(1))
    lane.recogniser.before = lambda: time.sleep(4)
    lane.work(worker=lane.worker(visibility_s=3))
    recording = lane.found("slow.wav")
    assert recording and recording.revision == 2, "claimed once, finished once"
    assert len(lane.recogniser.batches) == 1


def test_nothing_is_loaded_before_there_is_work(lane: Lane) -> None:
    loaded: list[Ingest] = []
    worker = lane.worker()
    worker._load = lambda: loaded.append(lane.ingest()) or lane.ingest()  # type: ignore[func-returns-value]
    lane.work(until=lambda: True, worker=worker)
    assert not loaded


def test_removals_and_what_is_no_event_are_dealt_with_too(lane: Lane) -> None:
    lane.put("gone.wav", wav(1), sequencer=1)
    lane.work()
    lane.audio.Object("gone.wav").delete()
    lane.send(event(2, Change.REMOVED, key="gone.wav"))
    lane.queue.send_message(MessageBody="not json")
    lane.work()
    assert lane.found("gone.wav") is None
    assert lane.is_empty()


def test_metrics_are_one_line_and_logs_tell_no_text(
    lane: Lane, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    lane.put("private/secret-name.wav", wav(1))
    lane.work()
    (line,) = [one for one in capsys.readouterr().out.splitlines() if "_aws" in one]
    told = json.loads(line)
    assert set(told) - {"_aws", "service"} == {
        "AudioSecondsPerSecond",
        "DeviceBusy",
        "BatchFill",
        "Files",
        "Faults",
    }
    assert told["Files"] == [1.0]
    assert "secret-name" not in caplog.text + line
    assert "1.00" not in caplog.text


def test_the_function_hands_on_what_is_too_long_for_it(lane: Lane) -> None:
    handed: list[str] = []
    recogniser: Any = lane.recogniser

    def hand_on(one: ObjectEvent) -> None:
        handed.append(one.key)
        lane.send(one)

    limits = Limits(max_seconds=2)
    function = Ingest(lane.recordings, lane.audio, recogniser, limits, hand_on=hand_on)
    one = lane.put("long.wav", wav(3))
    lane.queue.purge()
    assert function.handle(one).value == "handed_on"
    recording = lane.found("long.wav")
    assert recording and recording.status is Status.TRANSCRIBING
    lane.work()
    assert lane.texts("long.wav") == ["3.00"]
    assert function.handle(one).value == "stale"
    assert handed == ["long.wav"]
