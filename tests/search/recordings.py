"""Recordings as the table would hold them, for tests that search."""

from collections.abc import Iterable

from earshot.recordings.ids import recording_id
from earshot.recordings.record import Recording, Status
from earshot.speech.transcript import Provenance, Segment, Transcript, Word

PROVENANCE = Provenance("demo", "f00", "onnx-fp32", "greedy", "0")


def transcript(
    text: str, pace: float = 0.5, confidence: float = 0.9, heard: str | None = None
) -> Transcript:
    """Words said one after another, each `pace` seconds long; `heard` is the listener's text."""

    def segments(said: str) -> tuple[Segment, ...]:
        words = tuple(
            Word(word, n * pace, (n + 1) * pace, confidence) for n, word in enumerate(said.split())
        )
        return (Segment(words),) if words else ()

    return Transcript(
        segments(text),
        len(text.split()) * pace,
        PROVENANCE,
        None if heard is None else segments(heard),
    )


def recording(
    text: str | None,
    key: str | None = None,
    revision: int = 1,
    passages: int = 1,
    status: Status = Status.DONE,
    uploaded_at: str = "2026-01-02T03:04:05.678Z",
    pace: float = 0.5,
    confidence: float = 0.9,
    heard: str | None = None,
    **facets: str,
) -> Recording:
    key = key or f"{text}.mp3"
    return Recording(
        recording_id=recording_id(key),
        key=key,
        status=status,
        revision=revision,
        updated_at=uploaded_at,
        uploaded_at=uploaded_at,
        facets=facets,
        transcript=None if text is None else transcript(text, pace, confidence, heard),
        passages=passages,
    )


def of(texts: Iterable[str]) -> list[Recording]:
    return [recording(text) for text in texts]
