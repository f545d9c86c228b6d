"""Repairing what sound, table and index disagree on, until nothing differs any more."""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from earshot.cli.checking.consistency import (
    ON_THE_WAY,
    Difference,
    Discrepancy,
    Document,
    Object,
    Record,
    by_recording,
    compare,
    documents,
    objects,
)
from earshot.cli.progress import Advance
from earshot.ingest.events import notification
from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer
from earshot.recordings.ids import BULK_PREFIX
from earshot.recordings.record import Recording, Status
from earshot.recordings.store import Recordings
from earshot.search.index import SearchIndex

if TYPE_CHECKING:
    from types_boto3_s3.service_resource import Bucket
    from types_boto3_sqs.client import SQSClient

_AT_ONCE = 200  # recordings whose transcripts are held at a time
_REVISIONS_TO_SKIP = 10  # more than manual edits of a document will have used
_BY_EVENT = (Difference.NO_RECORD, Difference.OLD_RECORD, Difference.NO_OBJECT, Difference.STUCK)


@dataclass(frozen=True, slots=True)
class State:
    """What S3, the table and the index hold, as `compare` takes it."""

    stored: Mapping[str, Object]
    records: Mapping[str, Record]
    indexed: Mapping[str, list[Document]]

    def discrepancies(self, patience: timedelta) -> list[Discrepancy]:
        return list(compare(self.stored, self.records, self.indexed, patience))

    def is_on_its_way(self, recording_id: str) -> bool:
        record = self.records.get(recording_id)
        return record is not None and record.status in ON_THE_WAY


@dataclass(frozen=True, slots=True)
class Deployment:
    """What is compared and mended: boto3 Bucket and SQS client, the table, the index."""

    bucket: "Bucket"
    recordings: Recordings
    search: Any
    alias: str
    sqs: "SQSClient"
    queue_url: str
    bulk_queue_url: str | None = None

    def queue_of(self, key: str) -> str:
        """Of the lane that an object goes by."""
        bulk = self.bulk_queue_url if key.startswith(BULK_PREFIX) else None
        return bulk or self.queue_url

    def state(self, advance: Advance = lambda _: None) -> State:
        """The index last: what is in the table by then, it may show."""
        stored = {one.key: one for one in objects(self.bucket)}
        records: dict[str, Record] = {}
        for one in self.recordings.scan():
            records[one.recording_id] = Record.of(one)
            advance(1)
        return State(stored, records, by_recording(documents(self.search, self.alias)))


def lasting(
    deployment: Deployment, patience: timedelta, wait: float, advance: Advance = lambda _: None
) -> tuple[State, list[Discrepancy]]:
    """The discrepancies that are still there after `wait` seconds: what is on its way is none."""
    state = deployment.state(advance)
    found = state.discrepancies(patience)
    if not found:
        return state, []
    time.sleep(wait)
    state, before = deployment.state(), set(found)
    return state, [one for one in state.discrepancies(patience) if one in before]


def repair(deployment: Deployment, state: State, found: Sequence[Discrepancy]) -> None:
    """Mend each: by the event that S3 should have sent, or by what the table says.

    All of it can be repeated. Events get the sequencer right behind the record's, so that any real
    event, before or after, still has its place.
    """
    SearchIndex(deployment.search, deployment.alias).ensure()
    for one in found:
        if one.kind in _BY_EVENT:
            stored, record = state.stored.get(one.key), state.records.get(one.recording_id)
            body = _event(stored, record, one, deployment.bucket.name)
            queue = deployment.queue_of(one.key) if stored else deployment.queue_url
            deployment.sqs.send_message(QueueUrl=queue, MessageBody=body)
    of_index = [one.recording_id for one in found if one.kind not in _BY_EVENT]
    for start in range(0, len(of_index), _AT_ONCE):
        _project(deployment, state, of_index[start : start + _AT_ONCE])


def mended(
    deployment: Deployment,
    state: State,
    found: list[Discrepancy],
    patience: timedelta,
    wait: float,
) -> tuple[State, list[Discrepancy]]:
    """Repair until nothing differs and nothing that was announced again is on its way, or it takes
    too long. Mending one thing may bring another to light: the index refuses a record that was made
    anew while it remembers a later revision.
    """
    pause = max(wait, 0.5)
    deadline = time.monotonic() + max(60.0, 12 * wait)
    repaired: set[Discrepancy] = set()
    while True:
        fresh = [one for one in found if one not in repaired]
        repair(deployment, state, fresh)
        repaired.update(fresh)
        time.sleep(pause)
        state, found = lasting(deployment, patience, wait)
        on_its_way = sum(state.is_on_its_way(one.recording_id) for one in repaired)
        if not (found or on_its_way):
            return state, found
        if time.monotonic() >= deadline:
            if on_its_way:
                print(f"{on_its_way} recordings are still on their way: check again later.")
            return state, found


def _project(deployment: Deployment, state: State, ids: Sequence[str]) -> None:
    """Write what the table says, under a revision above all that the index may remember.

    A document deleted by hand is remembered with the version after its last, so the recording's own
    revision would be refused as old.
    """
    wanted: list[Recording] = []
    for one in ids:
        indexed = state.indexed.get(one, [])
        highest = max((document.version for document in indexed), default=0)
        passages = max((document.n for document in indexed), default=-1) + 1
        recording = deployment.recordings.raise_revision(one, highest + _REVISIONS_TO_SKIP)
        if recording is None:
            gone = Recording(one, "", Status.DELETED, highest + 1, "", passages=passages)
            wanted.append(gone)
        else:
            wanted.append(replace(recording, passages=max(recording.passages, passages)))
    index = SearchIndex(deployment.search, deployment.alias)
    for recording, reason in index.project(wanted):
        print(f"{recording.key or recording.recording_id}: {reason}", file=sys.stderr)


def _event(stored: Object | None, record: Record | None, found: Discrepancy, bucket: str) -> str:
    """The notification that S3 should have sent, as its queue would get it."""
    sequencer = record.sequencer if record else ""
    if found.kind is not Difference.STUCK:
        sequencer = _next(sequencer)
    moment = stored.modified if stored else datetime.now(UTC)
    time_ = moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    change = Change.CREATED if stored else Change.REMOVED
    etag, size = (stored.etag, stored.size) if stored else ("", 0)
    return notification(ObjectEvent(change, bucket, found.key, sequencer, time_, etag, size))


def _next(sequencer: str) -> str:
    """The sequencer right behind this one."""
    comparable = comparable_sequencer(sequencer)
    return f"{int(comparable, 16) + 1:0{len(comparable)}X}"
