"""A table written back in the form that it came in, with what was heard."""

import csv
import filecmp
import io
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from earshot.cli.tables.columns import DURATION, GENERATED, HEARD, place_of
from earshot.cli.tables.form import Form
from earshot.cli.tables.table import Table
from earshot.cli.tables.trust import TOO_WIDE

OURS = (GENERATED, DURATION, HEARD)


class Cells(NamedTuple):
    """What is written into one row, in the order of OURS."""

    text: str
    duration: str
    by_listener: str


def write(table: Table, heard: Sequence[Cells], path: Path) -> None:
    """The table with the texts and duration of each row, in order, added or replaced.

    Rows that can't be trusted are written as they were found. Whole or not at all: whoever looks
    at `path` finds the old file or the new one. A file that would stay the same is left untouched.
    """
    fresh = path.with_name(f"{path.name}.new")
    try:
        with fresh.open("wb") as file:
            file.write(_encoded("".join(_lines(table, heard)), table.form))
            file.flush()
            os.fsync(file.fileno())
        if path.is_file() and filecmp.cmp(fresh, path, shallow=False):
            return
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _encoded(text: str, form: Form) -> bytes:
    """In the table's own encoding; in UTF-8, with its mark, what that one has no letters for."""
    if form.encoding == "utf-8":
        return form.mark + text.encode(errors="surrogateescape")
    try:
        return form.mark + text.encode(form.encoding)
    except UnicodeEncodeError:
        return text.encode("utf-8-sig")


def _lines(table: Table, heard: Sequence[Cells]) -> Iterator[str]:
    columns = list(table.columns)
    places = []
    for one in OURS:
        place = place_of(one, table.columns)
        places.append(len(columns) if place is None else place)
        columns += [one] if place is None else []
    write_row, added = _writer(table.form), len(columns) - len(table.columns)
    yield table.form.sep
    yield write_row(columns)
    for row, values in zip(table.rows, heard, strict=True):
        # One in doubt is as wide or narrow beside the header as it was, so that it stays in doubt.
        if row.fault == TOO_WIDE:
            width = len(table.columns)
            yield write_row([*row.fields[:width], *[""] * added, *row.fields[width:]])
            continue
        if row.fault:
            yield row.written(table.form) + table.form.delimiter * added + table.form.newline
            continue
        if not row.fields:
            yield row.written(table.form) + table.form.newline
            continue
        fields = [*row.fields, *[""] * (len(columns) - len(row.fields))]
        for place, value in zip(places, values, strict=True):
            fields[place] = value
        yield write_row(fields)


def _writer(form: Form) -> "_Writer":
    return _Quoted(form) if form.quoted else _Plain(form)


class _Plain:
    """Columns between tabs: what would end a column or a line becomes a blank."""

    def __init__(self, form: Form) -> None:
        self._form = form

    def __call__(self, fields: Sequence[str]) -> str:
        plain = (field.translate(_NO_ENDS) for field in fields)
        return self._form.delimiter.join(plain) + self._form.newline


_NO_ENDS = str.maketrans("\t\r\n", "   ")


class _Quoted:
    def __init__(self, form: Form) -> None:
        self._newline = form.newline
        self._buffer = io.StringIO(newline="")
        # With this line end, the writer quotes both of its characters wherever they stand.
        self._writer = csv.writer(
            self._buffer,
            delimiter=form.delimiter,
            lineterminator="\r\n",
            quoting=csv.QUOTE_ALL if form.quote_all else csv.QUOTE_MINIMAL,
        )

    def __call__(self, fields: Sequence[str]) -> str:
        self._buffer.seek(0)
        self._buffer.truncate()
        self._writer.writerow(fields)
        return self._buffer.getvalue().removesuffix("\r\n") + self._newline


_Writer = _Plain | _Quoted
