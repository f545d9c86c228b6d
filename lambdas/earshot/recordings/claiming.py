"""How the work that a created object means is taken up: once, and by the newest event."""

from collections.abc import Mapping
from typing import Any

from earshot.recordings.bodies import KEPT
from earshot.recordings.changes import ObjectEvent
from earshot.recordings.claim import Claim, Claimed
from earshot.recordings.details import GIVEN
from earshot.recordings.record import Source, Status
from earshot.recordings.writes import ConditionalWrites

INTERNAL = "internal"  # the failure that a redrive may try again
TRANSCRIPT_ATTRIBUTES = (
    *KEPT, "body", "text", "duration", "model", "fingerprint", "estimated_times", "transcribed_at",
    "incomplete", "listened_to",
)  # fmt: skip
ERROR_ATTRIBUTES = ("error_code", "error_message")


def claim(
    writes: ConditionalWrites,
    event: ObjectEvent,
    fingerprint: str,
    facets: Mapping[str, str] | None,
    size: int,
    details: Mapping[str, Any] | None,
) -> Claimed:
    """Claim a recording for this event, unless it is done or overtaken; see `Recordings.claim`."""
    current = writes.look(event.recording_id, "status", "etag", "fingerprint")
    seen = {
        "key": event.key,
        "sequencer": event.sequencer,
        "uploaded_at": event.time,
        "size": size,
        "source": Source.UPLOAD,
    }
    if facets is not None:
        seen["facets"] = dict(facets)
        seen[GIVEN] = dict(details or {})
    if (
        current.get("status") == Status.DONE
        and current.get("etag") == event.etag
        and current.get("fingerprint") == fingerprint
    ):
        refreshed = writes.write(
            event.recording_id,
            set_=seen | {"status": Status.DONE},
            condition="sequencer < :sequencer AND #status = :status AND etag = :etag",
            values={":etag": event.etag},
        )
        if refreshed is not None:
            return Claimed(Claim.UNCHANGED)
        # Another event came between: if it was an older one, this one's work is left to do.
    condition = (
        "attribute_not_exists(sequencer) OR sequencer < :sequencer OR (sequencer = :sequencer"
        " AND (#status IN (:queued, :transcribing) OR error_code = :internal))"
    )
    values = {
        ":queued": Status.QUEUED,
        ":transcribing": Status.TRANSCRIBING,
        ":internal": INTERNAL,
    }
    if facets is None:
        condition = f"(attribute_not_exists(#source) OR #source <> :import) AND ({condition})"
        values[":import"] = Source.IMPORT
    taken = writes.write(
        event.recording_id,
        set_=seen | {"status": Status.TRANSCRIBING, "etag": event.etag},
        remove=(*TRANSCRIPT_ATTRIBUTES, *ERROR_ATTRIBUTES, "expires_at"),
        condition=condition,
        values=values,
    )
    if taken is None:
        return Claimed(Claim.STALE)
    return Claimed(Claim.TAKEN, passages=int(taken.get("passages", 0)))
