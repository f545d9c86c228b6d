"""Which records of a table can be trusted, and why others can't."""

from collections.abc import Sequence
from dataclasses import replace

from earshot.audio.formats import is_audio
from earshot.cli.tables.columns import FILENAME, place_of
from earshot.cli.tables.form import Form
from earshot.cli.tables.records import Row

TOO_WIDE = "it has more fields than there are columns"
_BROKEN = "its line may be broken: what follows it begins no row"


def judged(rows: Sequence[Row], columns: Sequence[str], form: Form) -> tuple[Row, ...]:
    """The records, as wide as the header, or with the reason why they can't be.

    Excel leaves out empty fields at the end of a row, so in CSV a short one is whole unless the
    next line goes on with it. Where names have no suffixes, or fields no quotes, there is no
    telling.
    """
    width, place = len(columns), place_of(FILENAME, columns) or 0
    found = [_checked(row, width) for row in rows]
    names_have_suffixes = any(is_audio(_name(row, place)) for row in found)
    before: int | None = None  # the last record that holds something
    for at, row in enumerate(found):
        if not row.fields:
            continue
        if not ((names_have_suffixes and form.quoted) or row.fault or row.blank):
            found[at] = row = replace(row, fault=_short(row, width))
        if names_have_suffixes and _goes_on(row, width, place, form):
            if not row.blank:
                found[at] = replace(row, fault=row.fault or _short(row, width) or _BROKEN)
            if before is not None and not found[before].fault:
                found[before] = replace(found[before], fault=_BROKEN)
        if not row.blank:
            before = at
    return tuple(_padded(row, width) for row in found)


def _checked(row: Row, width: int) -> Row:
    if row.fault or len(row.fields) <= width:
        return row
    if any(field.strip() for field in row.fields[width:]):
        return replace(row, fault=TOO_WIDE)
    return replace(row, fields=row.fields[:width])


def _goes_on(row: Row, width: int, place: int, form: Form) -> bool:
    """Whether a record looks like the rest of the one before.

    It names no recording. In CSV, where a field may hold the ends of lines, it is also too short.
    """
    if is_audio(_name(row, place)):
        return False
    if row.blank:
        return not form.quoted
    return not form.quoted or len(row.fields) < width


def _short(row: Row, width: int) -> str:
    count = len(row.fields)
    return f"it has {count} fields, and there are {width} columns" if count < width else ""


def _padded(row: Row, width: int) -> Row:
    if row.fault or not row.fields:
        return row
    if len(row.fields) < width:
        return replace(row, fields=(*row.fields, *[""] * (width - len(row.fields))))
    return row


def _name(row: Row, place: int) -> str:
    return row.fields[place].strip() if place < len(row.fields) else ""
