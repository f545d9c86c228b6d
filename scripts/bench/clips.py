"""The recordings that benchmarks run over."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

Clip = TypeVar("Clip")

SUFFIXES = (".mp3", ".wav", ".flac")


def picked(folder: Path, count: int) -> list[Path]:
    """`count` of the folder's clips, evenly picked by name."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    step = max(1, len(files) // count)
    return [path.resolve() for path in files[::step][:count]]


def slices(clips: Sequence[Clip], size: int) -> list[list[Clip]]:
    """Turns: what one side does before the other has its turn."""
    return [list(clips[at : at + size]) for at in range(0, len(clips), size)]


def duration(file: Path) -> float:
    """How long it is, by its header."""
    import soundfile

    return float(soundfile.info(file).duration)
