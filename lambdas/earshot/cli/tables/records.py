"""The text of a table to its records."""

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from earshot.audio.formats import is_audio
from earshot.cli.tables.columns import FILENAME, place_of
from earshot.cli.tables.form import Form, TableError

_STRAY_END = "\ud800"  # half a pair, so in no text: stands for an end of a line that is none here


@dataclass(frozen=True, slots=True)
class Row:
    """The fields of one record, which begins on this line."""

    line: int
    fields: tuple[str, ...]
    raw: str | None = None  # how it is written down, if not as the fields with delimiters between
    fault: str = ""

    def written(self, form: Form) -> str:
        """How it is written down, without the end of the line."""
        return form.delimiter.join(self.fields) if self.raw is None else self.raw

    @property
    def blank(self) -> bool:
        return not self.fault and not any(field.strip() for field in self.fields)


def records(form: Form, text: str, name: str) -> Iterator[Row]:
    """The records of a table, its header first, with the lines of the file that they begin on.

    Raises TableError for a quote that never ends: what it swallows can't be told.
    """
    above = form.sep.count("\n") or form.sep.count("\r")
    read = _quoted if form.quoted else _plain
    return read(form, form.lines(text), 1 + above, name)


def _plain(form: Form, lines: Iterator[str], first: int, name: str) -> Iterator[Row]:
    """Columns between tabs, where a quote is a quote."""
    for number, line in enumerate(lines, first):
        bare = line.rstrip("\r\n")
        yield Row(number, tuple(bare.split(form.delimiter)) if bare else ())


def _quoted(form: Form, lines: Iterator[str], first: int, name: str) -> Iterator[Row]:
    """CSV, whose fields may hold the ends of lines between quotes."""
    taken: list[str] = []

    def one_by_one() -> Iterator[str]:
        for line in lines:
            taken.append(line)
            yield _without_stray_ends(line, form)

    reader = csv.reader(
        one_by_one(), delimiter=form.delimiter, strict=True, skipinitialspace=form.blanks
    )
    number, place = first, None
    while True:
        taken.clear()
        try:
            fields, fault = tuple(_with_stray_ends(one, form) for one in next(reader)), ""
        except StopIteration:
            return
        except csv.Error as error:
            fields, fault = cells(taken[0], form), str(error)
            if "end of data" in fault:
                last = number + len(taken) - 1
                raise TableError(
                    f"{name}: a quote in the row of line {number} never ends, up to line {last}."
                ) from error
            fault = f"its quotes are wrong ({_span(number, len(taken))}): {fault}"
        if not fault and _swallows(taken[1:], place, form):
            fault = f"its quotes hold what look like other rows ({_span(number, len(taken))})"
        yield Row(number, fields, "".join(taken).rstrip("\r\n"), fault)
        if number == first:
            place = place_of(FILENAME, fields)
        number += len(taken)


def cells(line: str, form: Form) -> tuple[str, ...]:
    """The fields of a line by itself, whatever its quotes say."""
    return tuple(part.strip('"') for part in line.rstrip("\r\n").split(form.delimiter))


def _swallows(lines: Sequence[str], place: int | None, form: Form) -> bool:
    """Whether lines within a record name a recording, as other rows do."""
    within = (cells(line, form) for line in lines)
    return place is not None and any(
        len(some) > place and is_audio(some[place].strip()) for some in within
    )


def _without_stray_ends(line: str, form: Form) -> str:
    """Python's reader takes both \\r and \\n for ends of lines, also where a table has one kind."""
    if form.newline == "\r":
        return line.replace("\n", _STRAY_END)
    return re.sub(r"\r(?!\n)", _STRAY_END, line)


def _with_stray_ends(field: str, form: Form) -> str:
    return field.replace(_STRAY_END, "\n" if form.newline == "\r" else "\r")


def _span(line: int, count: int) -> str:
    return f"line {line}" if count == 1 else f"lines {line} to {line + count - 1}"
