"""Transcripts in a CSV of Common Voice's form, each row judged by itself."""

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from earshot.cli.tables import csv_form
from earshot.cli.tables.manifest import ManifestError
from earshot.recordings.ids import plain_key
from earshot.recordings.record import FACETS

NEEDED = ("filename", "generated_text", "duration")
LONGEST_SECONDS = 24 * 3600.0
MAX_FACET_CHARS = 64


@dataclass(frozen=True, slots=True)
class Row:
    """One transcript that can be imported; `duration` in seconds."""

    line: int
    filename: str
    text: str
    duration: float
    facets: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Refused:
    """A row that can't be imported, and why."""

    line: int
    filename: str
    reason: str


def read_rows(path: Path) -> Iterator[Row | Refused]:
    """Every row of the file; one bad row never hides the others.

    Raises ManifestError when the file can't be read or lacks a needed column.
    """
    seen: dict[str, int] = {}
    try:
        # Bytes that are no UTF-8 come through as surrogates, so only their own row is refused.
        with path.open(newline="", encoding="utf-8-sig", errors="surrogateescape") as file:
            reader = csv_form.rows(file)
            missing = [name for name in NEEDED if name not in (reader.fieldnames or ())]
            if missing:
                raise ManifestError(f"{path.name} has no column {', '.join(missing)}.")
            while True:
                try:
                    values = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    yield Refused(reader.line_num, "", str(error))
                    continue
                yield _judge(values, reader.line_num, seen)
    except (OSError, csv.Error) as error:
        raise ManifestError(f"{path.name} can't be read as CSV: {error}") from error


def _judge(values: Mapping[str | None, object], line: int, seen: dict[str, int]) -> Row | Refused:
    fields = {name: str(value or "").strip() for name, value in values.items() if name}
    filename = fields["filename"]
    try:
        if None in values:
            raise ValueError("it has more fields than there are columns")
        if "".join(fields.values()).encode(errors="replace").decode() != "".join(fields.values()):
            raise ValueError("it is not UTF-8")
        plain_key(filename)
        if filename in seen:
            raise ValueError(f"line {seen[filename]} has the same filename")
        row = Row(line, filename, _text(fields), _duration(fields), _facets(fields))
    except ValueError as fault:
        shown = filename.encode(errors="replace").decode()
        return Refused(line, shown, str(fault))
    seen[filename] = line
    return row


def _text(fields: Mapping[str, str]) -> str:
    text = " ".join(fields["generated_text"].split())
    if not text:
        raise ValueError("generated_text is empty")
    if not text.isprintable():
        raise ValueError("generated_text has control characters")
    return text


def _duration(fields: Mapping[str, str]) -> float:
    try:
        duration = float(fields["duration"])
    except ValueError:
        raise ValueError(f"duration is no number: {fields['duration'][:40]!r}") from None
    if not math.isfinite(duration) or not 0 < duration <= LONGEST_SECONDS:
        raise ValueError(f"duration is not within 0 and {LONGEST_SECONDS:.0f} seconds")
    return duration


def _facets(fields: Mapping[str, str]) -> dict[str, str]:
    facets = {name: " ".join(fields[name].split()) for name in FACETS if fields.get(name)}
    for name, value in facets.items():
        if len(value) > MAX_FACET_CHARS:
            raise ValueError(f"{name} has more than {MAX_FACET_CHARS} characters")
        if not value.isprintable():
            raise ValueError(f"{name} has control characters")
    return facets
