"""What the API takes and gives about recordings, as JSON."""

from dataclasses import asdict
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, Field

from api.said import Said
from earshot.audio.formats import VIDEO_TYPES
from earshot.recordings.details import TEXTS
from earshot.recordings.ids import plain_key
from earshot.recordings.record import FACETS, Recording, Source, Status
from earshot.speech.transcript import Transcript

AudioKey = Annotated[str, Field(min_length=1), AfterValidator(plain_key)]
Facet = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[^\x00-\x1f\x7f]+$")]
_SOUND = rf"^(audio/[a-z0-9.+-]{{1,60}}|video/({'|'.join(VIDEO_TYPES)})|application/ogg)$"


_TEXTS = (*TEXTS, "recorded_at")


class RecordingFailure(BaseModel):
    """Why a recording has no transcript."""

    code: str
    message: str


class IncompleteSound(BaseModel):
    """Of a damaged file: seconds that were heard, and that are lost; null if not known."""

    heard: float
    lost: float | None


class ListenedTo(BaseModel):
    """What was heard where the file left a choice, counted from 0; null where it left none."""

    track: int | None
    channel: int | None


Shown = Literal[Status.QUEUED, Status.TRANSCRIBING, Status.DONE, Status.FAILED]


class RecordingSummary(BaseModel):
    """One recording. `text`, `duration` (seconds) and `model` are null until it is done.

    With `estimated_times` its words were imported without times, and have estimates. Without
    `has_sound` only its transcript came, by an import. `incomplete` is there if the file is
    damaged, `listened_to` if it has several tracks, or channels that cancel each other out, and
    `playback` if browsers can't seek in the file: the path of a copy to play. `title` to `tags` are
    what its owner says of it; `sidecar_fault` is there if the file that says it can't be used.
    """

    recording_id: str
    key: str
    status: Shown
    text: str | None
    duration: float | None
    error: RecordingFailure | None
    model: str | None
    estimated_times: bool
    has_sound: bool
    source: Source
    uploaded_at: str
    updated_at: str
    age: str | None
    gender: str | None
    accent: str | None
    title: str | None
    speaker: str | None
    place: str | None
    collection: str | None
    recorded_at: str | None
    tags: list[str]
    incomplete: IncompleteSound | None = None
    listened_to: ListenedTo | None = None
    playback: str | None = None
    sidecar_fault: str | None = None

    @classmethod
    def of(cls, recording: Recording) -> Self:
        """In lists, where the transcript is left out, a very long text is cut short.

        Raises ValueError for one that was deleted: nobody is shown that.
        """
        if recording.status is Status.DELETED:
            raise ValueError(f"{recording.recording_id} was deleted")
        done = recording.status is Status.DONE
        text = recording.transcript.text if recording.transcript else recording.text
        failure = recording.failure
        return cls(
            recording_id=recording.recording_id,
            key=recording.key,
            status=recording.status,
            text=text if done else None,
            duration=recording.duration if done else None,
            error=RecordingFailure(code=failure.code, message=failure.message) if failure else None,
            model=recording.model or None,
            estimated_times=recording.estimated_times and done,
            has_sound=recording.has_sound,
            source=recording.source,
            uploaded_at=recording.uploaded_at,
            updated_at=recording.updated_at,
            **{facet: recording.facets.get(facet) for facet in FACETS},
            **{name: getattr(recording.details, name) or None for name in _TEXTS},
            tags=list(recording.details.tags),
            **({"sidecar_fault": recording.sidecar_fault} if recording.sidecar_fault else {}),
            **(_found_out(recording) if done else {}),
            **({"playback": f"/{recording.playback_key}"} if recording.playback_key else {}),
        )


class RecordingPage(BaseModel):
    """A page of recordings; `cursor` asks for the next one, and is null on the last."""

    recordings: list[RecordingSummary]
    cursor: str | None


class Deletion(BaseModel):
    """A recording on its way out: its sound is deleted, its transcript follows within seconds."""

    recording_id: str
    key: str


class Retranscription(BaseModel):
    """A recording that is going to be transcribed again; until then it keeps its transcript."""

    recording_id: str
    key: str


class UploadRequest(Said):
    """The file that is going to be uploaded, and what is known about it and who speaks in it."""

    key: AudioKey = Field(examples=["interviews/2024-05-01.mp3"])
    content_type: str = Field(
        pattern=_SOUND,
        examples=["audio/mpeg"],
    )
    age: Facet | None = None
    gender: Facet | None = None
    accent: Facet | None = None


class Upload(BaseModel):
    """A form to POST to `url` within `expires_in` seconds: all `fields`, then `file`, the last.

    Where a recording `exists` at the key, the upload replaces it.
    """

    url: str
    fields: dict[str, str]
    key: str
    recording_id: str
    exists: bool
    max_bytes: int
    expires_in: int


class Transcription(BaseModel):
    """What was said, and how many seconds of sound it was.

    `transcription` is the text to read, `heard` what the listener alone heard. Without a writer
    they are the same. `incomplete` is there if the file is damaged, `listened_to` if it left a
    choice of tracks or channels.
    """

    transcription: str
    duration: float
    heard: str
    incomplete: IncompleteSound | None = None
    listened_to: ListenedTo | None = None

    @classmethod
    def of(cls, heard: Transcript) -> Self:
        return cls(
            transcription=heard.text,
            duration=heard.duration,
            heard=heard.heard_text,
            **_found_out(heard),
        )


def _found_out(heard: Transcript | Recording) -> dict[str, Any]:
    """What is worth saying of a file that is not as files should be; nothing of others."""
    found: dict[str, Any] = {}
    if heard.incomplete is not None:
        found["incomplete"] = IncompleteSound(**asdict(heard.incomplete))
    if heard.listened_to is not None:
        found["listened_to"] = ListenedTo(**asdict(heard.listened_to))
    return found


class DetectedLanguage(BaseModel):
    """A language by name and by code (ISO 639-1), and how sure the model is, in 0..1."""

    detected_language: str
    language_code: str
    confidence: float


class ErrorDetail(BaseModel):
    """`code` for programs, `message` for people, `request_id` for the operator."""

    code: str
    message: str
    request_id: str


class ErrorBody(BaseModel):
    """What every error of this API looks like."""

    error: ErrorDetail
