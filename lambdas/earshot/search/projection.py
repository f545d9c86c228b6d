"""From the table's stream to the search index: what changed is written, what can't be is named."""

import logging
from collections.abc import Iterable, Mapping
from typing import Any

from earshot.recordings.record import Recording
from earshot.recordings.store import Recordings
from earshot.recordings.stream import is_expiry, recording_from_record, recording_id_of
from earshot.search.index import SearchIndex

logger = logging.getLogger(__name__)


def project_changes(
    records: Iterable[Mapping[str, Any]], recordings: Recordings, index: SearchIndex
) -> dict[str, str]:
    """Write the recordings of these stream records; why each that could not be was not, by id.

    One bad recording never holds up the others. Raises Unavailable only when the engine can't be
    reached, for the stream to wait and repeat: that is no recording's fault.
    """
    changed: dict[str, Recording] = {}
    failed: dict[str, str] = {}
    for record in records:
        try:
            if is_expiry(record):
                continue
            recording = recording_from_record(record, recordings.read_body)
        except Exception as error:
            logger.exception("could not read a stream record")
            failed[recording_id_of(record)] = f"unreadable: {error}"
        else:
            changed[recording.recording_id] = recording  # the last of several is the newest
    for recording, reason in index.project(list(changed.values())):
        failed[recording.recording_id] = reason
    logger.info("wrote to the search index", extra={"recordings": len(changed)})
    return failed
