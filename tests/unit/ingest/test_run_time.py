"""A recording that a run can't finish is handed on or fails at once, and not after five tries."""

from dataclasses import replace
from time import monotonic
from typing import Any

from earshot.audio.limits import Limits
from earshot.ingest.ingest import Ingest, Outcome
from earshot.recordings.changes import ObjectEvent
from earshot.speech.deadline import Deadline
from tests.unit.ingest.test_ingest import (  # noqa: F401
    SAMPLE,
    audio,
    found,
    ingest,
    put,
    transcriber,
)
from tests.unit.recordings.conftest import aws, recordings  # noqa: F401

# ruff: noqa: F811 - fixtures of others


def over() -> Deadline:
    """The deadline of a run whose time is over already."""
    return Deadline(at=monotonic(), whole_s=0.0)


def test_without_a_bulk_lane_it_fails_with_the_reason(ingest: Ingest, audio: Any) -> None:
    short = replace(ingest, deadline=over)
    assert short.handle(put(audio, SAMPLE.read_bytes(), 1)) is Outcome.FAILED
    recording = found(short)
    assert recording is not None and recording.failure is not None
    assert recording.failure.code == "too_long"
    assert "longer than a run may take" in recording.failure.message


def test_with_a_bulk_lane_it_is_handed_on(ingest: Ingest, audio: Any) -> None:
    handed_on: list[ObjectEvent] = []
    short = replace(ingest, deadline=over, hand_on=handed_on.append)
    event = put(audio, SAMPLE.read_bytes(), 1)
    assert short.handle(event) is Outcome.HANDED_ON
    assert handed_on == [event]
    assert ingest.handle(event) is Outcome.DONE, "the other lane may claim it"


def test_with_time_enough_it_is_transcribed(ingest: Ingest, audio: Any) -> None:
    ample = replace(ingest, deadline=lambda: Deadline.of_run(900_000, 900))
    assert ample.handle(put(audio, SAMPLE.read_bytes(), 1)) is Outcome.DONE


def test_what_is_too_long_is_refused_before_it_is_transcribed(
    ingest: Ingest, audio: Any, monkeypatch: Any
) -> None:
    heard: list[object] = []

    def hear(*_: object) -> list[object]:
        heard.append(1)
        return []

    monkeypatch.setattr(type(ingest.transcriber), "_texts", hear)
    sample = SAMPLE.with_name("lecture-on-the-sea.mp3")
    strict = replace(ingest, limits=Limits(max_bytes=10_000_000, max_seconds=120))
    assert strict.handle(put(audio, sample.read_bytes(), 1)) is Outcome.FAILED
    assert heard == []
