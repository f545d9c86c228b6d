"""Imported transcripts in the table, and the sound that may come for them later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from earshot.recordings.changes import ObjectEvent
from earshot.recordings.details import GIVEN
from earshot.recordings.ids import recording_id
from earshot.recordings.item import pack, transcript_attributes
from earshot.recordings.record import Source, Status
from earshot.recordings.writes import ConditionalWrites, timestamp
from earshot.speech.transcript import Transcript


@dataclass(frozen=True, slots=True)
class Import:
    """An existing transcript for the recording at `key`; `passages` is how many it is cut into."""

    key: str
    facets: Mapping[str, str]
    transcript: Transcript
    passages: int
    details: Mapping[str, Any] = field(default_factory=dict)  # earshot.recordings.details


def add_imported(writes: ConditionalWrites, imported: Import) -> bool:
    """Write one existing transcript; False where the recording is left as it is.

    That is one that was uploaded, imported with the same transcript, or deleted not long ago.
    Several threads may do this at once.
    """
    passages = imported.passages
    identity = recording_id(imported.key)
    # What was imported before there were details has none, and is no other for that.
    described = (
        f"(attribute_not_exists({GIVEN}) OR {GIVEN} <> :{GIVEN})"
        if imported.details
        else f"(attribute_exists({GIVEN}) AND {GIVEN} <> :{GIVEN})"
    )
    body = writes.bodies.keep(identity, pack(imported.transcript))
    while True:
        written = writes.write(
            identity,
            set_=transcript_attributes(imported.transcript)
            | body
            | {
                "key": imported.key,
                "status": Status.DONE,
                "source": Source.IMPORT,
                "facets": dict(imported.facets),
                GIVEN: dict(imported.details),
                "uploaded_at": timestamp(writes.now()),
                "transcribed_at": timestamp(writes.now()),
                "passages": passages,
            },
            remove=("body", "body_key"),
            condition=(
                "attribute_not_exists(recording_id)"
                " OR (#source = :source AND #status = :status AND passages <= :passages"
                " AND (#text <> :text OR #duration <> :duration"
                f" OR fingerprint <> :fingerprint OR facets <> :facets OR {described}))"
            ),
            names={"#source": "source", "#text": "text"},
        )
        if written is not None:
            return True
        # What an earlier, longer transcript has in the index must stay known.
        most = int(writes.look(identity, "passages").get("passages", 0))
        if most <= passages:
            return writes.kept_after_all(identity, body)
        passages = most


def adopt(writes: ConditionalWrites, event: ObjectEvent, size: int) -> bool:
    """Give an imported recording the sound that this event brought; its transcript stays.

    False when there is no imported transcript to keep, or a newer event was there before.
    """
    adopted = writes.write(
        event.recording_id,
        set_={
            "status": Status.DONE,
            "sequencer": event.sequencer,
            "uploaded_at": event.time,
            "etag": event.etag,
            "size": size,
        },
        condition=(
            "#source = :import AND #status = :status"
            " AND (attribute_not_exists(sequencer) OR sequencer < :sequencer)"
        ),
        values={":import": Source.IMPORT},
        names={"#source": "source"},
    )
    return adopted is not None
