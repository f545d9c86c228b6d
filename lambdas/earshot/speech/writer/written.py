"""What a writer is: it turns a waveform into text that a person reads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from earshot.speech.engine import Waveform


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """A word as it is read, punctuation and case on it ("It's", "sheep,").

    `confidence` (0-1) is the probability that the writer gave its least sure token.
    """

    text: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Written:
    """The text of one waveform; `words` joined by spaces are `text`.

    `stopped`: the writer did not end by itself. It ran out of tokens for so short a sound, or
    repeated itself.
    """

    words: tuple[WrittenWord, ...] = ()
    stopped: bool = False

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)


class Writer(Protocol):
    """Runs one sequence-to-sequence model. Safe to call from several threads.

    `name` is what transcripts call the model, `fingerprint` changes when its weights do. `engine`
    says what computed, e.g. "onnx-int8".
    """

    name: str
    fingerprint: str
    engine: str

    def write(self, waveform: Waveform) -> Written:
        """Of float32, mono, 16 kHz, shape (n,), up to half a minute. A waveform too short to hold
        a sound gives no words."""
        ...

    def write_many(self, waveforms: Sequence[Waveform]) -> list[Written]:
        """The same as one by one, in order."""
        ...
