"""What is kept of a recording in its item, and what an item that lacks something means."""

from dataclasses import replace

from earshot.recordings.item import pack, recording_from_item, transcript_attributes, unpack
from earshot.recordings.record import Recording, Source, Status
from earshot.speech.transcript import Incomplete, ListenedTo, Segment, Transcript, Word
from tests.unit.recordings.conftest import PROVENANCE, transcript


def test_an_item_with_nothing_but_its_status_is_an_empty_recording() -> None:
    bare = {"recording_id": "r", "status": "queued", "revision": 3}
    assert recording_from_item(bare) == Recording("r", "", Status.QUEUED, 3, "")


def test_an_import_of_before_that_was_noted_has_estimated_times() -> None:
    item = {"recording_id": "r", "status": "done", "revision": 1}
    old = recording_from_item(item | {"source": Source.IMPORT})
    told = recording_from_item(item | {"source": Source.IMPORT, "estimated_times": False})
    upload = recording_from_item(item | {"source": Source.UPLOAD})
    assert (old.estimated_times, told.estimated_times, upload.estimated_times) == (
        True,
        False,
        False,
    )


def test_times_are_kept_to_the_millisecond_and_confidence_to_four_places() -> None:
    word = Word("HI", 0.123456, 0.987654, 0.123456)
    kept = unpack(pack(Transcript((Segment((word,)),), 1.0, PROVENANCE)))
    assert kept.words == (Word("HI", 0.123, 0.988, 0.1235),)
    attributes = transcript_attributes(replace(transcript(), duration=1.23456))
    assert float(attributes["duration"]) == 1.235


def test_equal_transcripts_are_kept_as_equal_bytes_that_read_back_whole() -> None:
    whole = replace(
        transcript("ÉTÉ HI"),
        heard=(Segment((Word("ETE", 0.0, 0.4, 0.5),), channel=1),),
        letters=b"FL1",
        incomplete=Incomplete(2.5, None),
        listened_to=ListenedTo(track=1),
    )
    assert unpack(pack(whole)) == whole
    assert pack(whole) == pack(replace(whole))
    assert unpack(pack(transcript())) == transcript()


def test_beside_a_transcript_its_first_twenty_thousand_characters_are_kept() -> None:
    long = transcript("word " * 5000)
    assert transcript_attributes(long)["text"] == long.text[:20_000]


def test_what_was_left_out_of_a_file_is_read_from_its_item() -> None:
    item = {"recording_id": "r", "status": "done", "revision": 1}
    for found in (Incomplete(2.5, None), Incomplete(0.0, 3.25)):
        kept = transcript_attributes(replace(transcript(), incomplete=found))
        assert recording_from_item(item | kept).incomplete == found
    for heard in (ListenedTo(track=0), ListenedTo(channel=1)):
        kept = transcript_attributes(replace(transcript(), listened_to=heard))
        assert recording_from_item(item | kept).listened_to == heard


def test_a_tombstone_and_a_list_without_bodies_show_no_transcript() -> None:
    item = {"recording_id": "r", "status": "done", "revision": 1, "body_key": "k"}
    bodies = {"k": pack(transcript())}
    assert recording_from_item(item, bodies.get).transcript == transcript()
    assert recording_from_item(item).transcript is None
    assert recording_from_item(item | {"status": "deleted"}, bodies.get).transcript is None
