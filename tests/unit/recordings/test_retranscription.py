"""Transcribed again: the old text is shown until the new one is there, whatever comes between."""

import uuid
from dataclasses import replace

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.claim import Claim
from earshot.recordings.ids import recording_id
from earshot.recordings.imports import Import
from earshot.recordings.record import Failure, Recording, Source, Status
from earshot.recordings.retranscription import retranscription
from earshot.recordings.store import Recordings
from tests.unit.recordings.conftest import PROVENANCE, event, long_transcript, transcript

A = recording_id("a.mp3")
BETTER = replace(PROVENANCE, model="large", fingerprint="f2")


def upload(recordings: Recordings, one: ObjectEvent, text: str = "OLD") -> None:
    assert recordings.claim(one, "f1", {"accent": "us"}, one.size).claim is Claim.TAKEN
    assert recordings.finish(one, transcript(text), 1)


def there(recordings: Recordings, key: str = "a.mp3") -> Recording:
    found = recordings.get(recording_id(key))
    assert found is not None
    return found


def asked(recordings: Recordings, key: str = "a.mp3") -> ObjectEvent:
    """The event that a command sends for the recording as it is now."""
    one = retranscription(there(recordings, key), "audio", "2026-03-03T00:00:00Z")
    assert one is not None
    return one


def again(recordings: Recordings, one: ObjectEvent, text: str = "NEW") -> bool:
    """What a worker does with it; whether the text took its place."""
    if recordings.claim(one, "f2", {}, one.size).claim is not Claim.TAKEN:
        return False
    return recordings.finish(one, transcript(text, BETTER), 1)


def test_the_old_text_is_shown_until_the_new_one_is_there(recordings: Recordings) -> None:
    upload(recordings, event(1))
    before = there(recordings)
    one = asked(recordings)
    assert recordings.claim(one, "f2", {}, 1).claim is Claim.TAKEN
    assert there(recordings) == before  # so a crash here leaves it too
    assert recordings.finish(one, transcript("NEW", BETTER), 3)
    after = there(recordings)
    assert (after.text, after.model, after.status) == ("NEW", "large", Status.DONE)
    assert (after.facets, after.sequencer, after.passages) == (
        {"accent": "us"},
        before.sequencer,
        3,
    )
    assert after.revision == before.revision + 1


def test_the_same_weights_do_it_again_too(recordings: Recordings) -> None:
    upload(recordings, event(1))
    one = asked(recordings)
    assert recordings.claim(one, "f1", {}, 1).claim is Claim.TAKEN


def test_a_request_that_comes_twice_is_worked_on_once(recordings: Recordings) -> None:
    upload(recordings, event(1))
    one, same = asked(recordings), asked(recordings)
    assert again(recordings, one, "NEW")
    assert not again(recordings, one, "TWICE")
    assert not again(recordings, same, "TWICE")
    assert again(recordings, asked(recordings), "THIRD")
    assert there(recordings).text == "THIRD"


def test_of_two_workers_with_one_request_the_first_wins(recordings: Recordings) -> None:
    upload(recordings, event(1))
    one = asked(recordings)
    for _ in range(2):
        assert recordings.claim(one, "f2", {}, 1).claim is Claim.TAKEN
    assert recordings.finish(one, transcript("FIRST", BETTER), 1)
    assert not recordings.finish(one, transcript("SECOND"), 1)
    assert there(recordings).text == "FIRST"


def test_newer_sound_wins_over_what_is_done_again(recordings: Recordings) -> None:
    upload(recordings, event(1))
    one = asked(recordings)
    assert recordings.claim(one, "f2", {}, 1).claim is Claim.TAKEN
    assert recordings.claim(event(2), "f2", {}, 1).claim is Claim.TAKEN
    assert not recordings.finish(one, transcript("OLD SOUND", BETTER), 1)
    assert recordings.finish(event(2), transcript("NEW SOUND", BETTER), 1)
    assert not again(recordings, one)
    assert there(recordings).text == "NEW SOUND"


def test_a_deletion_wins_over_what_is_done_again(recordings: Recordings) -> None:
    upload(recordings, event(1))
    one = asked(recordings)
    assert recordings.claim(one, "f2", {}, 1).claim is Claim.TAKEN
    assert recordings.remove(event(2, Change.REMOVED))
    assert not recordings.finish(one, transcript("NEW", BETTER), 1)
    assert not again(recordings, one)
    assert recordings.get(A) is None


def test_the_same_sound_put_anew_meanwhile_is_still_done_again(recordings: Recordings) -> None:
    upload(recordings, event(1, etag="same"))
    one = asked(recordings)
    refreshed = recordings.claim(event(2, etag="same"), "f1", {"age": "teens"}, 1)
    assert refreshed.claim is Claim.UNCHANGED
    assert again(recordings, one)
    assert (there(recordings).text, there(recordings).facets) == ("NEW", {"age": "teens"})


def test_a_record_from_before_the_moment_was_noted_is_done_again_once(
    recordings: Recordings,
) -> None:
    upload(recordings, event(1))
    recordings._table.update_item(Key={"recording_id": A}, UpdateExpression="REMOVE transcribed_at")
    one = asked(recordings)
    assert one.replaces == ""
    assert again(recordings, one)
    assert not again(recordings, one)


def test_a_failure_leaves_the_old_text(recordings: Recordings) -> None:
    upload(recordings, event(1))
    before = there(recordings)
    assert not recordings.fail(asked(recordings), Failure("internal", "Something went wrong."))
    assert there(recordings) == before


def test_what_had_failed_gets_its_transcript_or_the_reason_of_today(
    recordings: Recordings,
) -> None:
    recordings.claim(event(1), "f1", {}, 1)
    recordings.fail(event(1), Failure("too_long", "It is too long."))
    one = asked(recordings)
    assert recordings.fail(one, Failure("corrupt", "It ends too early."))
    assert there(recordings).failure == Failure("corrupt", "It ends too early.")
    assert again(recordings, one)
    assert (there(recordings).status, there(recordings).failure) == (Status.DONE, None)


def test_an_import_that_is_transcribed_is_no_import_any_more(recordings: Recordings) -> None:
    rows = [Import("a.mp3", {}, transcript("IMPORTED"), 9)]
    assert recordings.add_imported(rows) == 1
    assert retranscription(there(recordings), "audio", "") is None  # there is no sound
    assert recordings.adopt(event(1), 100)
    assert again(recordings, asked(recordings))
    assert (there(recordings).source, there(recordings).text) == (Source.UPLOAD, "NEW")
    assert recordings.add_imported(rows) == 0


def test_what_is_on_its_way_is_not_asked_for(recordings: Recordings) -> None:
    recordings.claim(event(1), "f1", {}, 1)
    assert retranscription(there(recordings), "audio", "") is None


def test_a_long_transcript_takes_the_place_of_a_long_one(recordings: Recordings) -> None:
    first, second = long_transcript(1), long_transcript(2)
    recordings.claim(event(1), "f1", {}, 1)
    assert recordings.finish(event(1), first, 800)
    one = asked(recordings)
    assert recordings.finish(one, second, 900)
    assert not recordings.finish(one, first, 900)
    found = there(recordings)
    assert found.transcript is not None
    assert found.transcript.text == second.text
    assert len(list(boto3.resource("s3").Bucket("transcripts").objects.all())) == 1
    assert again(recordings, asked(recordings), "SHORT")
    assert there(recordings).text == "SHORT"
    assert list(boto3.resource("s3").Bucket("transcripts").objects.all()) == []


# What happens in a history: an upload (True) or a deletion (False) of the key.
@pytest.mark.slow("sixty histories, each on a table")
@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_whatever_is_done_again_between_other_events_the_newest_sound_is_shown(
    recordings: Recordings, data: st.DataObject
) -> None:
    """Uploads and deletions arrive in any order; requests are made and served between them.

    Each step of a worker (claim, finish) stands alone, so all of them interleave. At any time, a
    text is that of the sound that the record names, and a request takes no text away.
    """
    key = uuid.uuid4().hex  # not drawn: examples share the table
    uploads = data.draw(st.lists(st.booleans(), min_size=1, max_size=4))
    history = [
        event(n + 1, Change.CREATED if put else Change.REMOVED, key)
        for n, put in enumerate(uploads)
    ]
    arriving = data.draw(st.permutations(history))
    asked_for: list[ObjectEvent] = []
    at_work: list[ObjectEvent] = []

    def step(name: str) -> None:
        before = recordings.get(recording_id(key))
        if name == "arrive" and arriving:
            one = arriving.pop(0)
            if one.change is Change.REMOVED:
                recordings.remove(one)
            elif recordings.claim(one, "f1", {}, 1).claim is Claim.TAKEN:
                at_work.append(one)
        elif name == "ask" and before is not None:
            if one_more := retranscription(before, "audio", "now"):
                asked_for.append(one_more)
        elif name == "take" and asked_for:
            one = data.draw(st.sampled_from(asked_for))
            if recordings.claim(one, "f2", {}, 1).claim is Claim.TAKEN:
                at_work.append(one)
            assert recordings.get(recording_id(key)) == before
        elif name == "finish" and at_work:
            one = at_work.pop(data.draw(st.integers(0, len(at_work) - 1)))
            verb = "AGAIN" if one.change is Change.RETRANSCRIBE else "FIRST"
            recordings.finish(one, transcript(f"{verb} {one.etag}"), 1)
        elif name == "fail" and (
            again_ := [one for one in at_work if one.change is Change.RETRANSCRIBE]
        ):
            recordings.fail(again_[0], Failure("internal", "no"))
            at_work.remove(again_[0])
            after = recordings.get(recording_id(key))
            assert (after and after.text) == (before and before.text)
        found = recordings.get(recording_id(key))
        if found and found.status is Status.DONE:
            assert found.text.endswith(found.etag)
        if before and found and found.text == "":
            assert name == "arrive" or before.text == ""

    names = st.sampled_from(["arrive", "ask", "take", "finish", "fail"])
    for name in data.draw(st.lists(names, max_size=25)):
        step(name)
    while arriving:
        step("arrive")
    while at_work:
        step("finish")
    final = recordings.get(recording_id(key))
    if uploads[-1]:
        assert final is not None and final.status is Status.DONE
        assert final.etag == history[-1].etag
    else:
        assert final is None


@pytest.mark.parametrize("status", ["queued", "transcribing", "deleted"])
def test_only_what_has_ended_is_taken_up(recordings: Recordings, status: str) -> None:
    upload(recordings, event(1))
    one = asked(recordings)
    recordings._table.update_item(
        Key={"recording_id": A},
        UpdateExpression="SET #s = :s",
        ExpressionAttributeNames={"#s": "status"},
        ExpressionAttributeValues={":s": status},
    )
    assert recordings.claim(one, "f2", {}, 1).claim is Claim.STALE
    assert not recordings.finish(one, transcript("NEW"), 1)
