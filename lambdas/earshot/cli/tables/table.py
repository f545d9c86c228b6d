"""One reader of tables for every command: rows that can be trusted, and why others can't.

A row that can't be trusted is never guessed at. Its `fault` says why; commands name it, do nothing
for it, and go on.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import Any

from earshot.cli.tables import form as forms
from earshot.cli.tables.columns import FILENAME, other_names, place_of
from earshot.cli.tables.form import Form, TableError
from earshot.cli.tables.records import Row, cells, records
from earshot.cli.tables.trust import judged
from earshot.recordings.details import FIELDS, cut
from earshot.recordings.metadata import tidied
from earshot.recordings.record import FACETS

NO_NAME = "the row names no file"
NOT_UTF8 = "it is not UTF-8, and what else can't be told: save the table as UTF-8"


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
        return {name: value for name in FACETS if (value := tidied(self.value(row, name)))}

    def details(self, row: Row) -> dict[str, Any]:
        """What its owner says of the recording; tags are separated by commas or semicolons."""
        texts = {name: value for name in FIELDS if (value := self.value(row, name))}
        if "tags" in texts:
            texts["tags"] = texts["tags"].replace(";", ",")
        return cut(texts)

    def trusted(self, *columns: str) -> Iterator[Row]:
        """The rows that hold something, without a fault in them or in these columns."""
        refused = {one.line for one in self.refused(*columns)}
        return (row for row in self.rows if not row.blank and row.line not in refused)

    def refused(self, *columns: str) -> list[Refused]:
        """The rows that can't be trusted, or have something in these columns that is no text."""
        return [
            one
            for row in self.rows
            if (fault := row.fault or self._damage(row, columns))
            for one in self.refusals(row, fault)
        ]

    def refusals(self, row: Row, fault: str) -> Iterator[Refused]:
        """A row with every line of it, because what looks like one may have been several."""
        yield Refused(row.line, printable(self.value(row, FILENAME)), fault)
        place = place_of(FILENAME, self.columns) or 0
        lines = self.form.lines(row.written(self.form)) if row.fault else ()
        for line, text in enumerate(islice(lines, 1, None), row.line + 1):
            some = cells(text, self.form)
            name = some[place].strip() if place < len(some) else ""
            yield Refused(line, printable(name), fault)

    def _damage(self, row: Row, columns: Sequence[str]) -> str:
        if row.blank:
            return ""
        if FILENAME in columns and not self.value(row, FILENAME):
            return NO_NAME
        return "" if all(is_text(self.value(row, one)) for one in columns) else NOT_UTF8


def read(path: Path) -> Table:
    """The table at `path` (`-`: standard input): CSV with commas or semicolons, or columns between
    tabs.

    Raises TableError when nothing of it can be used: it can't be read, it has no file names or
    two columns of one name, a quote never ends, or no row can be trusted.
    """
    try:
        piped = path == Path("-")
        content = sys.stdin.buffer.read() if piped else path.read_bytes()
    except OSError as error:
        raise TableError(f"{path.name} can't be read: {error.strerror}.") from error
    form, text = forms.form_of(*forms.decode(content, path.name))
    del content  # a table may have a million rows
    header, *rows = list(records(form, text, path.name)) or [Row(1, ())]
    table = Table(path.name, form, header.fields, ())
    table.need(FILENAME)
    for name in table.columns:
        if name.strip() and table.columns.count(name) > 1:
            raise TableError(f"{path.name} has two columns `{name}`.")
    table = replace(table, rows=judged(rows, table.columns, form))
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
