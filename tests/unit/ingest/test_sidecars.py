"""What its owner says of a recording: beside the sound, before or after it, in any order."""

import json
from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations
from typing import Any

import boto3
import pytest

from earshot.audio.limits import Limits
from earshot.ingest.ingest import Ingest, Outcome
from earshot.ingest.sidecars import MAX_SIDECAR_BYTES, described_by
from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.details import Details
from earshot.recordings.ids import recording_id
from earshot.recordings.record import Recording, Status
from earshot.recordings.retranscription import retranscription
from earshot.recordings.store import Recordings
from earshot.speech.transcriber import Transcriber
from tests.unit.ingest.test_ingest import put, transcriber  # noqa: F401
from tests.unit.recordings.conftest import aws, event, recordings, transcript  # noqa: F401

SOUND, SIDECAR = "talks/a.mp3", "talks/a.mp3.json"
NO_SOUND = b"This is text."  # which fails at once: what is said of it stays all the same


@pytest.fixture
def audio(recordings: Recordings) -> Iterator[Any]:  # noqa: F811
    yield boto3.resource("s3").create_bucket(Bucket="audio")


@pytest.fixture
def ingest(recordings: Recordings, audio: Any, transcriber: Transcriber) -> Ingest:  # noqa: F811
    return Ingest(recordings, audio, transcriber, Limits(max_bytes=1_000_000))


def found(ingest: Ingest, key: str = SOUND) -> Recording:
    recording = ingest.recordings.get(recording_id(key))
    assert recording is not None
    return recording


def said(audio: Any, n: int, **values: Any) -> ObjectEvent:
    return put(audio, json.dumps(values).encode(), n, SIDECAR)


def test_sound_brings_what_its_metadata_says(ingest: Ingest, audio: Any) -> None:
    metadata = {
        "title": "Monday's  talk",
        "recorded-at": "2024-05-01T12:00:00+02:00",
        "tags": "river, bank,,river",
        "place": "=?utf-8?B?S8O2bG4=?=",
    }
    ingest.handle(put(audio, NO_SOUND, 1, SOUND, **metadata))
    assert found(ingest).details == Details(
        title="Monday's talk",
        place="Köln",
        recorded_at="2024-05-01T10:00:00Z",
        tags=("river", "bank"),
    )


def test_a_sidecar_counts_whenever_it_comes_and_however_events_are_delivered(
    ingest: Ingest, audio: Any
) -> None:
    events = [
        said(audio, 1, title="First"),
        put(audio, NO_SOUND, 2, SOUND, speaker="Ann", title="Of the file"),
        said(audio, 3, title="Second", colour="red"),
    ]
    for order in permutations(events):
        for one in (*order, *order):
            ingest.handle(one)
        assert found(ingest).details == Details(title="Second", speaker="Ann"), order


def test_a_sidecar_that_came_before_the_sound_counts_at_once(ingest: Ingest, audio: Any) -> None:
    ingest.handle(said(audio, 1, title="First"))
    ingest.handle(put(audio, NO_SOUND, 2, SOUND))
    assert found(ingest).details == Details(title="First")


def test_a_sidecar_is_no_recording(ingest: Ingest, audio: Any) -> None:
    assert ingest.handle(said(audio, 1, title="Alone")) is Outcome.DESCRIBED
    assert ingest.recordings.get(recording_id(SIDECAR)) is None
    assert ingest.recordings.get(recording_id(SOUND)) is None
    ingest.give_up(said(audio, 2, title="Alone"))
    assert ingest.recordings.get(recording_id(SIDECAR)) is None


@pytest.mark.parametrize("key", ["notes.json", "a.json.mp3", "folder/data.v2.json", "mp3.json"])
def test_other_json_is_what_it_was_before(key: str) -> None:
    assert described_by(key) is None


def test_a_sidecar_that_is_deleted_says_nothing_any_more(ingest: Ingest, audio: Any) -> None:
    ingest.handle(put(audio, NO_SOUND, 1, SOUND, speaker="Ann"))
    ingest.handle(said(audio, 2, title="Here", speaker="Bob"))
    assert found(ingest).details == Details(title="Here", speaker="Bob")
    audio.Object(SIDECAR).delete()
    ingest.handle(replace(event(3, Change.REMOVED, key=SIDECAR)))
    assert found(ingest).details == Details(speaker="Ann")


def test_of_two_that_read_a_sidecar_at_once_the_later_reading_stays(
    ingest: Ingest, audio: Any
) -> None:
    ingest.handle(put(audio, NO_SOUND, 1, SOUND))
    identity = recording_id(SOUND)
    times = 0

    def slow() -> tuple[dict[str, Any], str]:
        """Reads the first version, and is overtaken by who reads the second."""
        nonlocal times
        times += 1
        if times == 1:
            ingest.recordings.note_sidecar(identity, lambda: ({"title": "second"}, ""))
            return {"title": "first"}, ""
        return {"title": "second"}, ""

    ingest.recordings.note_sidecar(identity, slow)
    assert times == 2, "it looked again"
    assert found(ingest).details.title == "second"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"{", "it is not JSON"),
        (b"[]", "it is not a JSON object"),
        (b'{"title": 5}', "title must be a text"),
        (b'{"tags": "a"}', "tags must be a list"),
        (b'{"recorded_at": "yesterday"}', "recorded_at: a day or a time"),
        (b'{"title": "' + b"x" * 201 + b'"}', "title has at most 200"),
        (b" " * (MAX_SIDECAR_BYTES + 1), "it has more than 64 KiB"),
    ],
)
def test_a_sidecar_that_cant_be_used_is_said_and_hides_nothing(
    ingest: Ingest, audio: Any, content: bytes, why: str
) -> None:
    ingest.handle(put(audio, NO_SOUND, 1, SOUND, title="Of the file"))
    ingest.handle(put(audio, content, 2, SIDECAR))
    assert why in found(ingest).sidecar_fault
    assert found(ingest).details == Details(title="Of the file")
    ingest.handle(said(audio, 3, title="Right now"))
    assert found(ingest).sidecar_fault == ""
    assert found(ingest).details == Details(title="Right now")


def test_corrections_win_and_outlive_new_sound_and_new_transcripts(
    recordings: Recordings,  # noqa: F811
) -> None:
    first = replace(event(1, key=SOUND), etag="one")
    identity = first.recording_id
    recordings.claim(first, "f", {}, 1, {"title": "Of the file", "speaker": "Ann"})
    recordings.finish(first, transcript(), 1)
    assert recordings.correct(identity, {"title": "Corrected", "tags": ["a"]})
    again = retranscription(recordings.get(identity), "audio", "2024-05-01T12:00:00Z")  # type: ignore[arg-type]
    assert again is not None
    recordings.claim(again, "f", None, 1)
    assert recordings.finish(again, transcript(), 1)
    second = replace(event(2, key=SOUND), etag="two")
    recordings.claim(second, "f", {}, 1, {"title": "Of the new file"})
    recordings.finish(second, transcript(), 1)
    recording = recordings.get(identity)
    assert recording is not None and recording.status is Status.DONE
    assert recording.details == Details(title="Corrected", tags=("a",))
    assert recordings.correct(identity, {"title": None, "tags": []})
    assert recordings.get(identity).details == Details(title="Of the new file")  # type: ignore[union-attr]


def test_a_deleted_recording_keeps_nothing_that_was_said(
    recordings: Recordings,  # noqa: F811
) -> None:
    one = event(1, key=SOUND)
    recordings.claim(one, "f", {}, 1, {"title": "Of the file"})
    recordings.correct(one.recording_id, {"speaker": "Ann"})
    recordings.remove(event(2, Change.REMOVED, key=SOUND))
    assert recordings.correct(one.recording_id, {"speaker": "Bob"}) is False
    assert recordings.note_sidecar(one.recording_id, lambda: ({"title": "x"}, "")) is False
    recordings.claim(event(3, key=SOUND), "f", {}, 1, {})
    assert recordings.get(one.recording_id).details == Details()  # type: ignore[union-attr]
