"""Transcripts in a table, each row judged by itself."""

import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from earshot.cli.tables.columns import DURATION, FILENAME, GENERATED, TEXT
from earshot.cli.tables.records import Row as Record
from earshot.cli.tables.table import NOT_UTF8, Refused, Table, is_text, printable
from earshot.recordings.ids import plain_key

LONGEST_SECONDS = 24 * 3600.0
MAX_FACET_CHARS = 64


@dataclass(frozen=True, slots=True)
class Row:
    """One transcript that can be imported; `duration` in seconds, None where the table lacks it."""

    line: int
    filename: str
    text: str
    duration: float | None
    facets: Mapping[str, str]
    details: Mapping[str, Any] = field(default_factory=dict)  # earshot.recordings.details


def rows_of(table: Table, *, sound: bool = False) -> Iterator[Row | Refused]:
    """Every row of the table; one bad row never hides the others.

    The transcript is `generated_text`, or `text` where a table has only that, as Common Voice's
    releases do. With `sound`, a table without durations will do. Raises TableError when the table
    lacks a column.
    """
    has_duration = table.has(DURATION) or sound
    column = TEXT if table.has(TEXT) and not table.has(GENERATED) and has_duration else GENERATED
    table.need(column, *([] if has_duration and not table.has(DURATION) else [DURATION]))
    seen: dict[str, int] = {}
    for row in table.rows:
        if row.fault:
            yield from table.refusals(row, row.fault)
        elif not row.blank:
            yield _judge(table, row, column, seen)


def _judge(table: Table, row: Record, column: str, seen: dict[str, int]) -> Row | Refused:
    filename = key_of(table.value(row, FILENAME))
    same = unicodedata.normalize("NFC", filename)
    try:
        if not all(is_text(field) for field in row.fields):
            raise ValueError(NOT_UTF8)
        plain_key(filename)
        if same in seen:
            raise ValueError(f"line {seen[same]} has the same filename")
        text, duration = _text(table.value(row, column), column), _duration(table, row)
        facets, details = _facets(table, row), table.details(row)
        made = Row(row.line, filename, text, duration, facets, details)
    except ValueError as fault:
        return Refused(row.line, printable(filename), str(fault))
    seen[same] = row.line
    return made


def key_of(filename: str) -> str:
    """A name as part of a key: with the slashes that keys have, also where Windows wrote it."""
    return filename if "/" in filename else filename.replace("\\", "/")


def _text(value: str, column: str) -> str:
    text = " ".join(value.split())
    if not text:
        raise ValueError(f"{column} is empty")
    if not text.isprintable():
        raise ValueError(f"{column} has control characters")
    return text


def _duration(table: Table, row: Record) -> float | None:
    if not table.has(DURATION):
        return None
    value = table.value(row, DURATION)
    try:
        duration = float(value)
    except ValueError:
        raise ValueError(f"duration is no number: {value[:40]!r}") from None
    if not math.isfinite(duration) or not 0 < duration <= LONGEST_SECONDS:
        raise ValueError(f"duration is not within 0 and {LONGEST_SECONDS:.0f} seconds")
    return duration


def _facets(table: Table, row: Record) -> dict[str, str]:
    facets = table.facets(row)
    for name, value in facets.items():
        if len(value) > MAX_FACET_CHARS:
            raise ValueError(f"{name} has more than {MAX_FACET_CHARS} characters")
        if not value.isprintable():
            raise ValueError(f"{name} has control characters")
    return facets
