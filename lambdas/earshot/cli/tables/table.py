"""One reader of tables for every command: rows that can be trusted, and why others can't.

A row that can't be trusted is never guessed at. Its `fault` says why; commands name it, do nothing
for it, and go on.
"""

import csv
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest
from pathlib import Path

from earshot.audio.formats import is_audio
from earshot.cli.tables import form as forms
from earshot.cli.tables.columns import FILENAME, other_names, place_of
from earshot.cli.tables.form import Form, TableError
from earshot.recordings.record import FACETS

NO_NAME = "the row names no file"
NOT_UTF8 = "it is not UTF-8, and what else can't be told: save the table as UTF-8"


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one record, which begins on this line. `raw` is how it is written down."""

    line: int
    fields: tuple[str, ...]
    raw: str
    fault: str = ""

    @property
    def blank(self) -> bool:
        return not self.fault and not any(field.strip() for field in self.fields)


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that is not used, and why."""

    line: int
    filename: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.filename}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Table:
    """A table's header and records. Every one is as wide as the header, but blank lines and those
    with a fault."""

    name: str  # of the file
    form: Form
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def has(self, column: str) -> bool:
        return place_of(column, self.columns) is not None

    def need(self, *columns: str) -> None:
        """Raises TableError when the table lacks one of them."""
        if missing := [column for column in columns if not self.has(column)]:
            others = other_names(missing[0]) if len(missing) == 1 else ()
            named = f"`{', '.join(missing)}`" + (f" ({', '.join(others)})" if others else "")
            there = ", ".join(name for name in self.columns if name.strip()) or "none"
            raise TableError(f"{self.name} has no column {named}. Its columns: {there}.")

    def value(self, row: Row, column: str) -> str:
        """Without blanks around it; empty where the table or the row has none."""
        place = place_of(column, self.columns)
        return row.fields[place].strip() if place is not None and place < len(row.fields) else ""

    def facets(self, row: Row) -> dict[str, str]:
        """Who speaks, as far as it is known."""
        return {name: value for name in FACETS if (value := self.value(row, name))}

    def trusted(self, *columns: str) -> Iterator[Row]:
        """The rows that hold something, without a fault in them or in these columns."""
        refused = {one.line for one in self.refused(*columns)}
        return (row for row in self.rows if not row.blank and row.line not in refused)

    def refused(self, *columns: str) -> list[Refused]:
        """The rows that can't be trusted, or have something in these columns that is no text."""
        return [
            Refused(row.line, printable(self.value(row, FILENAME)), fault)
            for row in self.rows
            if (fault := row.fault or self._damage(row, columns))
        ]

    def _damage(self, row: Row, columns: Sequence[str]) -> str:
        if row.blank:
            return ""
        if FILENAME in columns and not self.value(row, FILENAME):
            return NO_NAME
        return "" if all(is_text(self.value(row, one)) for one in columns) else NOT_UTF8


def read(path: Path) -> Table:
    """The table at `path`: CSV with commas or semicolons, or columns between tabs.

    Raises TableError when nothing of it can be used: it can't be read, it has no file names or
    two columns of one name, a quote never ends, or no row can be trusted.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise TableError(f"{path.name} can't be read: {error.strerror}.") from error
    form, text = forms.form_of(*forms.decode(content, path.name))
    above = form.sep.count("\n") or form.sep.count("\r")
    read_rows = _quoted if form.quoted else _plain
    header, *rows = list(read_rows(form, form.lines(text), 1 + above, path.name)) or [
        Row(1, (), "")
    ]
    table = Table(path.name, form, header.fields, ())
    table.need(FILENAME)
    for name in table.columns:
        if name.strip() and table.columns.count(name) > 1:
            raise TableError(f"{path.name} has two columns `{name}`.")
    table = replace(table, rows=tuple(_judged(table, rows)))
    some = [row for row in table.rows if not row.blank]
    if some and all(row.fault for row in some):
        first = some[0]
        raise TableError(
            f"No row of {path.name} can be used:"
            f" line {first.line} {first.fault.removeprefix('it ')}."
        )
    return table


def is_text(value: str) -> bool:
    """False for what holds bytes that were not UTF-8."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def printable(value: str) -> str:
    return value.encode(errors="replace").decode()


def _plain(form: Form, lines: list[str], first: int, name: str) -> Iterator[Row]:
    """Columns between tabs, where a quote is a quote."""
    for number, line in enumerate(lines, first):
        raw = line.rstrip("\r\n")
        yield Row(number, tuple(raw.split(form.delimiter)) if raw else (), raw)


def _quoted(form: Form, lines: list[str], first: int, name: str) -> Iterator[Row]:
    """CSV. Raises TableError for a quote that never ends: what it swallows can't be told."""
    taken: list[str] = []

    def one_by_one() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield line

    reader = csv.reader(
        one_by_one(), delimiter=form.delimiter, strict=True, skipinitialspace=form.blanks
    )
    number = first
    while True:
        taken.clear()
        try:
            fields, fault = tuple(next(reader)), ""
        except StopIteration:
            return
        except csv.Error as error:
            fields, fault = tuple(forms.cells(taken[0].rstrip("\r\n"), form.delimiter)), str(error)
            last = number + len(taken) - 1
            if last == first + len(lines) - 1 and "end of data" in fault:
                raise TableError(
                    f"{name}: a quote in the row of line {number} never ends, up to line {last}."
                ) from error
            fault = f"its quotes are wrong, {_span(number, len(taken))}: {fault}"
        if not fault and (len(taken) > 1) and _swallows(form, fields, taken[1:]):
            fault = f"its quotes hold what look like other rows, {_span(number, len(taken))}"
        yield Row(number, fields, "".join(taken).rstrip("\r\n"), fault)
        number += len(taken)


def _span(line: int, count: int) -> str:
    return f"line {line}" if count == 1 else f"lines {line} to {line + count - 1}"


def _swallows(form: Form, fields: Sequence[str], lines: Sequence[str]) -> bool:
    """Whether lines within a record name a recording where the record itself does."""
    place = next((at for at, field in enumerate(fields) if is_audio(field.strip())), None)
    if place is None:
        return False
    within = (line.rstrip("\r\n").split(form.delimiter) for line in lines)
    return any(len(some) > place and is_audio(some[place].strip(' "')) for some in within)


def _judged(table: Table, rows: Sequence[Row]) -> Iterator[Row]:
    """Rows as wide as the header, or with the reason why they can't be."""
    width = len(table.columns)
    for row, following in zip_longest(rows, rows[1:]):
        fields = row.fields
        if row.fault or not fields:
            yield row
        elif any(field.strip() for field in fields[width:]):
            yield replace(row, fault="it has more fields than there are columns")
        elif len(fields) >= width:
            yield replace(row, fields=fields[:width])
        elif _is_cut_short(table, row, following):
            fault = f"it has {len(fields)} fields, and there are {width} columns"
            yield replace(row, fault=fault)
        else:
            yield replace(row, fields=(*fields, *[""] * (width - len(fields))))


def _is_cut_short(table: Table, row: Row, following: Row | None) -> bool:
    """Whether a row ends too early because its line is broken, and goes on in the next one.

    Excel leaves out empty fields at the end of a row; then a whole row follows.
    """
    if table.value(row, FILENAME) == "":
        return True
    if following is None or following.blank:
        return False
    return not (is_audio(table.value(row, FILENAME)) and is_audio(table.value(following, FILENAME)))
