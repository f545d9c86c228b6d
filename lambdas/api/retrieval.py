"""Passages with times, links and provenance, as a retrieval pipeline wants them."""

from collections.abc import Iterator
from urllib.parse import urlencode

from pydantic import BaseModel

from api.routes.recordings import quoted
from earshot.recordings.passages import passages
from earshot.recordings.record import Recording, Status


class Passage(BaseModel):
    """A part of a recording, 30 to 60 s long. Neighbours overlap by about 15 s.

    `id` stays the same while the transcript does. `url` opens the page there, `audio_url` is the
    sound; both are paths where the API does not know its site.
    """

    id: str
    recording_id: str
    key: str
    n: int
    start: float
    end: float
    text: str
    title: str | None
    speaker: str | None
    collection: str | None
    tags: list[str]
    url: str
    audio_url: str | None
    model: str | None
    writer: str | None
    estimated_times: bool
    revision: int
    uploaded_at: str
    updated_at: str


class Passages(BaseModel):
    """All passages of a recording, in order."""

    passages: list[Passage]


def passages_of(recording: Recording, site: str | None) -> Iterator[Passage]:
    transcript, said = recording.transcript, recording.details
    if recording.status is not Status.DONE or transcript is None:
        return
    audio = f"{site or ''}/audio/{quoted(recording.key)}" if recording.has_sound else None
    for one in passages(recording):
        if not one.words:
            continue  # nobody speaks
        place = {"recording": recording.recording_id, "at": round(one.start, 2)}
        yield Passage(
            id=f"{recording.recording_id}:{one.n}",
            recording_id=recording.recording_id,
            key=recording.key,
            n=one.n,
            start=round(one.start, 3),
            end=round(one.end, 3),
            text=one.text,
            title=said.title or None,
            speaker=said.speaker or None,
            collection=said.collection or None,
            tags=list(said.tags),
            url=f"{site or ''}/?{urlencode(place)}",
            audio_url=audio,
            model=recording.model or None,
            writer=transcript.provenance.writer,
            estimated_times=recording.estimated_times,
            revision=recording.revision,
            uploaded_at=recording.uploaded_at,
            updated_at=recording.updated_at,
        )
