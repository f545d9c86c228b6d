"""DELETE /recordings/{id} and POST /recordings/{id}/retranscribe: what changes a recording."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from api.auth import needs
from api.routes.recordings import Found, found
from api.said import Correction
from api.schemas import Deletion, RecordingSummary, Retranscription
from api.services import AudioBucket, Queue, Store
from earshot.access.keys import Scope
from earshot.errors import Conflict
from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer
from earshot.recordings.record import Recording, Source
from earshot.recordings.retranscription import SETTLED, retranscription

router = APIRouter(tags=["recordings"])


@router.delete("/recordings/{recording_id}", dependencies=[needs(Scope.DELETE)], status_code=202)
def delete_recording(recording: Found, recordings: Store, bucket: AudioBucket) -> Deletion:
    """Delete the sound. Its transcript and its place in the search go within seconds after it."""
    bucket.Object(recording.key).delete()
    if recording.source is Source.IMPORT:
        # There may be no sound to delete, and then no event to tell of it.
        recordings.remove(_removal(recording))
    return Deletion(recording_id=recording.recording_id, key=recording.key)


@router.patch(
    "/recordings/{recording_id}",
    dependencies=[needs(Scope.UPLOAD)],
    response_model_exclude_unset=True,
)
def correct_recording(recording: Found, said: Correction, recordings: Store) -> RecordingSummary:
    """Say what a recording is called, who speaks, where and when, and what it belongs to.

    It is kept over new transcripts and new sound, and goes when the recording is deleted.
    """
    identity = recording.recording_id
    recordings.correct(identity, said.corrections)
    return RecordingSummary.of(found(identity, recordings))


@router.post(
    "/recordings/{recording_id}/retranscribe", dependencies=[needs(Scope.UPLOAD)], status_code=202
)
def retranscribe_recording(
    recording: Found,
    queue: Queue,
    bucket: AudioBucket,
    imported: Annotated[
        bool, Query(description="Also where the transcript was imported: it will be replaced.")
    ] = False,
) -> Retranscription:
    """Transcribe the sound again, with the models of today. The old text is shown until then."""
    if recording.status not in SETTLED:
        raise Conflict("This recording is being transcribed already.")
    if recording.source is Source.IMPORT and not imported:
        raise Conflict("This transcript was imported; `imported=true` replaces it.")
    event = retranscription(recording, bucket.name, datetime.now(UTC).isoformat())
    if event is None:
        raise Conflict("This recording has no sound to transcribe.")
    queue.send(event)
    return Retranscription(recording_id=recording.recording_id, key=recording.key)


def _removal(recording: Recording) -> ObjectEvent:
    """The event that S3 would send, older than any that it does send."""
    return ObjectEvent(
        change=Change.REMOVED,
        bucket="",
        key=recording.key,
        sequencer=comparable_sequencer(""),
        time=datetime.now(UTC).isoformat(),
    )
