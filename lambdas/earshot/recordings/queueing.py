"""Recordings whose sound is on its way: known before S3 has heard of them.

Such a record has no sequencer, so the first event of its object takes it up as it would a new one.
"""

from earshot.recordings.ids import recording_id
from earshot.recordings.record import Failure, Source, Status
from earshot.recordings.writes import ConditionalWrites, timestamp


def queue(writes: ConditionalWrites, key: str) -> bool:
    """Note that sound for `key` will come; False where a recording is there already.

    One that failed to come before may be tried again.
    """
    written = writes.write(
        recording_id(key),
        set_={
            "key": key,
            "status": Status.QUEUED,
            "source": Source.UPLOAD,
            "uploaded_at": timestamp(writes.now()),
        },
        remove=("error_code", "error_message", "expires_at"),
        condition=(
            "attribute_not_exists(recording_id) OR #status = :deleted"
            " OR (#status = :failed AND attribute_not_exists(etag))"
        ),
        values={":deleted": Status.DELETED, ":failed": Status.FAILED},
    )
    return written is not None


def is_awaited(writes: ConditionalWrites, key: str) -> bool:
    """Whether sound for `key` is still wanted: nobody deleted it, and none came another way."""
    return writes.look(recording_id(key), "status").get("status") == Status.QUEUED


def never_came(writes: ConditionalWrites, key: str, failure: Failure) -> bool:
    """Write why no sound came; False where some did, or none is wanted any more."""
    written = writes.write(
        recording_id(key),
        set_={
            "status": Status.FAILED,
            "error_code": failure.code,
            "error_message": failure.message,
        },
        condition="#status = :queued",
        values={":queued": Status.QUEUED},
    )
    return written is not None
