"""The truth about every recording, in DynamoDB: the one module that reads and writes the table.

Events arrive at least once and in any order, so every write is conditional: on S3's sequencer (an
older event never overwrites what a newer one wrote) and on the status (a repeated event does its
work once). A deletion leaves a tombstone, so that a late event can't resurrect the recording.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from earshot.recordings.bodies import Bodies
from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.claim import Claimed
from earshot.recordings.claiming import (
    ERROR_ATTRIBUTES,
    TRANSCRIPT_ATTRIBUTES,
    claim,
)
from earshot.recordings.describing import Read, correct, note_sidecar
from earshot.recordings.feed import changes
from earshot.recordings.imports import Import, add_imported, adopt
from earshot.recordings.item import pack, recording_from_item, transcript_attributes
from earshot.recordings.listing import (
    Sort,
    make_listable,
    page_by_change,
    page_by_key,
    page_by_upload,
)
from earshot.recordings.queueing import is_awaited, never_came, queue
from earshot.recordings.record import Failure, Recording, Status
from earshot.recordings.retranscription import fail_again, finish_again, take_again
from earshot.recordings.scanning import every_item
from earshot.recordings.tombstones import bury
from earshot.recordings.writes import ConditionalWrites, timestamp
from earshot.speech.transcript import Transcript

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table


def _now() -> datetime:
    return datetime.now(UTC)


class Recordings:
    """The recordings of one table; `transcripts` is the S3 bucket for bodies over the limit."""

    def __init__(
        self, table: "Table", transcripts: Any = None, now: Callable[[], datetime] = _now
    ) -> None:
        self._table = table
        self._bodies = Bodies(transcripts)
        self._writes = ConditionalWrites(table, self._bodies, now)

    # -- reading

    def get(self, recording_id: str) -> Recording | None:
        """The recording with its transcript; None when there is none (any more)."""
        item = self._table.get_item(Key={"recording_id": recording_id}, ConsistentRead=True)
        recording = item.get("Item") and recording_from_item(item["Item"], self.read_body)
        return recording if recording and recording.status is not Status.DELETED else None

    def read_body(self, key: str) -> bytes | None:
        """A transcript body that was too large for its item; None when it was replaced since."""
        return self._bodies.read(key)

    def list(
        self,
        status: Status | None = None,
        prefix: str | None = None,
        cursor: str | None = None,
        size: int = 50,
        sort: Sort = "updated",
    ) -> tuple[list[Recording], str | None]:
        """Recordings without transcripts and a cursor for the next page; `prefix` goes by key.

        Go on while there is a cursor: a page may be short. Raises InvalidRequest for a cursor that
        isn't one of ours.
        """
        if sort == "key":
            return page_by_key(self._table, status, prefix, cursor, size)
        if sort == "uploaded":
            return page_by_upload(self._table, status, cursor, size)
        return page_by_change(self._table, status, cursor, size)

    def changes(
        self, cursor: str | None, since: str | None, size: int
    ) -> tuple[Sequence[Recording], str, bool]:
        """What changed, deletions too, in that order (earshot.recordings.feed)."""
        return changes(self._table, cursor, since, size, self._writes.now())

    def make_listable(self) -> int:
        """Put what older versions wrote into the list by key; how many recordings."""
        return make_listable(self._table)

    def current(self, recording_id: str) -> Recording | None:
        """The recording as `get` gives it, but a tombstone too: what the index must show."""
        item = self._table.get_item(Key={"recording_id": recording_id}, ConsistentRead=True)
        return recording_from_item(item["Item"], self.read_body) if "Item" in item else None

    def scan(self, since: str | None = None, transcripts: bool = True) -> Iterator[Recording]:
        """Every recording with its transcript, tombstones too, in no order.

        With `since` only what was written at that time (ISO 8601) or later. Without `transcripts`
        only the ids, revisions and passages are read.
        """
        for item in every_item(self._table, since, transcripts):
            yield recording_from_item(item, self.read_body)

    def about_how_many(self) -> int:
        """How many items the table has, by DynamoDB's estimate of every six hours."""
        self._table.reload()
        return int(self._table.item_count)

    # -- the way of an object event

    def claim(
        self,
        event: ObjectEvent,
        fingerprint: str,
        facets: Mapping[str, str] | None,
        size: int,
        details: Mapping[str, Any] | None = None,
    ) -> Claimed:
        """Take up the work that a created object means, unless it is done or overtaken.

        The same content under a newer event only refreshes the facets and the `details` that came
        with it: its transcript stays. Facets are None where the object could not be looked at; an
        import, which its metadata would spare, is spared then. What is to be transcribed again
        keeps its transcript meanwhile.
        """
        if event.change is Change.RETRANSCRIBE:
            return take_again(self._writes, event)
        return claim(self._writes, event, fingerprint, facets, size, details)

    def finish(
        self, event: ObjectEvent, transcript: Transcript, passages: int, copy: Path | None = None
    ) -> bool:
        """Write the transcript of the claimed event; False when a newer event took over.

        `passages`: the most passages any version, this one included, had in the index. `copy`
        is the sound to play, where browsers can't seek in the recording itself.
        """
        body = self._bodies.keep(event.recording_id, pack(transcript))
        if copy is not None:
            body["playback_key"] = self._bodies.keep_copy(event.recording_id, copy)
        if event.change is Change.RETRANSCRIBE:
            return finish_again(self._writes, event, transcript, passages, body)
        written = {"status": Status.DONE, "transcribed_at": timestamp(self._writes.now())}
        attributes = transcript_attributes(transcript) | {"passages": passages} | written
        ended = self._end(event, attributes | body)
        return ended or self._writes.kept_after_all(event.recording_id, body)

    def fail(self, event: ObjectEvent, failure: Failure) -> bool:
        """Write why the claimed event has no transcript; False when a newer event took over.

        False too for what keeps the transcript that it had.
        """
        if event.change is Change.RETRANSCRIBE:
            return fail_again(self._writes, event, failure)
        return self._end(
            event,
            {
                "status": Status.FAILED,
                "error_code": failure.code,
                "error_message": failure.message,
            },
        )

    def remove(self, event: ObjectEvent) -> bool:
        """Leave a tombstone for a removed object; False when a newer event was there before."""
        return self._bury(event, "attribute_not_exists(sequencer) OR sequencer < :sequencer")

    def forget(self, event: ObjectEvent) -> bool:
        """Leave a tombstone for a claimed object that was gone before it was worked on."""
        return self._bury(event, "sequencer = :sequencer")

    # -- the way of an import

    def add_imported(self, imports: Iterable[Import]) -> int:
        """Write existing transcripts; how many were new. Several threads may do this at once."""
        return sum(add_imported(self._writes, one) for one in imports)

    def adopt(self, event: ObjectEvent, size: int) -> bool:
        """Give an imported recording the sound that this event brought; its transcript stays.

        False when there is no imported transcript to keep, or a newer event was there before.
        """
        return adopt(self._writes, event, size)

    # -- before the sound

    def queue(self, key: str) -> bool:
        """Note that sound will come (earshot.recordings.queueing); False where some is there."""
        return queue(self._writes, key)

    def is_awaited(self, key: str) -> bool:
        """Whether sound that was to come is still wanted."""
        return is_awaited(self._writes, key)

    def never_came(self, key: str, failure: Failure) -> bool:
        """Write why no sound came; False where some did."""
        return never_came(self._writes, key, failure)

    # -- what is said of a recording

    def note_sidecar(self, recording_id: str, read: Read) -> bool:
        """Make the recording say what its sidecar says now (earshot.recordings.describing)."""
        return note_sidecar(self._writes, recording_id, read)

    def correct(self, recording_id: str, corrections: Mapping[str, Any]) -> bool:
        """Say of some details what counts from now on; None takes a correction back."""
        return correct(self._writes, recording_id, corrections)

    # -- the way of a repair

    def raise_revision(self, recording_id: str, least: int) -> Recording | None:
        """Count the revision on, to `least` or more, and nothing else; the recording after it.

        A tombstone too; None when the table knows nothing of it.
        """
        while (current := self.current(recording_id)) is not None:
            revision = max(current.revision + 1, least)
            if self._writes.set_revision(recording_id, current.revision, revision):
                return replace(current, revision=revision)
        return None

    # -- writing

    def _end(self, event: ObjectEvent, attributes: Mapping[str, Any]) -> bool:
        ended = self._writes.write(
            event.recording_id,
            set_=attributes,
            condition="sequencer = :sequencer AND #status = :transcribing",
            values={":sequencer": event.sequencer, ":transcribing": Status.TRANSCRIBING},
        )
        return ended is not None

    def _bury(self, event: ObjectEvent, condition: str) -> bool:
        traces = (*TRANSCRIPT_ATTRIBUTES, *ERROR_ATTRIBUTES)
        return bury(self._writes, event, condition, traces)
