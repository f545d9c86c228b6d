"""The table keeps the truth, whatever order events come in and however often."""

import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earshot.errors import InvalidRequest
from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.claim import Claim, Claimed
from earshot.recordings.claiming import INTERNAL
from earshot.recordings.ids import recording_id
from earshot.recordings.imports import Import
from earshot.recordings.record import Failure, Source, Status
from earshot.recordings.store import Recordings
from earshot.speech.transcript import Provenance, Segment, Transcript, Word
from tests.unit.recordings.conftest import PROVENANCE, event, long_transcript, transcript

A = recording_id("a.mp3")


def work(recordings: Recordings, one: ObjectEvent, text: str = "HELLO WORLD") -> Claim:
    """What the function does with an event that means work."""
    claimed = recordings.claim(one, PROVENANCE.fingerprint, {}, one.size)
    if claimed.claim is Claim.TAKEN:
        recordings.finish(one, transcript(text), 1)
    return claimed.claim


def test_a_finished_recording_reads_back_whole(recordings: Recordings) -> None:
    one = event(1)
    assert recordings.claim(one, "f1", {"accent": "us"}, 123) == Claimed(Claim.TAKEN, passages=0)
    assert recordings.finish(one, transcript(), passages=1)
    found = recordings.get(A)
    assert found is not None
    assert found.transcript == transcript()
    assert (found.status, found.key, found.size, found.revision) == (Status.DONE, "a.mp3", 123, 2)
    assert (found.text, found.model, found.facets) == ("HELLO WORLD", "demo", {"accent": "us"})


def test_an_older_event_never_overwrites_a_newer_transcript(recordings: Recordings) -> None:
    assert work(recordings, event(2), "NEW") is Claim.TAKEN
    assert work(recordings, event(1), "OLD") is Claim.STALE
    found = recordings.get(A)
    assert found is not None
    assert found.text == "NEW"


def test_a_result_that_was_overtaken_is_dropped(recordings: Recordings) -> None:
    slow, newer = event(1), event(2)
    recordings.claim(slow, "f1", {}, 1)
    recordings.claim(newer, "f1", {}, 1)
    assert not recordings.finish(slow, transcript("OLD"), 1)
    assert recordings.finish(newer, transcript("NEW"), 1)


def test_a_repeated_event_writes_once(recordings: Recordings) -> None:
    one = event(1)
    recordings.claim(one, "f1", {}, 1)
    recordings.claim(one, "f1", {}, 1)  # delivered again while at work, or after a crash
    assert recordings.finish(one, transcript(), 1)
    assert not recordings.finish(one, transcript(), 1)
    assert recordings.claim(one, "f1", {}, 1).claim is Claim.STALE
    found = recordings.get(A)
    assert found is not None
    assert found.status is Status.DONE


def test_the_same_sound_under_a_newer_event_keeps_its_transcript(recordings: Recordings) -> None:
    work(recordings, event(1, etag="same"))
    again = recordings.claim(event(2, etag="same"), "f1", {"age": "teens"}, 1)
    assert again.claim is Claim.UNCHANGED
    found = recordings.get(A)
    assert found is not None
    assert found.transcript == transcript()
    assert found.facets == {"age": "teens"}


def test_another_model_transcribes_the_same_sound_again(recordings: Recordings) -> None:
    work(recordings, event(1, etag="same"))
    assert recordings.claim(event(2, etag="same"), "f2", {}, 1).claim is Claim.TAKEN


def test_a_late_event_does_not_resurrect_a_deleted_recording(recordings: Recordings) -> None:
    work(recordings, event(1))
    assert recordings.remove(event(3, Change.REMOVED))
    assert work(recordings, event(2)) is Claim.STALE
    assert recordings.get(A) is None


def test_a_deletion_that_was_overtaken_removes_nothing_and_says_so(recordings: Recordings) -> None:
    work(recordings, event(2))
    assert not recordings.remove(event(1, Change.REMOVED))
    assert recordings.get(A)
    assert recordings.remove(event(3, Change.REMOVED))
    assert not recordings.remove(event(3, Change.REMOVED)), "it was done before"


def test_a_deletion_that_comes_first_still_holds(recordings: Recordings) -> None:
    assert recordings.remove(event(2, Change.REMOVED))
    assert work(recordings, event(1)) is Claim.STALE
    assert recordings.get(A) is None
    assert work(recordings, event(3)) is Claim.TAKEN


def test_a_tombstone_keeps_no_trace_of_what_was_said(recordings: Recordings) -> None:
    work(recordings, event(1))
    recordings.remove(event(2, Change.REMOVED))
    (item,) = recordings._table.scan()["Items"]
    assert set(item) == {
        "recording_id", "status", "sequencer", "revision", "updated_at", "expires_at", "passages",
        "source", "listed_at",
    }  # fmt: skip


def test_a_tombstone_lasts_as_long_as_a_late_event_can_wait_in_the_queue(
    recordings: Recordings,
) -> None:
    recordings.remove(event(2, Change.REMOVED))
    (item,) = recordings._table.scan()["Items"]
    lasts = datetime.fromtimestamp(int(str(item["expires_at"])), UTC) - datetime.now(UTC)
    assert timedelta(days=13, hours=23) < lasts <= timedelta(days=14)


def test_a_failure_says_why_and_a_new_upload_clears_it(recordings: Recordings) -> None:
    one = event(1)
    recordings.claim(one, "f1", {}, 1)
    recordings.fail(one, Failure("empty", "The file is empty."))
    found = recordings.get(A)
    assert found is not None
    assert found.failure == Failure("empty", "The file is empty.")
    assert recordings.claim(one, "f1", {}, 1).claim is Claim.STALE
    work(recordings, event(2))
    mended = recordings.get(A)
    assert mended is not None
    assert (mended.status, mended.failure) == (Status.DONE, None)


def test_an_internal_failure_can_be_tried_again(recordings: Recordings) -> None:
    one = event(1)
    recordings.claim(one, "f1", {}, 1)
    recordings.fail(one, Failure(INTERNAL, "Something went wrong."))
    assert work(recordings, one) is Claim.TAKEN


def test_a_very_long_transcript_reads_back_whole(recordings: Recordings) -> None:
    words = tuple(
        Word(f"WORD{n * 7919 % 99991}", n * 0.31, n * 0.31 + 0.2, (n * 37 % 1000) / 1000)
        for n in range(80_000)
    )
    long = Transcript((Segment(words),), 25_000.0, PROVENANCE)
    one = event(1)
    recordings.claim(one, "f1", {}, 1)
    assert recordings.finish(one, long, 800)
    found = recordings.get(A)
    assert found is not None and found.transcript is not None
    assert found.transcript.text == long.text
    (listed,), _ = recordings.list()
    assert listed.transcript is None
    assert long.text.startswith(listed.text)


def kept_bodies() -> list[str]:
    return [one.key for one in boto3.resource("s3").Bucket("transcripts").objects.all()]


def test_a_very_long_transcript_leaves_nothing_behind(recordings: Recordings) -> None:
    slow, newer = event(1), event(2)
    recordings.claim(slow, "f1", {}, 1)
    recordings.claim(newer, "f1", {}, 1)
    assert not recordings.finish(slow, long_transcript(), 800)
    assert kept_bodies() == []  # overtaken: what it wrote is cleared away
    assert recordings.finish(newer, long_transcript(), 800)
    assert len(kept_bodies()) == 1
    assert not recordings.finish(newer, long_transcript(), 800)  # repeated
    assert len(kept_bodies()) == 1
    assert recordings.get(A) is not None
    recordings.remove(event(3, Change.REMOVED))
    assert kept_bodies() == []


class LostAnswer:
    """A table whose next write is done but not answered, so that boto3 sends it again."""

    def __init__(self, table: Any) -> None:
        self._table = table

    def update_item(self, **arguments: Any) -> Any:
        self._table.update_item(**arguments)
        return self._table.update_item(**arguments)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._table, name)


def test_a_long_transcript_outlives_a_lost_answer(recordings: Recordings) -> None:
    one = event(1)
    recordings.claim(one, "f1", {}, 1)
    table: Any = LostAnswer(recordings._table)
    lossy = Recordings(table, recordings._bodies._bucket)
    assert lossy.finish(one, long_transcript(), 800)
    assert lossy.add_imported([Import("b.mp3", {}, long_transcript(), 800)]) == 1
    for key in ("a.mp3", "b.mp3"):
        found = recordings.get(recording_id(key))
        assert found is not None and found.transcript is not None
        assert found.transcript.text == long_transcript().text


def test_a_deletion_that_was_cut_off_is_ended_by_its_repetition(
    recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, removal = event(1), event(2, Change.REMOVED)
    recordings.claim(one, "f1", {}, 1)
    recordings.finish(one, long_transcript(), 800)

    def crash(*_: object) -> None:
        raise RuntimeError("the power went out")

    with monkeypatch.context() as broken:
        broken.setattr(recordings._bodies, "drop", crash)
        with pytest.raises(RuntimeError):
            recordings.remove(removal)
    assert len(kept_bodies()) == 1
    gone = recordings.current(A)
    assert gone is not None and gone.transcript is None
    assert not recordings.remove(removal)
    assert kept_bodies() == []


def test_a_newer_event_is_not_dropped_for_an_older_one_that_came_between(
    recordings: Recordings,
) -> None:
    work(recordings, event(1, etag="first"))
    newest = event(3, etag="first")  # put again after another sound

    class Between:
        """Just after the newest event has looked, the older one claims."""

        def get_item(self, **arguments: Any) -> Any:
            seen = recordings._table.get_item(**arguments)
            recordings.claim(event(2, etag="second"), "f1", {}, 1)
            return seen

        def __getattr__(self, name: str) -> Any:
            return getattr(recordings._table, name)

    table: Any = Between()
    beside = Recordings(table, recordings._bodies._bucket)
    assert beside.claim(newest, "f1", {}, 1).claim is Claim.TAKEN
    assert not recordings.finish(event(2, etag="second"), transcript("SECOND"), 1)
    assert recordings.finish(newest, transcript("FIRST"), 1)


def test_a_claim_knows_the_passages_of_what_finished_meanwhile(recordings: Recordings) -> None:
    recordings.claim(event(1), "f1", {}, 1)

    class Between:
        def get_item(self, **arguments: Any) -> Any:
            seen = recordings._table.get_item(**arguments)
            recordings.finish(event(1), transcript(), 40)
            return seen

        def __getattr__(self, name: str) -> Any:
            return getattr(recordings._table, name)

    table: Any = Between()
    beside = Recordings(table, recordings._bodies._bucket)
    assert beside.claim(event(2), "f1", {}, 1).passages == 40


def test_lists_show_the_latest_first_and_page_without_gaps(aws: None) -> None:
    from tests.unit.recordings.conftest import make_table

    moments = iter(datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=n) for n in range(99))
    recordings = Recordings(make_table(), now=lambda: next(moments))
    for n in range(7):
        one = event(n + 1, key=f"{n}.mp3")
        recordings.claim(one, "f1", {}, 1)
        if n % 2:
            recordings.fail(one, Failure("empty", "The file is empty."))
    seen: list[str] = []
    cursor = None
    while True:
        page, cursor = recordings.list(size=2, cursor=cursor)
        seen += [one.key for one in page]
        if not cursor:
            break
    assert seen == [f"{n}.mp3" for n in (6, 5, 4, 3, 2, 1, 0)]
    failed, _ = recordings.list(status=Status.FAILED)
    assert [one.key for one in failed] == ["5.mp3", "3.mp3", "1.mp3"]
    some, _ = recordings.list(prefix="3", sort="key")
    assert [one.key for one in some] == ["3.mp3"]


@pytest.mark.parametrize("cursor", ["x", "é", "W10=", "eyJhIjogMX0=", "WzFd"])
def test_a_cursor_that_is_not_ours_is_refused(recordings: Recordings, cursor: str) -> None:
    with pytest.raises(InvalidRequest):
        recordings.list(cursor=cursor)


def test_importing_twice_changes_nothing_and_spares_uploads(recordings: Recordings) -> None:
    rows = [Import("a.mp3", {"age": "teens"}, transcript("IMPORTED"), 1)]
    assert recordings.add_imported(rows) == 1
    assert recordings.add_imported(rows) == 0
    found = recordings.get(A)
    assert found is not None
    assert (found.source, found.text) == (Source.IMPORT, "IMPORTED")
    assert work(recordings, event(1)) is Claim.TAKEN
    assert recordings.add_imported(rows) == 0
    uploaded = recordings.get(A)
    assert uploaded is not None
    assert (uploaded.source, uploaded.text) == (Source.UPLOAD, "HELLO WORLD")


def test_a_shorter_import_remembers_what_the_longer_one_has_in_the_index(
    recordings: Recordings,
) -> None:
    assert recordings.add_imported([Import("a.mp3", {}, transcript("A LONG STORY"), 99)]) == 1
    assert recordings.add_imported([Import("a.mp3", {}, transcript("SHORT"), 1)]) == 1
    found = recordings.get(A)
    assert found is not None
    assert (found.text, found.passages) == ("SHORT", 99)


def test_an_import_replaces_a_short_transcript_by_a_very_long_one_and_back(
    recordings: Recordings,
) -> None:
    for words in (transcript("SHORT"), long_transcript(), transcript("SHORT AGAIN")):
        assert recordings.add_imported([Import("a.mp3", {}, words, 1)]) == 1
        found = recordings.get(A)
        assert found is not None and found.transcript is not None
        assert found.transcript.text == words.text
    assert kept_bodies() == []


@pytest.mark.slow("forty histories, each on a table")
@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_any_order_and_repetition_ends_at_the_newest_event(
    recordings: Recordings, data: st.DataObject
) -> None:
    """Every history of one key, delivered at least once in any order, has one outcome."""
    key = uuid.uuid4().hex  # not drawn: examples share the table
    removals = data.draw(st.lists(st.booleans(), min_size=1, max_size=5))
    history = [
        event(n + 1, Change.REMOVED if removed else Change.CREATED, key)
        for n, removed in enumerate(removals)
    ]
    repeated = history + data.draw(st.lists(st.sampled_from(history), max_size=4))
    last_revision = 0
    for one in data.draw(st.permutations(repeated)):
        if one.change is Change.REMOVED:
            recordings.remove(one)
        else:
            work(recordings, one, f"TAKE {one.sequencer}")
        found = recordings.get(recording_id(key))
        if found:
            assert found.revision >= last_revision
            last_revision = found.revision
    final = recordings.get(recording_id(key))
    if removals[-1]:
        assert final is None
    else:
        assert final is not None
        assert final.text == f"TAKE {history[-1].sequencer}"


def test_provenance_survives(recordings: Recordings) -> None:
    provenance = Provenance("facebook/wav2vec2-large-960h", "abc", "torch-bf16", "greedy", "9")
    one = event(1)
    recordings.claim(one, "abc", {}, 1)
    recordings.finish(one, transcript("HI", provenance), 1)
    found = recordings.get(A)
    assert found is not None and found.transcript is not None
    assert found.transcript.provenance == provenance


def test_all_recordings_come_with_their_texts_unless_they_are_not_wanted(
    recordings: Recordings,
) -> None:
    work(recordings, event(1))
    (whole,) = recordings.scan()
    (bare,) = recordings.scan(transcripts=False)
    assert whole.transcript is not None
    assert bare.transcript is None


def test_a_repair_counts_the_revision_on_by_one_or_to_what_the_index_needs(
    recordings: Recordings,
) -> None:
    work(recordings, event(1))
    before = recordings.get(A)
    assert before is not None
    for least, expected in ((0, before.revision + 1), (9, 9)):
        raised = recordings.raise_revision(A, least)
        assert raised is not None and raised.revision == expected
        assert recordings.get(A) == raised


def test_what_is_read_is_what_was_written_last(recordings: Recordings) -> None:
    """By default DynamoDB may answer with what was there a second ago; moto never does."""
    asked: list[dict[str, Any]] = []
    events = recordings._table.meta.client.meta.events
    for operation in ("GetItem", "Scan"):
        events.register(
            f"provide-client-params.dynamodb.{operation}", lambda params, **_: asked.append(params)
        )
    work(recordings, event(1))
    assert len(asked) == 1, "a claim looks first"
    assert recordings.get(A) and recordings.current(A) and list(recordings.scan())
    assert not recordings.is_awaited("a.mp3")
    assert [one["ConsistentRead"] for one in asked] == [True] * 5


def test_sound_that_was_to_come_is_waited_for_until_it_comes_or_is_given_up(
    recordings: Recordings,
) -> None:
    gone = Failure("not_audio", "There is nothing at this address.")
    assert recordings.queue("a.mp3") and recordings.is_awaited("a.mp3")
    assert not recordings.queue("a.mp3"), "once"
    assert recordings.never_came("a.mp3", gone)
    assert not recordings.is_awaited("a.mp3")
    assert not recordings.never_came("a.mp3", gone)
    assert recordings.queue("a.mp3"), "it may be tried again"
    assert work(recordings, event(1)) is Claim.TAKEN
    assert not recordings.queue("a.mp3") and not recordings.never_came("a.mp3", gone)
