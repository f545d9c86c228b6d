"""What speech recognition makes of a waveform: words in segments, with their provenance."""

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
    """Words between two pauses. `channel` is set when stereo channels are kept apart."""

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
    """What wrote a transcript, so that two transcripts can be compared honestly."""

    model: str  # hub id or the bundled model's name, as people know it
    fingerprint: str  # of the weights: changes when they do
    engine: str  # e.g. "onnx-int8", "torch-bf16"
    decoder: str  # e.g. "greedy"
    version: str  # of Earshot


@dataclass(frozen=True, slots=True)
class Transcript:
    """The transcript of one version of a recording; `duration` in seconds of sound.

    No speech is a success: no segments, an empty text.
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
