"""What is said of a recording, written into its item whatever else goes on with it.

A sidecar is read as it is now, not as an event tells of it, and written only if the item did not
change since before it was read: so of two that read at once, the later reading stays, in whatever
order events come. It is looked for after a recording was claimed, and again when the sidecar itself
is put or deleted: whichever comes last finds the other.
"""

from collections.abc import Callable, Mapping
from typing import Any

from earshot.recordings.details import ATTRIBUTES, CORRECTED, SIDECAR, SIDECAR_FAULT
from earshot.recordings.record import Status
from earshot.recordings.writes import ConditionalWrites

SIDECAR_SUFFIX = ".json"
# What a sidecar says: None if there is none, and why it can't be used, if so.
Read = Callable[[], tuple[Mapping[str, Any] | None, str]]


def note_sidecar(writes: ConditionalWrites, recording_id: str, read: Read) -> bool:
    """Make the item say what the sidecar does; False where there is no recording, or no change."""
    while True:
        seen = writes.look(recording_id, "status", "revision", *ATTRIBUTES)
        if not _is_there(seen):
            return False
        said, fault = read()
        wanted = {SIDECAR: dict(said) if said else None, SIDECAR_FAULT: fault or None}
        if all(seen.get(name) == value for name, value in wanted.items()):
            return False
        if _write(writes, recording_id, seen, wanted):
            return True


def correct(writes: ConditionalWrites, recording_id: str, corrections: Mapping[str, Any]) -> bool:
    """Say of some fields what counts from now on; None takes a correction back. False where there
    is no recording."""
    while True:
        seen = writes.look(recording_id, "status", "revision", CORRECTED)
        if not _is_there(seen):
            return False
        before = seen.get(CORRECTED, {})
        after = {k: v for k, v in (before | dict(corrections)).items() if v is not None}
        if after == before or _write(writes, recording_id, seen, {CORRECTED: after or None}):
            return True


def _is_there(seen: Mapping[str, Any]) -> bool:
    return seen.get("status") not in (None, Status.DELETED)


def _write(
    writes: ConditionalWrites,
    recording_id: str,
    seen: Mapping[str, Any],
    wanted: Mapping[str, Any],
) -> bool:
    """False if the item changed since it was seen."""
    written = writes.write(
        recording_id,
        set_={"status": seen["status"]} | {k: v for k, v in wanted.items() if v is not None},
        remove=[name for name, value in wanted.items() if value is None],
        condition="revision = :seen",
        values={":seen": seen["revision"]},
    )
    return written is not None
