"""What is left of a deleted recording: a tombstone, so that a late event can't resurrect it."""

from collections.abc import Iterable
from datetime import timedelta

from earshot.recordings.bodies import KEPT
from earshot.recordings.changes import ObjectEvent
from earshot.recordings.details import ATTRIBUTES
from earshot.recordings.record import Status
from earshot.recordings.writes import ConditionalWrites

_LISTED = ("key", "etag", "size", "facets", "listed_at", "listed_in", "uploaded_at")
_LIFETIME = timedelta(days=14)  # SQS keeps a message for at most as long


def bury(
    writes: ConditionalWrites, event: ObjectEvent, condition: str, traces: Iterable[str]
) -> bool:
    """Leave a tombstone without `traces`, and clear away what is kept in S3.

    The tombstone goes on naming that: where a crash came between the two, the repeated event
    finds it there and ends the work. False when the condition failed.
    """
    expiry = int((writes.now() + _LIFETIME).timestamp())
    gone = sorted({*traces} - {*KEPT})
    before = writes.write(
        event.recording_id,
        set_={"status": Status.DELETED, "sequencer": event.sequencer, "expires_at": expiry},
        remove=(*gone, *ATTRIBUTES, *_LISTED),
        condition=condition,
    )
    left = before
    if left is None:
        left = writes.look(event.recording_id, "status", *KEPT)
        if left.get("status") != Status.DELETED:
            return False
    for name in KEPT:
        if name in left:
            writes.bodies.drop(left[name])
    return before is not None
