"""The recordings that benchmarks run over."""

from collections.abc import Sequence
from pathlib import Path

SUFFIXES = (".mp3", ".wav", ".flac")


def picked(folder: Path, count: int) -> list[Path]:
    """`count` of the folder's clips, evenly picked by name."""
    files = sorted(path for path in folder.rglob("*") if path.suffix in SUFFIXES)
    step = max(1, len(files) // count)
    return [path.resolve() for path in files[::step][:count]]


def slices(files: Sequence[Path], size: int) -> list[list[Path]]:
    """Turns: what one side does before the other has its turn."""
    return [list(files[at : at + size]) for at in range(0, len(files), size)]


def duration(file: Path) -> float:
    """How long it is, by its header."""
    import soundfile

    return float(soundfile.info(file).duration)
