"""`python -m scripts check`: one record for every sound, and in the search what it says?"""

import json
import sys
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from urllib.parse import quote_plus

import typer

from earshot.events import comparable_sequencer
from earshot.search.index import SearchIndex
from earshot.transcripts.recording import Recording, Status
from earshot.transcripts.store import Recordings
from scripts import outputs
from scripts.consistency import (
    ON_THE_WAY,
    Discrepancy,
    Document,
    Kind,
    Object,
    Record,
    by_recording,
    compare,
    documents,
    objects,
)
from scripts.outputs import Outputs
from scripts.progress import Advance, progress
from scripts.upload import BULK_PREFIX

_AT_ONCE = 200  # recordings whose transcripts are held at a time
_BEYOND = 10  # more than the hands that may have been at a document
_BY_EVENT = (Kind.NO_RECORD, Kind.OLD_RECORD, Kind.NO_OBJECT, Kind.STUCK)


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

    bucket: Any
    recordings: Recordings
    search: Any
    alias: str
    sqs: Any
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
        recording = deployment.recordings.raise_revision(one, highest + _BEYOND)
        if recording is None:
            gone = Recording(one, "", Status.DELETED, highest + 1, "", passages=passages)
            wanted.append(gone)
        else:
            wanted.append(replace(recording, passages=max(recording.passages, passages)))
    index = SearchIndex(deployment.search, deployment.alias)
    for recording, reason in index.project(wanted):
        print(f"{recording.key or recording.recording_id}: {reason}", file=sys.stderr)


def check(
    mend: Annotated[bool, typer.Option("--repair", help="Mend what differs.")] = False,
    stuck: Annotated[
        float, typer.Option(help="Minutes after which a recording counts as stuck.", min=0)
    ] = 60,
    wait: Annotated[
        float, typer.Option(help="Seconds to look again, for what is only on its way.", min=0)
    ] = 5,
    stack: Annotated[
        str | None, typer.Option(help="A stack on AWS; the local one if not given.")
    ] = None,
) -> None:
    """Compare S3, the table and the search index both ways. Exit code 1 when they differ."""
    try:
        target = outputs.find(stack)
    except outputs.NoDeployment as fault:
        print(f"error: {fault}", file=sys.stderr)
        raise typer.Exit(1) from fault
    deployment = _deployment(target)
    patience = timedelta(minutes=stuck)
    with progress("Comparing", deployment.recordings.about_how_many()) as advance:
        state, found = lasting(deployment, patience, wait, advance)
    _print(found)
    if found and mend:
        print("Mending; what is sent to the queue may take a while …")
        state, found = mended(deployment, state, found, patience, wait)
        _print(found)
    waiting = _waiting(deployment)
    if found and waiting:
        print(f"{waiting} messages are in the queue: some of this may be work that waits.")
    counted = f"{len(state.stored)} objects, {len(state.records)} records (with tombstones)"
    documents_ = sum(map(len, state.indexed.values()))
    print(f"{counted}, {documents_} passages: {len(found)} discrepancies.")
    raise typer.Exit(1 if found else 0)


def _print(found: Sequence[Discrepancy]) -> None:
    for one in sorted(found, key=lambda one: (one.kind, one.key)):
        print(f"{one.kind}: {one.key or one.recording_id}")
    for kind, count in Counter(one.kind for one in found).items():
        print(f"{count} × {kind}")


def _event(stored: Object | None, record: Record | None, found: Discrepancy, bucket: str) -> str:
    """The notification of S3 that is missing, as its queue would get it."""
    sequencer = record.sequencer if record else ""
    if found.kind is not Kind.STUCK:
        sequencer = _next(sequencer)
    moment = stored.modified if stored else datetime.now(UTC)
    entity: dict[str, object] = {"key": quote_plus(found.key), "sequencer": sequencer}
    if stored:
        entity |= {"eTag": stored.etag, "size": stored.size}
    return json.dumps({
        "Records": [{
            "eventSource": "earshot:check",
            "eventName": "ObjectCreated:Put" if stored else "ObjectRemoved:Delete",
            "eventTime": moment.astimezone(UTC).isoformat(timespec="milliseconds")[:-6] + "Z",
            "s3": {"bucket": {"name": bucket}, "object": entity},
        }]
    })  # fmt: skip


def _next(sequencer: str) -> str:
    """The sequencer right behind this one."""
    comparable = comparable_sequencer(sequencer)
    return f"{int(comparable, 16) + 1:0{len(comparable)}X}"


def _waiting(deployment: Deployment) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    waiting = 0
    for url in filter(None, (deployment.queue_url, deployment.bulk_queue_url)):
        found = deployment.sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)
        waiting += sum(int(found["Attributes"][name]) for name in names)
    return waiting


def _deployment(target: Outputs) -> Deployment:
    return Deployment(
        bucket=target.resource("s3").Bucket(target.audio_bucket),
        recordings=target.recordings(),
        search=target.search_client(60),
        alias=target.index,
        sqs=target.client("sqs"),
        queue_url=target.queue_url,
        bulk_queue_url=target.bulk_queue_url,
    )
