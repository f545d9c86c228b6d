"""A prepared speech corpus on disk: one file of samples and a table of utterances."""

import csv
from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

SAMPLE_RATE = 16_000
SETS = ("train", "dev-synthetic", "dev-human", "seen-voices", "held-out-voices", "human")


@dataclass(frozen=True, slots=True)
class Utterance:
    """One utterance; `start` and `samples` are positions in the corpus' audio file, in samples.

    The field names are the columns of the corpus' tables.
    """

    split: str  # one of SETS
    text: str  # normalised: upper case, spaces, apostrophes
    voice: str  # "synthesizer/name", or "human"
    start: int
    samples: int
    clip: str = ""  # file name of a human recording
    accent: str = ""
    age: str = ""
    gender: str = ""
    rate: float = 0.0
    pitch: int = 0
    size: float = 1.0

    @property
    def seconds(self) -> float:
        return self.samples / SAMPLE_RATE

    @property
    def human(self) -> bool:
        return self.voice == "human"


class CorpusWriter:
    """Appends waveforms to a corpus. It can only be read after `close` has written the table."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.utterances: list[Utterance] = []
        self._audio = (folder / "audio.int16").open("wb")
        self._length = 0

    def add(self, waveform: NDArray[np.float32], split: str, text: str, **facts: object) -> None:
        """Appends `waveform` (samples,), scaled to a peak of 0.9; `facts` are Utterance fields."""
        peak = float(np.abs(waveform).max(initial=1e-4))
        scaled = np.round(waveform / peak * 0.9 * 32767).astype("<i2")
        scaled.tofile(self._audio)
        self.utterances.append(
            Utterance(split, text, start=self._length, samples=len(scaled), **facts)  # type: ignore[arg-type]
        )
        self._length += len(scaled)

    def close(self) -> None:
        self._audio.close()
        write_table(self.folder / "utterances.csv", self.utterances)
        for split in SETS:
            chosen = [u for u in self.utterances if u.split == split]
            write_table(self.folder / f"{split}.csv", chosen)


def write_table(path: Path, utterances: Iterable[Utterance]) -> None:
    with path.open("w", newline="") as file:
        table = csv.DictWriter(file, [f.name for f in fields(Utterance)], lineterminator="\n")
        table.writeheader()
        table.writerows(asdict(u) for u in utterances)


@dataclass(frozen=True, slots=True)
class Corpus:
    """A prepared corpus. `audio` (samples,) is memory-mapped."""

    utterances: tuple[Utterance, ...]
    audio: NDArray[np.int16]

    def of(self, split: str) -> list[Utterance]:
        return [u for u in self.utterances if u.split == split]

    def waveform(self, utterance: Utterance) -> NDArray[np.float32]:
        """The utterance's waveform (samples,), float32 in -1..1."""
        part = self.audio[utterance.start : utterance.start + utterance.samples]
        return part.astype(np.float32) / np.float32(32768)


def read_corpus(folder: Path) -> Corpus:
    """Reads the table and maps the audio. Raises FileNotFoundError."""
    kinds = {"start": int, "samples": int, "pitch": int, "rate": float, "size": float}
    with (folder / "utterances.csv").open(newline="") as file:
        rows = [
            Utterance(**{key: kinds.get(key, str)(value) for key, value in row.items()})
            for row in csv.DictReader(file)
        ]
    audio = np.memmap(folder / "audio.int16", dtype="<i2", mode="r")
    return Corpus(tuple(rows), audio)
