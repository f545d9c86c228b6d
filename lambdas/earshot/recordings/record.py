"""A recording: one audio object in the bucket, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from earshot.recordings.details import Details
from earshot.speech.transcript import Incomplete, ListenedTo, Transcript

FACETS = ("age", "gender", "accent")


class Status(StrEnum):
    QUEUED = "queued"
    TRANSCRIBING = "transcribing"
    DONE = "done"
    FAILED = "failed"
    DELETED = "deleted"  # a tombstone: never shown, keeps late events from resurrecting it


class Source(StrEnum):
    UPLOAD = "upload"
    IMPORT = "import"


@dataclass(frozen=True, slots=True)
class Failure:
    """Why there is no transcript: a code for programs, a sentence for people."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Recording:
    """One recording as DynamoDB holds it; times are ISO 8601 in UTC.

    `revision` grows by one with every write and orders the writes for the search index.
    `sequencer` is S3's order of the events on this key. `passages` is the most passages any
    version of this recording ever had in the index, so that a shorter one can remove the rest.
    `text`, `duration` (seconds), `model` and `fingerprint` are there in lists too, where
    `transcript` is left out; `text` may then be the beginning of a very long one. The words of an
    import may have `estimated_times`. `transcribed_at` is when the present transcript was written;
    empty where that was not noted. `incomplete` and `listened_to` are the transcript's.
    `playback_key` is the object to play where the recording's own is one in which browsers can't
    seek; else empty. `details` is what its owner says of it, and `sidecar_fault` why the file that
    says it can't be used, if so.
    """

    recording_id: str
    key: str
    status: Status
    revision: int
    updated_at: str
    uploaded_at: str = ""
    sequencer: str = ""
    etag: str = ""
    size: int = 0
    source: Source = Source.UPLOAD
    facets: Mapping[str, str] = field(default_factory=dict)
    transcript: Transcript | None = None
    failure: Failure | None = None
    passages: int = 0
    text: str = ""
    duration: float | None = None
    model: str = ""
    fingerprint: str = ""
    transcribed_at: str = ""
    estimated_times: bool = False
    incomplete: Incomplete | None = None
    listened_to: ListenedTo | None = None
    playback_key: str = ""
    details: Details = field(default_factory=Details)
    sidecar_fault: str = ""

    @property
    def has_sound(self) -> bool:
        """Whether an object ever came for it; imports may have none."""
        return bool(self.etag)
