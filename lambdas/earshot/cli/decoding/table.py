"""A CSV of Common Voice's form, read whole and written back in the form that it came in."""

import csv
import filecmp
import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from earshot.cli.tables.csv_form import FILENAME, delimiter
from earshot.cli.tables.manifest import ManifestError

TEXT, DURATION, HEARD = "generated_text", "duration", "heard_text"
OURS = (TEXT, DURATION, HEARD)


class Cells(NamedTuple):
    """What is written into one row, in the order of OURS."""

    text: str
    duration: str
    by_listener: str


@dataclass(frozen=True, slots=True)
class Form:
    """How a CSV is written down."""

    encoding: str  # utf-8-sig where there is a byte order mark
    delimiter: str
    newline: str
    quote_all: bool


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one record, which ends on this line; a blank line has none."""

    line: int
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A CSV's header and records, every record as wide as the header unless it is blank."""

    form: Form
    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    def filename(self, row: Row) -> str:
        return row.fields[self.columns.index(FILENAME)] if row.fields else ""


def read(path: Path) -> Table:
    """The CSV at `path`; what is not UTF-8 in it passes through unchanged.

    Raises ManifestError when it can't be read, or can't be written back with our columns and
    no guess: no column `filename`, one of ours twice, a quote that never ends, a row too wide.
    """
    try:
        with path.open(newline="", encoding="utf-8", errors="surrogateescape") as file:
            text = file.read()
    except OSError as error:
        raise ManifestError(f"{path.name} can't be read: {error.strerror}.") from error
    encoding = "utf-8-sig" if text.startswith("\ufeff") else "utf-8"
    text = text.removeprefix("\ufeff")
    head = io.StringIO(text, newline="").readline()
    form = Form(
        encoding,
        delimiter=delimiter(head),
        newline=next((end for end in ("\r\n", "\r") if head.endswith(end)), "\n"),
        quote_all=head.startswith('"'),
    )
    records = csv.reader(io.StringIO(text, newline=""), delimiter=form.delimiter, strict=True)
    try:
        columns = tuple(next(records, ()))
        for name in (FILENAME, *OURS):
            if columns.count(name) > 1:
                raise ManifestError(f"{path.name} has two columns `{name}`.")
        if FILENAME not in columns:
            raise ManifestError(f"{path.name} has no column `{FILENAME}`.")
        rows = tuple(Row(records.line_num, tuple(fields)) for fields in records)
    except csv.Error as error:
        raise ManifestError(f"{path.name}, line {records.line_num}: {error}.") from error
    return Table(form, columns, tuple(_as_wide(row, len(columns), path) for row in rows))


def write(table: Table, heard: Sequence[Cells], path: Path) -> None:
    """The table with the texts and duration of each row, in order, added or replaced.

    Whole or not at all: whoever looks at `path` finds the old file or the new one. A file that
    would stay the same is left untouched.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        with fresh.open(
            "w", newline="", encoding=table.form.encoding, errors="surrogateescape"
        ) as file:
            file.writelines(_lines(table, heard))
            file.flush()
            os.fsync(file.fileno())
        if path.is_file() and filecmp.cmp(fresh, path, shallow=False):
            return
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _as_wide(row: Row, width: int, path: Path) -> Row:
    if len(row.fields) > width:
        raise ManifestError(f"{path.name}, line {row.line} has more fields than there are columns.")
    missing = width - len(row.fields)
    return Row(row.line, (*row.fields, *[""] * missing)) if row.fields and missing else row


def _lines(table: Table, heard: Sequence[Cells]) -> Iterator[str]:
    columns = [*table.columns, *(one for one in OURS if one not in table.columns)]
    places = [columns.index(one) for one in OURS]

    def filled() -> Iterator[list[str]]:
        for row, values in zip(table.rows, heard, strict=True):
            fields = list(row.fields)
            if fields:
                fields += [""] * (len(columns) - len(fields))
                for place, value in zip(places, values, strict=True):
                    fields[place] = value
            yield fields

    buffer = io.StringIO(newline="")
    # With this line end, the writer quotes both of its characters wherever they stand in a field.
    writer = csv.writer(
        buffer,
        delimiter=table.form.delimiter,
        lineterminator="\r\n",
        quoting=csv.QUOTE_ALL if table.form.quote_all else csv.QUOTE_MINIMAL,
    )
    for fields in chain([columns], filled()):
        writer.writerow(fields)
        yield buffer.getvalue().removesuffix("\r\n") + table.form.newline
        buffer.seek(0)
        buffer.truncate()
