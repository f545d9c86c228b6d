"""Recordings that are transcribed again although their sound is the same.

The old transcript stays until the new one takes its place, so nothing is written when the work is
taken up. The event names the transcript that is to be replaced by the moment it was written. Once
another is there, or other sound, or none, the event finds nothing to do: repeated and late ones
change nothing, and of two that replace the same transcript, the first wins.
"""

from collections.abc import Mapping
from typing import Any

from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.claim import Claim, Claimed
from earshot.recordings.item import transcript_attributes
from earshot.recordings.record import Failure, Recording, Source, Status
from earshot.recordings.writes import ConditionalWrites, timestamp
from earshot.speech.transcript import Transcript

SETTLED = (Status.DONE, Status.FAILED)  # only what has ended can be done again
_REPLACED = ("body", "body_key", "error_code", "error_message", "incomplete", "listened_to")


def retranscription(recording: Recording, bucket: str, time: str) -> ObjectEvent | None:
    """The event that asks for it, at `time` (ISO 8601).

    None where there is nothing to transcribe again: the recording is on its way already, or no
    sound ever came for its imported transcript.
    """
    if recording.status not in SETTLED or not recording.has_sound:
        return None
    return ObjectEvent(
        change=Change.RETRANSCRIBE,
        bucket=bucket,
        key=recording.key,
        sequencer=recording.sequencer,
        time=time,
        etag=recording.etag,
        size=recording.size,
        replaces=recording.transcribed_at,
    )


def take_again(writes: ConditionalWrites, event: ObjectEvent) -> Claimed:
    """Whether the transcript that the event names is still the one to replace. Writes nothing."""
    now = writes.look(event.recording_id, "status", "etag", "transcribed_at", "passages")
    due = (
        now.get("status") in SETTLED
        and now.get("etag") == event.etag
        and now.get("transcribed_at", "") == event.replaces
    )
    if not due:
        return Claimed(Claim.STALE)
    return Claimed(Claim.TAKEN, passages=int(now.get("passages", 0)))


def finish_again(
    writes: ConditionalWrites,
    event: ObjectEvent,
    transcript: Transcript,
    passages: int,
    body: Mapping[str, Any],
) -> bool:
    """Put the transcript in the old one's place; False when that is no longer there.

    `body` are the attributes of what is kept (earshot.recordings.bodies). An imported transcript's
    recording counts as transcribed here from then on.
    """
    written = writes.write(
        event.recording_id,
        set_=transcript_attributes(transcript)
        | dict(body)
        | {
            "status": Status.DONE,
            "source": Source.UPLOAD,
            "transcribed_at": timestamp(writes.now()),
            "passages": passages,
        },
        remove=_REPLACED,
        **_while_replaceable(event, SETTLED),
    )
    return written is not None or writes.kept_after_all(event.recording_id, body)


def fail_again(writes: ConditionalWrites, event: ObjectEvent, failure: Failure) -> bool:
    """Write why the recording failed this time; False where it has a transcript, which stays."""
    written = writes.write(
        event.recording_id,
        set_={
            "status": Status.FAILED,
            "error_code": failure.code,
            "error_message": failure.message,
        },
        **_while_replaceable(event, (Status.FAILED,)),
    )
    return written is not None


def _while_replaceable(event: ObjectEvent, statuses: tuple[Status, ...]) -> Mapping[str, Any]:
    """The condition of a write: the same sound, and still the transcript that the event names."""
    of_status = {f":status_{one}": one for one in statuses}
    values: dict[str, str] = {":etag": event.etag} | of_status
    same = "attribute_not_exists(transcribed_at)"
    if event.replaces:
        same = "transcribed_at = :replaces"
        values[":replaces"] = event.replaces
    return {
        "condition": f"etag = :etag AND {same} AND #status IN ({', '.join(of_status)})",
        "values": values,
    }
