"""Recordings in pages: by key, or the latest uploaded or changed first. No cursor loses one.

By key, a recording keeps its place whatever happens to it: each is listed once. In the other orders
one that changes while somebody pages may move to the front, behind that reader's back. So a walk
ends with what changed since it began; such a recording comes twice, the second time as it is now.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from boto3.dynamodb.conditions import Attr, ConditionBase, Key
from botocore.exceptions import ClientError

from earshot.recordings.cursors import Cursor, decode, encode
from earshot.recordings.details import ATTRIBUTES
from earshot.recordings.ids import recording_id
from earshot.recordings.item import recording_from_item
from earshot.recordings.record import Recording, Status

if TYPE_CHECKING:
    from types_boto3_dynamodb.service_resource import Table

Sort = Literal["key", "uploaded", "updated"]

LIST_INDEX = "by_status"
KEY_INDEX = "by_key"
UPLOAD_INDEX = "by_upload"
# The value that every listed recording has as the partition of the indexes by key and by upload.
ALL = {"listed_in": "all"}

LISTED = (Status.QUEUED, Status.TRANSCRIBING, Status.DONE, Status.FAILED)
_KEYS_AT_ONCE = 100  # BatchGetItem's limit
_MAX_STEPS = 10  # queries for a page whose filter leaves little
_SUMMARY_ATTRIBUTES = (
    "recording_id", "key", "status", "revision", "updated_at", "uploaded_at", "sequencer", "etag",
    "size", "source", "facets", "error_code", "error_message", "passages", "text", "duration",
    "model", "fingerprint", "transcribed_at", "estimated_times", "incomplete", "listened_to",
    "playback_key", *ATTRIBUTES,
)  # fmt: skip


def page_by_key(
    table: "Table", status: Status | None, prefix: str | None, cursor: str | None, size: int
) -> tuple[list[Recording], str | None]:
    """At most `size` recordings without transcripts, in the order of their keys' bytes.

    With a status a page may be short though more follow. Raises InvalidRequest for a cursor that
    isn't one of this order.
    """
    last = decode(cursor, "key").place if cursor else None
    condition: ConditionBase = Key("listed_in").eq(ALL["listed_in"])
    if prefix:
        condition &= Key("key").begins_with(prefix)
    query: dict[str, Any] = {"IndexName": KEY_INDEX, "KeyConditionExpression": condition}
    if last is not None:
        query["ExclusiveStartKey"] = ALL | {"key": last, "recording_id": recording_id(last)}
    entries, end = _filtered(table, query, status, size)
    return _settled(table, entries), encode(Cursor("key", end["key"])) if end else None


def page_by_upload(
    table: "Table", status: Status | None, cursor: str | None, size: int
) -> tuple[list[Recording], str | None]:
    """At most `size` recordings without transcripts, the latest uploaded first.

    The last pages have those that changed after the first page was asked for, the earliest first.
    With a status a page may be short though more follow. Raises InvalidRequest for a cursor that
    isn't one of this order.
    """
    at = decode(cursor, "uploaded", "changed") if cursor else None
    if at and at.order == "changed":
        return page_by_change(table, status, cursor, size)
    newest = [] if at else merged(table, LISTED, 1)
    began = at.began if at else newest[0]["listed_at"] if newest else ""
    query: dict[str, Any] = {
        "IndexName": UPLOAD_INDEX,
        "KeyConditionExpression": Key("listed_in").eq(ALL["listed_in"]),
        "ScanIndexForward": False,
    }
    if at:
        uploaded_at, _, identity = at.place.rpartition("#")
        query["ExclusiveStartKey"] = ALL | {"uploaded_at": uploaded_at, "recording_id": identity}
    entries, end = _filtered(table, query, status, size)
    if end:
        place = f"{end['uploaded_at']}#{end['recording_id']}"
        return _settled(table, entries), encode(Cursor("uploaded", place, began))
    if at is None:
        return _settled(table, entries), None  # all of them, on one page
    return _last(table, status, size, entries, since=began, began=began)


def _filtered(
    table: "Table", query: Mapping[str, Any], status: Status | None, size: int
) -> tuple[list[Mapping[str, str]], Mapping[str, str] | None]:
    """At most `size` entries of an index, and the key that the next page begins after, if any."""
    if status:
        query = {**query, "FilterExpression": Attr("status").eq(status)}
    entries: list[Mapping[str, str]] = []
    for _ in range(_MAX_STEPS):
        answer: Any = table.query(**query, Limit=size - len(entries))  # entries: text only
        entries += answer["Items"]
        end = answer.get("LastEvaluatedKey")
        if end is None or len(entries) == size:
            break
        query = {**query, "ExclusiveStartKey": end}
    return entries, end


def page_by_change(
    table: "Table", status: Status | None, cursor: str | None, size: int
) -> tuple[list[Recording], str | None]:
    """At most `size` recordings without transcripts, the latest changed first.

    The last pages have those that changed after the first page was asked for, the earliest first.
    Raises InvalidRequest for a cursor that isn't one of this order.
    """
    at = decode(cursor, "updated", "changed") if cursor else None
    entries: list[Mapping[str, str]] = []
    began = at.began if at else ""
    if at is None or at.order == "updated":
        entries = merged(
            table, (status,) if status else LISTED, size, before=at.place if at else None
        )
        began = began or (entries[0]["listed_at"] if entries else "")
        if len(entries) == size:
            after = encode(Cursor("updated", entries[-1]["listed_at"], began))
            return _settled(table, entries), after
    if at is None:
        return _settled(table, entries), None  # all of them, on one page
    since = at.place if at.order == "changed" else began
    return _last(table, status, size, entries, since=since, began=began)


def _last(
    table: "Table",
    status: Status | None,
    size: int,
    entries: list[Mapping[str, str]],
    since: str,
    began: str,
) -> tuple[list[Recording], str | None]:
    """A page of `entries`, filled up with what changed after the place `since`."""
    changed = (
        merged(table, (status,) if status else LISTED, size - len(entries), after=since)
        if size > len(entries)
        else []
    )
    full = len(entries) + len(changed) == size
    after = encode(Cursor("changed", changed[-1]["listed_at"] if changed else since, began))
    return _settled(table, [*entries, *changed]), after if full else None


def make_listable(table: "Table") -> int:
    """Put recordings that were written before there was a list by key into it; how many."""
    found = 0
    scan: dict[str, Any] = {
        "FilterExpression": Attr("listed_in").not_exists() & Attr("key").exists(),
        "ProjectionExpression": "recording_id",
    }
    while True:
        page: Any = table.scan(**scan)
        for item in page["Items"]:
            found += _list_by_key(table, item)
        if "LastEvaluatedKey" not in page:
            return found
        scan["ExclusiveStartKey"] = page["LastEvaluatedKey"]


def _list_by_key(table: "Table", item: Mapping[str, str]) -> bool:
    """False for what was deleted meanwhile, which has no key any more."""
    try:
        table.update_item(
            Key=item,
            UpdateExpression="SET listed_in = :all",
            ConditionExpression="attribute_exists(#key)",
            ExpressionAttributeNames={"#key": "key"},
            ExpressionAttributeValues={":all": ALL["listed_in"]},
        )
    except ClientError as error:
        if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
            raise
        return False
    return True


def _settled(table: "Table", entries: Sequence[Mapping[str, str]]) -> list[Recording]:
    """Each once, and none that was deleted since the index was read."""
    ids = dict.fromkeys(entry["recording_id"] for entry in entries)
    found = summaries(table, list(ids))
    return [one for one in found if one.status is not Status.DELETED]


def merged(
    table: "Table",
    statuses: Sequence[Status],
    size: int,
    before: str | None = None,
    after: str | None = None,
) -> list[Mapping[str, str]]:
    """The index holds each status apart; the merge of their heads is the order of all of these."""
    heads = [_entries(table, one, size, before, after) for one in statuses]
    merged = heapq.merge(*heads, key=lambda entry: entry["listed_at"], reverse=after is None)
    return [entry for entry, _ in zip(merged, range(size), strict=False)]


def _entries(
    table: "Table", status: Status, size: int, before: str | None, after: str | None
) -> Iterator[Mapping[str, str]]:
    """In descending order, or in ascending order `after` a place."""
    condition: ConditionBase = Key("status").eq(status)
    if before:
        condition &= Key("listed_at").lt(before)
    if after is not None:
        condition &= Key("listed_at").gt(after)
    answer: Any = table.query(
        IndexName=LIST_INDEX,
        KeyConditionExpression=condition,
        ScanIndexForward=after is not None,
        Limit=size,
    )
    yield from answer["Items"]


def summaries(table: "Table", ids: Sequence[str]) -> Iterator[Recording]:
    """The recordings of these ids, without bodies, in this order."""
    found: dict[str, Recording] = {}
    for start in range(0, len(ids), _KEYS_AT_ONCE):
        request: dict[str, Any] = {
            table.name: {
                "Keys": [{"recording_id": one} for one in ids[start : start + _KEYS_AT_ONCE]],
                "ProjectionExpression": ", ".join(f"#{one}" for one in _SUMMARY_ATTRIBUTES),
                "ExpressionAttributeNames": {f"#{one}": one for one in _SUMMARY_ATTRIBUTES},
            }
        }
        while request:
            answer: Any = table.meta.client.batch_get_item(RequestItems=request)
            for item in answer["Responses"].get(table.name, []):
                found[item["recording_id"]] = recording_from_item(item)
            request = answer.get("UnprocessedKeys", {})
    return (found[one] for one in ids if one in found)
