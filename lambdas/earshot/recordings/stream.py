"""A recording as the table's stream tells of it."""

import base64
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from boto3.dynamodb.types import TypeDeserializer

from earshot.recordings.item import BodyReader, recording_from_item
from earshot.recordings.record import Recording, Status


class _ImageDeserializer(TypeDeserializer):
    """As in answers of the table, but an event is JSON, so binary values come as base64."""

    def _deserialize_b(self, value: str) -> bytes:
        return base64.b64decode(value)


_deserializer = _ImageDeserializer()


def recording_id_of(record: Mapping[str, Any]) -> str:
    """Which recording a stream record is about."""
    return str(record["dynamodb"]["Keys"]["recording_id"]["S"])


def is_expiry(record: Mapping[str, Any]) -> bool:
    """Whether a tombstone's time was up, which tells nothing new.

    Projected, it would be remembered as a deletion of a later revision than the first of a new
    recording under the same key, which the index would then refuse for a day.
    """
    if record["eventName"] != "REMOVE":
        return False
    return _plain(record["dynamodb"]["OldImage"]).get("status") == Status.DELETED


def recording_from_record(record: Mapping[str, Any], read_body: BodyReader) -> Recording:
    """The recording after the change that a stream record tells of.

    Where the item itself went away (an operator's deletion), the recording is deleted as of one
    revision after its last.
    """
    change = record["dynamodb"]
    if record["eventName"] == "REMOVE":
        last = recording_from_item(_plain(change["OldImage"]))
        return replace(last, status=Status.DELETED, revision=last.revision + 1, transcript=None)
    return recording_from_item(_plain(change["NewImage"]), read_body)


def before_and_after(record: Mapping[str, Any]) -> tuple[Recording | None, Recording]:
    """The recording before a change, if there was one, and after it, without transcripts."""
    change = record["dynamodb"]
    before = _summary(change["OldImage"]) if "OldImage" in change else None
    if record["eventName"] == "REMOVE":
        last = _summary(change["OldImage"])
        return last, replace(last, status=Status.DELETED, revision=last.revision + 1)
    return before, _summary(change["NewImage"])


def _summary(image: Mapping[str, Any]) -> Recording:
    return recording_from_item(_plain({k: v for k, v in image.items() if k != "body"}))


def _plain(image: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _deserializer.deserialize(value) for name, value in image.items()}
