"""Which file belongs to which row: by name, and only where there is no doubt."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePath
from typing import TypeVar

from earshot.audio.formats import is_audio
from earshot.cli.tables.columns import FILENAME
from earshot.cli.tables.names import base_name, parts
from earshot.cli.tables.records import Row
from earshot.cli.tables.table import NO_NAME, Refused, Table, printable

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Joined:
    """What a table and files have to do with each other, and what is left on both sides."""

    files: Mapping[int, Path]  # by the row's place in the table
    refused: tuple[Refused, ...] = ()  # rows that can't be trusted
    missing: tuple[Refused, ...] = ()  # no file of that name
    doubtful: tuple[Refused, ...] = ()  # more than one row, or more than one file, of that name
    extra: tuple[Path, ...] = ()  # recordings that no row names

    @property
    def complete(self) -> bool:
        return not (self.refused or self.missing or self.doubtful or self.extra)


def join(
    table: Table, files: Iterable[Path], folder: Path | None = None, uses: Sequence[str] = ()
) -> Joined:
    """Rows and files, joined by base name. `folder` is left out of what messages say of a file.
    `uses` are the columns that must be text.

    A table's folders differ from those on a disk, so they count only where several rows or files
    have one base name. Then each gets the one with which it has most folders in common. A name
    that is still there twice, on either side, is nobody's: a guess could put one person's words in
    another's mouth. Rows and files that no name joins as it is written are joined by names without
    capitals, and then by names without a suffix, as the first releases of Common Voice have them.
    """
    refused = table.refused(*uses)
    broken = {one.line for one in refused}
    work = _Work(folder)
    named: list[_Named] = []
    for at, row in enumerate(table.rows):
        if row.blank or row.line in broken:
            continue
        filename = table.value(row, FILENAME)
        one = _Named(at, row, filename, parts(filename))
        if one.parts:
            named.append(one)
        else:
            work.missing.append(Refused(row.line, printable(filename), NO_NAME))
    left = work.match(named, list(files), lambda one: one.parts[-1], base_name)
    left = work.match(
        *left, lambda one: one.parts[-1].casefold(), lambda path: base_name(path).casefold()
    )
    rows, extra = work.match(*left, _bare_row, _bare_file)
    work.missing += [one.refused("there is no such file") for one in rows]
    return Joined(
        work.joined,
        tuple(refused),
        tuple(sorted(work.missing, key=lambda one: one.line)),
        tuple(sorted(work.doubtful, key=lambda one: one.line)),
        tuple(sorted(path for path in extra if is_audio(path.name))),
    )


@dataclass(frozen=True, slots=True)
class _Named:
    """A row that names a file."""

    at: int
    row: Row
    filename: str
    parts: tuple[str, ...]

    def refused(self, reason: str) -> Refused:
        return Refused(self.row.line, printable(self.filename), reason)


@dataclass(slots=True)
class _Work:
    """What is known so far."""

    folder: Path | None
    joined: dict[int, Path] = field(default_factory=dict)
    missing: list[Refused] = field(default_factory=list)
    doubtful: list[Refused] = field(default_factory=list)

    def match(
        self,
        rows: Sequence[_Named],
        files: Sequence[Path],
        row_key: Callable[[_Named], str],
        file_key: Callable[[Path], str],
    ) -> tuple[list[_Named], list[Path]]:
        """Joins rows and files of equal keys; what has no counterpart is given back."""
        by_key = _grouped(rows, row_key)
        files_by_key = _grouped(files, file_key)
        for key, some in by_key.items():
            if key and key in files_by_key:
                self._settle(some, files_by_key[key])
        return (
            [
                one
                for key, some in by_key.items()
                if key not in files_by_key or not key
                for one in some
            ],
            [
                one
                for key, some in files_by_key.items()
                if key not in by_key or not key
                for one in some
            ],
        )

    def _settle(self, rows: Sequence[_Named], files: Sequence[Path]) -> None:
        found = dict(_pairs(rows, files))
        for row in rows:
            if row.at in found:
                self.joined[row.at] = found[row.at]
            elif len(rows) > 1:
                lines = ", ".join(str(one.row.line) for one in rows)
                self.doubtful.append(row.refused(f"lines {lines} name the same file"))
            else:
                places = ", ".join(printable(str(self._shown(path))) for path in files)
                self.doubtful.append(row.refused(f"several files: {places}"))

    def _shown(self, path: Path) -> PurePath:
        inside = self.folder is not None and path.is_relative_to(self.folder)
        return path.relative_to(self.folder) if self.folder and inside else path


def _pairs(rows: Sequence[_Named], files: Sequence[Path]) -> Iterable[tuple[int, Path]]:
    """Rows and files of one base name that belong together without doubt."""
    if len(rows) == len(files) == 1:
        return [(rows[0].at, files[0])]
    shared = {
        (row.at, path): _common(row.parts, parts(str(path))) for row in rows for path in files
    }
    return [
        (row.at, path)
        for row in rows
        for path in files
        if shared[row.at, path] > 1
        and all(shared[row.at, other] < shared[row.at, path] for other in files if other != path)
        and all(shared[other.at, path] < shared[row.at, path] for other in rows if other != row)
    ]


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many of the last parts are the same; the base name counts as one, however written."""
    count = 1
    for a, b in zip(reversed(one[:-1]), reversed(other[:-1]), strict=False):
        if a.casefold() != b.casefold():
            break
        count += 1
    return count


def _bare_row(one: _Named) -> str:
    name = one.parts[-1].casefold()
    return "" if is_audio(name) else name


def _bare_file(path: Path) -> str:
    name = base_name(path).casefold()
    return name.rpartition(".")[0] if is_audio(name) else ""


def _grouped(things: Iterable[T], key: Callable[[T], str]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = defaultdict(list)
    for thing in things:
        found[key(thing)].append(thing)
    return dict(found)
