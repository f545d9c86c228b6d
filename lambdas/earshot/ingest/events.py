"""What S3 says happened to an object, as it arrives inside an SQS message."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote_plus, unquote_plus

from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer

OURS = "earshot"  # the source of events that S3 did not send
RETRANSCRIBE = "Retranscribe"  # the name of one that S3 does not know


class MalformedEvent(ValueError):
    """The message is no S3 event notification; retrying can't make it one."""


def object_events(body: str) -> Iterator[ObjectEvent]:
    """Every object change in the body of one SQS message, in order.

    S3's test event, sent when notifications are set up, holds none. Raises MalformedEvent when the
    body is anything else than an S3 notification.
    """
    try:
        message = json.loads(body)
    except ValueError as error:
        raise MalformedEvent("the message is not JSON") from error
    if not isinstance(message, dict):
        raise MalformedEvent("the message is not a JSON object")
    if message.get("Event") == "s3:TestEvent":
        return
    records = message.get("Records")
    if not isinstance(records, list) or not records:
        raise MalformedEvent("the message has no S3 records")
    for record in records:
        try:
            yield from _object_event(record)
        except (KeyError, TypeError, AttributeError) as error:
            raise MalformedEvent(f"an S3 record lacks {error}") from error


def notification(event: ObjectEvent) -> str:
    """The body of a message that tells of `event` again, as `object_events` reads it."""
    names = {
        Change.CREATED: "ObjectCreated:Put",
        Change.REMOVED: "ObjectRemoved:Delete",
        Change.RETRANSCRIBE: RETRANSCRIBE,
    }
    entity = {
        "key": quote_plus(event.key),
        "sequencer": event.sequencer,
        "eTag": event.etag,
        "size": event.size,
    }
    record = {
        "eventSource": OURS,
        "eventName": names[event.change],
        "eventTime": event.time,
        "s3": {"bucket": {"name": event.bucket}, "object": entity},
    }
    if event.replaces:
        record["replaces"] = event.replaces
    return json.dumps({"Records": [record]})


def _object_event(record: Mapping[str, Any]) -> Iterator[ObjectEvent]:
    name = record["eventName"]
    if name.startswith("ObjectCreated:"):
        change = Change.CREATED
    elif name.startswith(("ObjectRemoved:", "LifecycleExpiration:")):
        change = Change.REMOVED
    elif name == RETRANSCRIBE and record.get("eventSource") == OURS:
        change = Change.RETRANSCRIBE
    else:
        return  # restores, tagging, replication: nothing that changes the sound
    entity = record["s3"]["object"]
    key = unquote_plus(entity["key"])
    if key.endswith("/"):
        return  # a folder made in the S3 console is an empty object with such a name
    yield ObjectEvent(
        change=change,
        bucket=record["s3"]["bucket"]["name"],
        key=key,
        sequencer=comparable_sequencer(entity.get("sequencer", "")),
        time=record["eventTime"],
        etag=entity.get("eTag", "").strip('"'),
        size=int(entity.get("size", 0)),
        replaces=record.get("replaces", ""),
    )
