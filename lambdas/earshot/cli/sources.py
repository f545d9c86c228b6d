"""The sound that a person names on the command line: files, folders, pipes, standard input."""

import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from earshot.cli import leftover
from earshot.cli.walk import walk
from earshot.errors import InputError

STANDARD_INPUT = Path("-")


@dataclass(frozen=True, slots=True)
class Source:
    """A file to decode at `path`, and what it is called: `-` is standard input."""

    called: Path
    path: Path

    @property
    def stem(self) -> str:
        """What files that are made of it are called, before their suffix."""
        return "stdin" if self.called == STANDARD_INPUT else self.called.name


@contextmanager
def sources(named: Sequence[Path]) -> Iterator[list[Source]]:
    """The recordings named. Folders mean those in them; what is left out there is named.

    What comes through a pipe is kept in a file until the end, because decoders go back and forth.
    Raises InputError where there is no sound to be had.
    """
    with tempfile.TemporaryDirectory(prefix="earshot-") as folder:
        yield [one for path in named for one in _of(path, Path(folder))]


def _of(path: Path, folder: Path) -> Iterator[Source]:
    if path == STANDARD_INPUT:
        if sys.stdin.isatty():
            raise InputError(
                "Nothing is piped in: `-` is standard input, as in `… | transcribe -`."
            )
        yield Source(path, _kept(sys.stdin.buffer, folder / "stdin"))
    elif path.is_dir():
        found = walk(path)
        leftover.say_left_out(found.left_out)
        if not found.recordings:
            raise InputError(f"There is no recording in the folder {path}.")
        yield from (Source(one, one) for one in found.recordings)
    elif path.is_fifo() or path.is_char_device() or path.is_socket():
        with path.open("rb") as pipe:
            yield Source(path, _kept(pipe, folder / f"pipe-{path.name}"))
    else:
        yield Source(path, path)


def _kept(sound: BinaryIO, path: Path) -> Path:
    if not path.exists():  # the second time it is named, nothing more comes
        with path.open("wb") as file:
            shutil.copyfileobj(sound, file)
    return path
