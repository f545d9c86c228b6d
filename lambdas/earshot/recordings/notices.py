"""What programs are told of a recording: that it is done, has failed or was deleted.

Read from the table's stream, which tells of every change in order and repeats itself after a fault.
So a notice may come twice, with the same `id`. docs/events.md describes it, and
docs/recording-event.schema.json is its schema.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from earshot.recordings.record import Recording, Status
from earshot.recordings.stream import before_and_after, is_expiry

VERSION = "1"  # of the detail: raised when a field goes or means something else
_TOLD = (Status.DONE, Status.FAILED, Status.DELETED)


@dataclass(frozen=True, slots=True)
class Notice:
    """`status` is what became of the recording; `detail` is plain JSON."""

    status: Status
    detail: Mapping[str, Any]


def notice_of(record: Mapping[str, Any]) -> Notice | None:
    """What a stream record has to tell; None for a step on the way, and for what changes nothing.

    Corrections of facets and details are not told, nor repairs, which only count the revision on.
    """
    if is_expiry(record):
        return None
    before, now = before_and_after(record)
    if now.status not in _TOLD or (before is not None and not _is_news(before, now)):
        return None
    named = before if now.status is Status.DELETED and before else now  # tombstones have no key
    failure = now.failure
    return Notice(
        now.status,
        {
            "version": VERSION,
            "id": f"{now.recording_id}:{now.revision}",
            "recording_id": now.recording_id,
            "key": named.key,
            "status": str(now.status),
            "revision": now.revision,
            "source": str(named.source),
            "uploaded_at": named.uploaded_at or None,
            "updated_at": now.updated_at,
            "duration": now.duration if now.status is Status.DONE else None,
            "model": (now.model or None) if now.status is Status.DONE else None,
            "error": {"code": failure.code, "message": failure.message} if failure else None,
        },
    )


def _is_news(before: Recording, now: Recording) -> bool:
    """Another state, another transcript, or another try that failed."""
    if before.status is not now.status:
        return True
    if now.status is Status.DONE:
        return before.transcribed_at != now.transcribed_at
    if now.status is not Status.FAILED or before.updated_at == now.updated_at:
        return False
    return (before.details, before.sidecar_fault) == (now.details, now.sidecar_fault)
