"""Recordings in pages, the latest changed first, from the table's index by status."""

import base64
import binascii
import heapq
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from boto3.dynamodb.conditions import ConditionBase, Key

from earshot.errors import InvalidRequest
from earshot.recordings.item import recording_from_item
from earshot.recordings.record import Recording, Status

LIST_INDEX = "by_status"

_LISTED = (Status.QUEUED, Status.TRANSCRIBING, Status.DONE, Status.FAILED)
_KEYS_AT_ONCE = 100  # BatchGetItem's limit
_SUMMARY_ATTRIBUTES = (
    "recording_id", "key", "status", "revision", "updated_at", "uploaded_at", "sequencer", "etag",
    "size", "source", "facets", "error_code", "error_message", "passages", "text", "duration",
    "model", "fingerprint", "transcribed_at", "estimated_times", "incomplete", "listened_to",
    "playback_key",
)  # fmt: skip


def page_of_recordings(
    table: Any, status: Status | None, prefix: str | None, cursor: str | None, size: int
) -> tuple[list[Recording], str | None]:
    """At most `size` recordings without transcripts, and a cursor for the next page.

    The index holds each status apart; the merge of their heads is the latest of all.
    Raises InvalidRequest for a cursor that isn't one of ours.
    """
    before = _decode_cursor(cursor) if cursor else None
    heads = [_entries(table, one, before, size) for one in ((status,) if status else _LISTED)]
    entries = heapq.merge(*heads, key=lambda entry: entry["listed_at"], reverse=True)
    page = [entry for entry, _ in zip(entries, range(size), strict=False)]
    recordings = [
        recording
        for recording in _summaries(table, [entry["recording_id"] for entry in page])
        if (prefix is None or recording.key.startswith(prefix))
        and recording.status is not Status.DELETED
    ]
    after = _encode_cursor(page[-1]["listed_at"]) if len(page) == size else None
    return recordings, after


def _entries(
    table: Any, status: Status, before: str | None, size: int
) -> Iterator[Mapping[str, str]]:
    condition: ConditionBase = Key("status").eq(status)
    if before:
        condition &= Key("listed_at").lt(before)
    answer = table.query(
        IndexName=LIST_INDEX,
        KeyConditionExpression=condition,
        ScanIndexForward=False,
        Limit=size,
    )
    yield from answer["Items"]


def _summaries(table: Any, ids: Sequence[str]) -> Iterator[Recording]:
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
            answer = table.meta.client.batch_get_item(RequestItems=request)
            for item in answer["Responses"].get(table.name, []):
                found[item["recording_id"]] = recording_from_item(item)
            request = answer.get("UnprocessedKeys", {})
    return (found[one] for one in ids if one in found)


def _encode_cursor(listed_at: str) -> str:
    return base64.urlsafe_b64encode(json.dumps([listed_at]).encode()).decode()


def _decode_cursor(cursor: str) -> str:
    try:
        decoded = json.loads(base64.urlsafe_b64decode(cursor.encode()))
    except (ValueError, binascii.Error):
        decoded = None
    match decoded:
        case [str(listed_at)]:
            return listed_at
    raise InvalidRequest("The cursor is not one that this API gave out.")
