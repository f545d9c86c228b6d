"""What happens to a file between the bucket and the table, crash by crash."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from earshot.audio.limits import Limits
from earshot.ingest.events import notification, object_events
from earshot.ingest.ingest import Ingest, Outcome, facets_from
from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.ids import recording_id
from earshot.recordings.imported import imported_transcript
from earshot.recordings.imports import Import
from earshot.recordings.record import Recording, Source, Status
from earshot.recordings.retranscription import retranscription
from earshot.recordings.store import Recordings
from earshot.speech.model import load
from earshot.speech.transcriber import Transcriber
from tests.unit.recordings.conftest import aws, event, recordings  # noqa: F401

ROOT = Path(__file__).resolve().parents[3]
SAMPLE = ROOT / "samples" / "morning-bread.mp3"
OTHER = next(one for one in sorted(SAMPLE.parent.glob("*.mp3")) if one != SAMPLE)


@pytest.fixture(scope="module")
def transcriber() -> Transcriber:
    return Transcriber(load(str(ROOT / "models" / "demo")))


@pytest.fixture
def audio(recordings: Recordings) -> Iterator[Any]:  # noqa: F811
    yield boto3.resource("s3").create_bucket(Bucket="audio")


@pytest.fixture
def ingest(recordings: Recordings, audio: Any, transcriber: Transcriber) -> Ingest:  # noqa: F811
    return Ingest(recordings, audio, transcriber, Limits(max_bytes=1_000_000))


def put(
    audio: Any, body: bytes, sequencer: int, key: str = "a.mp3", **metadata: str
) -> ObjectEvent:
    """Put an object; the event that S3 would send for it."""
    stored = audio.put_object(Key=key, Body=body, Metadata=metadata)
    return replace(event(sequencer, key=key), etag=stored.e_tag.strip('"'), size=len(body))


def found(ingest: Ingest, key: str = "a.mp3") -> Recording | None:
    return ingest.recordings.get(recording_id(key))


def test_a_recording_becomes_a_transcript_with_its_facets(ingest: Ingest, audio: Any) -> None:
    one = put(audio, SAMPLE.read_bytes(), 1, accent="us", unrelated="x")
    assert ingest.handle(one) is Outcome.DONE
    recording = found(ingest)
    assert recording is not None and recording.transcript is not None
    assert recording.status is Status.DONE
    assert recording.facets == {"accent": "us"}
    assert recording.duration == pytest.approx(17.0, abs=0.1)
    assert recording.passages == 1


def test_a_repeated_event_does_nothing(ingest: Ingest, audio: Any) -> None:
    one = put(audio, SAMPLE.read_bytes(), 1)
    ingest.handle(one)
    before = found(ingest)
    assert ingest.handle(one) is Outcome.STALE
    assert found(ingest) == before


def test_an_object_that_is_gone_leaves_nothing(ingest: Ingest, audio: Any) -> None:
    one = put(audio, SAMPLE.read_bytes(), 1)
    audio.Object("a.mp3").delete()
    assert ingest.handle(one) is Outcome.GONE
    assert found(ingest) is None
    assert ingest.handle(event(2, Change.REMOVED)) is Outcome.REMOVED


def test_an_object_overwritten_meanwhile_is_left_to_its_own_event(
    ingest: Ingest, audio: Any
) -> None:
    first = put(audio, b"the first version", 1)
    second = put(audio, SAMPLE.read_bytes(), 2)
    assert ingest.handle(first) is Outcome.SUPERSEDED
    assert ingest.handle(second) is Outcome.DONE


def test_a_file_over_the_limit_is_refused_unread(ingest: Ingest, audio: Any) -> None:
    one = put(audio, bytes(1_000_001), 1)
    assert ingest.handle(one) is Outcome.FAILED
    recording = found(ingest)
    assert recording is not None and recording.failure is not None
    assert recording.failure.code == "too_large"
    ingest.handle(put(audio, bytes(1_000_000), 2))
    recording = found(ingest)
    assert recording is not None and recording.failure is not None
    assert recording.failure.code == "not_audio", "of a million bytes it was read"


def test_after_a_crash_the_repeated_event_goes_on(
    ingest: Ingest, audio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = put(audio, SAMPLE.read_bytes(), 1)

    def crash(*_: object) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as broken:
        broken.setattr("earshot.ingest.ingest.transcribe_file", crash)
        with pytest.raises(RuntimeError):
            ingest.handle(one)
    claimed = found(ingest)
    assert claimed is not None and claimed.status is Status.TRANSCRIBING
    assert ingest.handle(one) is Outcome.DONE


def test_the_last_attempt_leaves_word_without_details(
    ingest: Ingest, audio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = put(audio, SAMPLE.read_bytes(), 1)

    def crash(*_: object) -> None:
        raise RuntimeError("secret detail")

    with monkeypatch.context() as broken:
        broken.setattr("earshot.ingest.ingest.transcribe_file", crash)
        with pytest.raises(RuntimeError):
            ingest.handle(one, last_attempt=True)
    recording = found(ingest)
    assert recording is not None and recording.failure is not None
    assert recording.failure.code == "internal"
    assert "secret" not in recording.failure.message
    # An operator's redrive of the dead letter tries again.
    assert ingest.handle(one) is Outcome.DONE


@pytest.fixture
def versioned(audio: Any) -> Any:
    audio.Versioning().enable()
    return audio


def test_the_end_of_an_old_version_leaves_the_live_recording(
    ingest: Ingest, versioned: Any
) -> None:
    versioned.put_object(Key="a.mp3", Body=b"the first take")
    one = put(versioned, SAMPLE.read_bytes(), 2, accent="us")
    assert ingest.handle(one) is Outcome.DONE
    (*_, old) = versioned.object_versions.filter(Prefix="a.mp3")
    old.delete()
    assert ingest.handle(event(3, Change.REMOVED)) is Outcome.UNCHANGED
    recording = found(ingest)
    assert recording is not None and recording.status is Status.DONE
    assert recording.facets == {"accent": "us"}


def test_a_deletion_that_is_undone_brings_the_recording_back(
    ingest: Ingest, versioned: Any
) -> None:
    assert ingest.handle(put(versioned, SAMPLE.read_bytes(), 1)) is Outcome.DONE
    versioned.Object("a.mp3").delete()
    assert ingest.handle(event(2, Change.REMOVED)) is Outcome.REMOVED
    assert found(ingest) is None
    marker = next(v for v in versioned.object_versions.all() if v.size is None)
    marker.delete()
    assert ingest.handle(event(3, Change.REMOVED)) is Outcome.DONE
    assert found(ingest) is not None


class Locked:
    """A bucket whose objects can't be read."""

    def __init__(self, code: str) -> None:
        self._code = code

    def Object(self, _: str) -> "Locked":
        return self

    def get(self) -> None:
        raise ClientError({"Error": {"Code": self._code}}, "GetObject")


def behind(ingest: Ingest, bucket: Any) -> Ingest:
    return replace(ingest, bucket=bucket)


def test_an_archived_file_says_so(ingest: Ingest, audio: Any) -> None:
    one = put(audio, SAMPLE.read_bytes(), 1)
    assert behind(ingest, Locked("InvalidObjectState")).handle(one) is Outcome.FAILED
    recording = found(ingest)
    assert recording is not None and recording.failure is not None
    assert recording.failure.code == "archived"
    assert recording.key == "a.mp3"


def test_a_file_that_is_not_handed_over_leaves_word(ingest: Ingest, audio: Any) -> None:
    one = put(audio, SAMPLE.read_bytes(), 1)
    with pytest.raises(ClientError):
        behind(ingest, Locked("AccessDenied")).handle(one, last_attempt=True)
    recording = found(ingest)
    assert recording is not None and recording.failure is not None
    assert recording.failure.code == "internal"
    assert ingest.handle(one) is Outcome.DONE  # once the key may be used again


def test_what_was_heard_outlives_a_repetition_that_is_not_handed_over(
    ingest: Ingest, audio: Any
) -> None:
    ingest.handle(put(audio, SAMPLE.read_bytes(), 1, accent="us"))
    again = put(audio, SAMPLE.read_bytes(), 2, accent="us")
    with pytest.raises(ClientError):
        behind(ingest, Locked("AccessDenied")).handle(again, last_attempt=True)
    recording = found(ingest)
    assert recording is not None
    assert (recording.status, recording.facets) == (Status.DONE, {"accent": "us"})


def test_an_import_outlives_sound_that_is_not_handed_over(ingest: Ingest, audio: Any) -> None:
    imported(ingest)
    one = put(audio, SAMPLE.read_bytes(), 1, transcript="imported")
    with pytest.raises(ClientError):
        behind(ingest, Locked("AccessDenied")).handle(one, last_attempt=True)
    recording = found(ingest)
    assert recording is not None
    assert (recording.status, recording.text) == (Status.DONE, "what was imported")


def test_facets_are_tidied_and_bounded() -> None:
    metadata = {"Age": " thirties ", "gender": "", "accent": "x" * 500, "secret": "no"}
    assert facets_from(metadata) == {"age": "thirties", "accent": "x" * 64}


def imported(ingest: Ingest, text: str = "what was imported", key: str = "a.mp3") -> int:
    words = imported_transcript(text, 17.0, "elsewhere", "0")
    return ingest.recordings.add_imported([Import(key, {"accent": "us"}, words, 1)])


def test_sound_that_follows_its_imported_transcript_does_not_overwrite_it(
    ingest: Ingest, audio: Any
) -> None:
    imported(ingest)
    one = put(audio, SAMPLE.read_bytes(), 1, transcript="imported")
    assert ingest.handle(one) is Outcome.ADOPTED
    recording = found(ingest)
    assert recording is not None and recording.transcript is not None
    assert recording.transcript.text == "what was imported"
    assert (recording.source, recording.status) == (Source.IMPORT, Status.DONE)
    assert (recording.etag, recording.sequencer) == (one.etag, one.sequencer)
    assert ingest.handle(one) is Outcome.STALE
    assert found(ingest) == recording


def test_importing_again_changes_nothing(ingest: Ingest, audio: Any) -> None:
    assert imported(ingest) == 1
    ingest.handle(put(audio, SAMPLE.read_bytes(), 1, transcript="imported"))
    before = found(ingest)
    assert imported(ingest) == 0
    assert found(ingest) == before
    assert imported(ingest, "a better transcript") == 1


def test_an_import_does_not_bring_back_what_was_deleted(ingest: Ingest, audio: Any) -> None:
    imported(ingest)
    ingest.handle(event(1, Change.REMOVED))
    assert imported(ingest) == 0
    assert found(ingest) is None


def test_sound_marked_as_imported_without_a_transcript_is_listened_to(
    ingest: Ingest, audio: Any
) -> None:
    assert ingest.handle(put(audio, SAMPLE.read_bytes(), 1, transcript="imported")) is Outcome.DONE


def test_new_sound_without_the_mark_replaces_an_imported_transcript(
    ingest: Ingest, audio: Any
) -> None:
    imported(ingest)
    ingest.handle(put(audio, SAMPLE.read_bytes(), 1, transcript="imported"))
    assert ingest.handle(put(audio, SAMPLE.read_bytes(), 2)) is Outcome.DONE
    recording = found(ingest)
    assert recording is not None and recording.source is Source.UPLOAD


def asked_again(ingest: Ingest) -> ObjectEvent:
    """What `retranscribe` sends for the recording as it is now."""
    recording = found(ingest)
    assert recording is not None
    one = retranscription(recording, "audio", "2026-03-03T00:00:00Z")
    assert one is not None
    return one


def test_a_recording_is_transcribed_again_though_sound_and_weights_are_the_same(
    ingest: Ingest, audio: Any
) -> None:
    ingest.handle(put(audio, SAMPLE.read_bytes(), 1, accent="us"))
    before = found(ingest)
    one = asked_again(ingest)
    assert ingest.handle(one) is Outcome.DONE
    after = found(ingest)
    assert before is not None and after is not None
    assert (after.text, after.facets) == (before.text, {"accent": "us"})
    assert after.transcribed_at > before.transcribed_at
    assert ingest.handle(one) is Outcome.STALE


def test_a_crash_while_it_is_transcribed_again_leaves_the_old_text(
    ingest: Ingest, audio: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    ingest.handle(put(audio, SAMPLE.read_bytes(), 1))
    before = found(ingest)
    one = asked_again(ingest)

    def crash(*_: object) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as broken:
        broken.setattr("earshot.ingest.ingest.transcribe_file", crash)
        with pytest.raises(RuntimeError):
            ingest.handle(one, last_attempt=True)
    assert found(ingest) == before
    assert ingest.handle(one) is Outcome.DONE


def test_what_can_not_be_read_any_more_keeps_its_text(ingest: Ingest, audio: Any) -> None:
    ingest.handle(put(audio, SAMPLE.read_bytes(), 1))
    before = found(ingest)
    one = asked_again(ingest)
    locked = behind(ingest, Locked("InvalidObjectState"))
    assert locked.handle(one) is Outcome.KEPT
    small = replace(ingest, limits=Limits(max_bytes=10))
    assert small.handle(one) is Outcome.KEPT
    audio.Object("a.mp3").delete()
    assert ingest.handle(one) is Outcome.GONE
    assert found(ingest) == before


def test_sound_overwritten_meanwhile_is_not_transcribed_in_the_old_ones_name(
    ingest: Ingest, audio: Any
) -> None:
    ingest.handle(put(audio, SAMPLE.read_bytes(), 1))
    one = asked_again(ingest)
    newer = put(audio, OTHER.read_bytes(), 2)
    assert ingest.handle(one) is Outcome.SUPERSEDED
    assert ingest.handle(newer) is Outcome.DONE
    assert ingest.handle(one) is Outcome.STALE


def test_a_long_one_is_handed_on_as_what_it_is(ingest: Ingest, audio: Any) -> None:
    ingest.handle(put(audio, SAMPLE.read_bytes(), 1))
    one = asked_again(ingest)
    sent: list[ObjectEvent] = []
    small = replace(ingest, limits=Limits(max_bytes=10), hand_on=sent.append)
    assert small.handle(one) is Outcome.HANDED_ON
    (handed,) = sent
    assert list(object_events(notification(handed))) == [one]
    assert ingest.handle(handed) is Outcome.DONE


def test_an_import_is_transcribed_when_that_is_asked_for(ingest: Ingest, audio: Any) -> None:
    imported(ingest)
    ingest.handle(put(audio, SAMPLE.read_bytes(), 1, transcript="imported"))
    assert ingest.handle(asked_again(ingest)) is Outcome.DONE
    recording = found(ingest)
    assert recording is not None and recording.source is Source.UPLOAD
    assert recording.text != "what was imported"
