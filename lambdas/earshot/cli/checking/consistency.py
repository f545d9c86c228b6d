"""Where sound, records and search documents disagree, named one by one.

Three listings, taken while everything goes on, are compared: what S3 holds, what the table says and
what the index shows. Nothing here changes anything.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from opensearchpy import OpenSearch

from earshot.ingest.sidecars import described_by
from earshot.recordings.ids import recording_id
from earshot.recordings.passages import count_passages
from earshot.recordings.record import Recording, Source, Status

if TYPE_CHECKING:
    from types_boto3_s3.service_resource import Bucket

_PAGE = 5000
ON_THE_WAY = (Status.QUEUED, Status.TRANSCRIBING)


class Difference(StrEnum):
    """What is wrong, in words for people."""

    NO_RECORD = "object without record"
    OLD_RECORD = "record of an older object"
    NO_OBJECT = "record without object"
    STUCK = "stuck on its way to a transcript"
    NOT_INDEXED = "done but not in the index"
    INCOMPLETE = "not with all its passages in the index"
    WRONG_REVISION = "another revision in the index"
    STRAY = "in the index without a done record"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    kind: Difference
    recording_id: str
    key: str


@dataclass(frozen=True, slots=True)
class Object:
    """One object of the audio bucket."""

    key: str
    etag: str
    size: int
    modified: datetime


@dataclass(frozen=True, slots=True)
class Record:
    """What the comparison needs of a recording; `passages` are those of its present transcript."""

    recording_id: str
    key: str
    status: Status
    revision: int
    sequencer: str
    etag: str
    source: Source
    updated_at: str
    passages: int

    @classmethod
    def of(cls, one: Recording) -> "Record":
        said = one.transcript if one.status is Status.DONE else None
        return cls(
            one.recording_id, one.key, one.status, one.revision, one.sequencer, one.etag,
            one.source, one.updated_at, count_passages(said) if said else 0,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the index."""

    recording_id: str
    n: int
    version: int
    key: str


def objects(bucket: "Bucket") -> Iterator[Object]:
    """Every object of a boto3 Bucket that is sound: neither the empty ones that stand for folders,
    nor sidecars."""
    for one in bucket.objects.all():
        if not one.key.endswith("/") and not described_by(one.key):
            yield Object(one.key, one.e_tag.strip('"'), one.size, one.last_modified)


def documents(client: OpenSearch, alias: str) -> Iterator[Document]:
    """Every document of the index, refreshed first; none when there is no index."""
    if not client.indices.exists_alias(name=alias):
        return
    client.indices.refresh(index=alias)
    after: dict[str, Any] = {}
    while True:
        body = {
            "size": _PAGE,
            "sort": [{"recording_id": "asc"}, {"n": "asc"}],
            "version": True,
            "_source": False,
            "docvalue_fields": ["recording_id", "n", "key"],
            "track_total_hits": False,
        } | after
        hits = client.search(index=alias, body=body)["hits"]["hits"]
        for hit in hits:
            fields = hit["fields"]
            yield Document(
                fields["recording_id"][0], int(fields["n"][0]), hit["_version"], fields["key"][0]
            )
        if len(hits) < _PAGE:
            return
        after = {"search_after": hits[-1]["sort"]}


def compare(
    stored: Mapping[str, Object],
    records: Mapping[str, Record],
    indexed: Mapping[str, list[Document]],
    patience: timedelta,
    now: datetime | None = None,
) -> Iterator[Discrepancy]:
    """All discrepancies. `stored` is by key, the others by recording id.

    `patience`: how long a recording may be on its way before it counts as stuck.
    """
    late = (now or datetime.now(UTC)) - patience
    for key, object_ in stored.items():
        record = records.get(recording_id(key))
        if record is None or record.status is Status.DELETED:
            yield Discrepancy(Difference.NO_RECORD, recording_id(key), key)
        elif record.etag != object_.etag and record.status not in ON_THE_WAY:
            yield Discrepancy(Difference.OLD_RECORD, record.recording_id, key)
    for one in records.values():
        if one.status is not Status.DELETED and one.key not in stored and _has_sound(one):
            yield Discrepancy(Difference.NO_OBJECT, one.recording_id, one.key)
        elif one.status in ON_THE_WAY and datetime.fromisoformat(one.updated_at) < late:
            yield Discrepancy(Difference.STUCK, one.recording_id, one.key)
        if one.status is Status.DONE:
            yield from _in_index(one, indexed.get(one.recording_id, []))
    for identity, found in indexed.items():
        record = records.get(identity)
        if record is None or record.status is not Status.DONE:
            yield Discrepancy(Difference.STRAY, identity, found[0].key)


def by_recording(documents: Iterable[Document]) -> dict[str, list[Document]]:
    found: dict[str, list[Document]] = {}
    for one in documents:
        found.setdefault(one.recording_id, []).append(one)
    return found


def _in_index(record: Record, found: list[Document]) -> Iterator[Discrepancy]:
    if not found:
        kind = Difference.NOT_INDEXED
    elif any(one.version != record.revision for one in found):
        kind = Difference.WRONG_REVISION
    elif {one.n for one in found} != set(range(record.passages)):
        kind = Difference.INCOMPLETE
    else:
        return
    yield Discrepancy(kind, record.recording_id, record.key)


def _has_sound(record: Record) -> bool:
    """An import may have come without."""
    return record.source is Source.UPLOAD or bool(record.etag)
