"""One walk through a folder for every command: the recordings in it, and what is left out, named.

A file is a recording by its suffix, or, where that tells nothing, by its first bytes.
"""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from earshot.audio.formats import is_audio
from earshot.audio.sniff import FileKind, sniff

_HIDDEN = "it is hidden"
_OF_SYSTEMS = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir"})
_AMBIGUOUS = frozenset({".ts"})  # MPEG, and the programs of TypeScript


@dataclass(frozen=True, slots=True, order=True)
class LeftOut:
    """A file or folder that is no recording, and why."""

    path: Path
    reason: str
    hidden: bool = False

    def __str__(self) -> str:
        return f"{self.path}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Found:
    """What is in a folder, in order of the paths."""

    recordings: tuple[Path, ...]
    left_out: tuple[LeftOut, ...]

    @property
    def files(self) -> tuple[Path, ...]:
        """All that a table may name: what is no recording by its looks too, but nothing hidden."""
        others = (one.path for one in self.left_out if not one.hidden and one.path.is_file())
        return tuple(sorted((*self.recordings, *others)))


def walk(folder: Path) -> Found:
    """The files in `folder` and the folders in it, but not behind links to folders."""
    recordings: list[Path] = []
    left_out: list[LeftOut] = []
    for one in _everything(folder):
        if isinstance(one, LeftOut):
            left_out.append(one)
        elif reason := _reason_against(one):
            left_out.append(LeftOut(one, reason))
        else:
            recordings.append(one)
    return Found(tuple(sorted(recordings)), tuple(sorted(left_out)))


def _everything(folder: Path) -> Iterator[Path | LeftOut]:
    unreadable: list[LeftOut] = []

    def note(error: OSError) -> None:
        unreadable.append(LeftOut(Path(error.filename), str(error.strerror)))

    for parent, folders, names in os.walk(folder, onerror=note):
        for name in folders:
            path = Path(parent) / name
            if _is_hidden(name):
                yield LeftOut(path, _HIDDEN, hidden=True)
            elif path.is_symlink():
                yield LeftOut(path, "it is a link to a folder")
        folders[:] = [name for name in folders if not _is_hidden(name)]
        for name in names:
            path = Path(parent) / name
            yield LeftOut(path, _HIDDEN, hidden=True) if _is_hidden(name) else path
    yield from unreadable


def _is_hidden(name: str) -> bool:
    return name.startswith(".") or name.casefold() in _OF_SYSTEMS


def _reason_against(path: Path) -> str:
    """Why a file is no recording; empty for one that is.

    A link to a recording that is gone is one: whoever reads it says that it can't be read.
    """
    if not path.exists():
        return "" if is_audio(path.name) else "it is a link to nothing"
    if not path.is_file():
        return "it is no file"
    if is_audio(path.name) and path.suffix.lower() not in _AMBIGUOUS:
        return ""
    try:
        kind = sniff(path)
    except OSError as error:
        return str(error.strerror)
    return "" if kind is FileKind.AUDIO else _LOOKS[kind]


_LOOKS = {
    FileKind.TEXT: "it is text",
    FileKind.EMPTY: "it is empty",
    FileKind.UNKNOWN: "it is in no known audio format",
}
