"""The result of speech recognition: words in segments, with their provenance."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Word:
    """One recognised word; `start` and `end` in seconds, `confidence` in 0..1."""

    text: str
    start: float
    end: float
    confidence: float


@dataclass(frozen=True, slots=True)
class Segment:
    """Words between two pauses. `channel` is set if channels were transcribed separately."""

    words: tuple[Word, ...]
    channel: int | None = None

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def start(self) -> float:
        return self.words[0].start

    @property
    def end(self) -> float:
        return self.words[-1].end


@dataclass(frozen=True, slots=True)
class Provenance:
    """The model and software that made a transcript, so that two can be compared fairly."""

    model: str  # hub id, or the name of the model's folder
    fingerprint: str  # changes with the model's weights or language
    engine: str  # e.g. "onnx-int8", "torch-bf16"
    decoder: str  # e.g. "greedy"
    version: str  # of Earshot


@dataclass(frozen=True, slots=True)
class Transcript:
    """The transcript of one version of a recording; `duration` in seconds.

    A recording without speech has no segments and an empty text; that is no error.
    """

    segments: tuple[Segment, ...]
    duration: float
    provenance: Provenance

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for segment in self.segments for word in segment.words)
