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

    model: str  # the listener's hub id or the bundled model's name, as people know it
    fingerprint: str  # of the listener's weights: changes when they do
    engine: str  # e.g. "onnx-int8", "torch-bf16"
    decoder: str  # e.g. "greedy"
    version: str  # of Earshot
    writer: str | None = None  # the model that wrote the shown text, where there is one
    writer_fingerprint: str | None = None

    @property
    def weights(self) -> str:
        """One fingerprint of all weights that took part."""
        parts = (self.fingerprint, self.writer_fingerprint)
        return "+".join(part for part in parts if part is not None)


@dataclass(frozen=True, slots=True)
class Incomplete:
    """Of a damaged file: how much of its sound was heard and how much is lost, in seconds.

    `lost` is None where that can't be told, as of an Ogg file that was cut off.
    """

    heard: float
    lost: float | None

    def __str__(self) -> str:
        if self.lost is None:
            return f"the file is damaged: {self.heard:.1f} s of it were heard, the rest is lost"
        whole = self.heard + self.lost
        return f"the file is damaged: {self.heard:.1f} of {whole:.1f} s were heard"


@dataclass(frozen=True, slots=True)
class ListenedTo:
    """What was listened to where a file left a choice; both count from 0.

    `track` is set in a file with several tracks, `channel` where channels cancelled each other out
    and one was heard instead of their mix.
    """

    track: int | None = None
    channel: int | None = None


@dataclass(frozen=True, slots=True)
class Transcript:
    """The transcript of one version of a recording; `duration` in seconds.

    `segments` are what is shown. Where a writer took part, `heard` is what the listener heard by
    itself, in its own letters. Elsewhere `heard` is None: the segments are the listener's own.
    `letters` are the listener's likeliest letters of every frame, packed, for search by sound
    (earshot.speech.frame_letters). `incomplete` is set if the file is damaged, `listened_to` if it
    left a choice. `needs_copy`: browsers can't seek in the file.

    A recording without speech has no segments and an empty text; that is no error.
    """

    segments: tuple[Segment, ...]
    duration: float
    provenance: Provenance
    heard: tuple[Segment, ...] | None = None
    letters: bytes | None = None
    incomplete: Incomplete | None = None
    listened_to: ListenedTo | None = None
    needs_copy: bool = False

    @property
    def text(self) -> str:
        return " ".join(segment.text for segment in self.segments)

    @property
    def words(self) -> tuple[Word, ...]:
        return tuple(word for segment in self.segments for word in segment.words)

    @property
    def heard_text(self) -> str:
        """The listener's own text."""
        segments = self.segments if self.heard is None else self.heard
        return " ".join(segment.text for segment in segments)
