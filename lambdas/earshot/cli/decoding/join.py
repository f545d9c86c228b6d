"""Which file belongs to which row: by name, and only where there is no doubt."""

import os
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from earshot.cli.decoding.table import Table
from earshot.cli.uploading import AUDIO_SUFFIXES

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Clip:
    """A row of the table (by its place) and the one file that it names.

    `digest` is the MD5 of the file's bytes in hex, which S3 calls its ETag; empty until it is read.
    """

    row: int
    name: str
    path: Path
    digest: str = ""


@dataclass(frozen=True, slots=True)
class Unjoined:
    """A row without a file of its own, and why."""

    row: int
    line: int
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class Joined:
    """What a table and a folder have to do with each other."""

    clips: tuple[Clip, ...]
    missing: tuple[Unjoined, ...]  # no file of that name
    doubtful: tuple[Unjoined, ...]  # more than one row, or more than one file, of that name
    extra: tuple[Path, ...]  # audio files that no row names


def join(table: Table, folder: Path) -> Joined:
    """Rows and the files below `folder`, joined by base name.

    A CSV's folders differ from those on a disk, so they don't count. Nor does it whether an accent
    is a character of its own (macOS takes names apart). A name that is there twice, on either
    side, is nobody's: a guess could put one person's words in another's mouth.
    """
    files = _by_name(_files(folder), lambda path: path.name)
    named = [(at, row, table.filename(row)) for at, row in enumerate(table.rows) if row.fields]
    rows = _by_name(named, lambda one: one[2])
    clips: list[Clip] = []
    missing: list[Unjoined] = []
    doubtful: list[Unjoined] = []
    for at, row, filename in named:
        name = _name(filename)
        paths = files.get(name, [])
        if not name:
            missing.append(Unjoined(at, row.line, filename, "the row names no file"))
        elif len(rows[name]) > 1:
            lines = ", ".join(str(other.line) for _, other, _ in rows[name])
            reason = f"lines {lines} name the same file"
            doubtful.append(Unjoined(at, row.line, filename, reason))
        elif len(paths) > 1:
            places = ", ".join(str(path.relative_to(folder)) for path in paths)
            doubtful.append(Unjoined(at, row.line, filename, f"several files: {places}"))
        elif not paths:
            missing.append(Unjoined(at, row.line, filename, "there is no such file"))
        else:
            clips.append(Clip(at, paths[0].name, paths[0]))
    extra = [
        path
        for name, paths in files.items()
        for path in paths
        if name not in rows and path.suffix.lower() in AUDIO_SUFFIXES
    ]
    return Joined(tuple(clips), tuple(missing), tuple(doubtful), tuple(sorted(extra)))


def _name(filename: str) -> str:
    return unicodedata.normalize("NFC", filename.rpartition("/")[2])


def _by_name(things: Iterable[T], name: Callable[[T], str]) -> Mapping[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for thing in things:
        found[_name(name(thing))].append(thing)
    return dict(found)


def _files(folder: Path) -> Iterator[Path]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(one for one in folders if not one.startswith("."))
        for name in sorted(names):
            path = Path(parent) / name
            if not name.startswith(".") and path.is_file():
                yield path
