"""How a table is written down: its encoding, what stands between columns, how lines end."""

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from earshot.cli.tables.columns import FILENAME, place_of
from earshot.errors import InputError

TAB = "\t"
_DELIMITERS = (",", TAB, ";")
_MAX_FIELD_CHARS = 10_000_000  # a day of fast speech has about 1.5 million

csv.field_size_limit(_MAX_FIELD_CHARS)  # csv's own is two hours of that

_MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32-le",  # before UTF-16's, which it begins with
    codecs.BOM_UTF32_BE: "utf-32-be",
    codecs.BOM_UTF16_LE: "utf-16-le",
    codecs.BOM_UTF16_BE: "utf-16-be",
}
_OTHER_FILES = {
    b"PK\x03\x04": "a workbook or an archive: save the sheet as `CSV UTF-8`",
    b"\xd0\xcf\x11\xe0": "an old Excel workbook: save the sheet as `CSV UTF-8`",
    b"\x1f\x8b": "compressed: unpack it first",
}
_SEP = re.compile(r"sep=(.)", re.IGNORECASE)  # the line by which Excel knows the delimiter
# In Windows-1252: bytes that stand for nothing, ÿ and þ, which are damage more often than letters,
# four letters beyond ASCII side by side, as in Cyrillic or Greek, and after a small letter such as
# ‚ † ˆ Š Ž Ÿ, which Mac Roman has for ä, é, ü and others.
_UNLIKELY = re.compile(
    rb"[\x81\x8d\x8f\x90\x9d\xfe\xff]|[\xc0-\xff]{4}|[a-z][\x82-\x84\x86-\x8c\x8e\x9f]"
)


class TableError(InputError):
    """A table can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Form:
    """How a table is written down. `mark` are the bytes before the text (a byte order mark), and
    `sep` is the line before the header by which Excel knows the delimiter, if there is one."""

    encoding: str
    mark: bytes
    delimiter: str
    newline: str
    quoted: bool  # whether quotes have a meaning; in columns between tabs they have none
    quote_all: bool
    blanks: bool  # whether a blank follows each delimiter
    sep: str = ""

    def lines(self, text: str) -> Iterator[str]:
        """Each with its end. Other characters that may end a line don't, within a table."""
        end = "\r" if self.newline == "\r" else "\n"
        start = 0
        while start < len(text):
            stop = text.find(end, start) + 1 or len(text)
            yield text[start:stop]
            start = stop


def decode(content: bytes, name: str) -> tuple[str, str, bytes]:
    """The text, its encoding, and the byte order mark.

    Bytes that are not UTF-8, in a table that is, become surrogates: they spoil their row only.
    Raises TableError.
    """
    for magic, what in _OTHER_FILES.items():
        if content.startswith(magic):
            raise TableError(f"{name} is no table but {what}.")
    mark = next((mark for mark in _MARKS if content.startswith(mark)), b"")
    encoding = _MARKS[mark] if mark else _without_mark(content)
    errors = "surrogateescape" if encoding == "utf-8" else "strict"
    try:
        return content[len(mark) :].decode(encoding, errors), encoding, mark
    except UnicodeDecodeError as error:
        raise TableError(f"{name} is damaged {encoding.upper()}: {error.reason}.") from error


def form_of(text: str, encoding: str, mark: bytes) -> tuple[Form, str]:
    """The form of a table, and its text without the line `sep=`."""
    head, newline = _first_line(text)
    sep = ""
    if told := _SEP.fullmatch(head):
        sep, text = head + newline, text[len(head) + len(newline) :]
        head, newline = _first_line(text)
    delimiter = told[1] if told else _delimiter(head)
    quote_all = head.startswith('"')
    form = Form(
        encoding,
        mark,
        delimiter,
        newline or "\n",
        quoted=delimiter != TAB or quote_all,
        quote_all=quote_all,
        blanks=head.count(delimiter) == head.count(f"{delimiter} ") > 0,
        sep=sep,
    )
    return form, text


def _first_line(text: str) -> tuple[str, str]:
    found = re.match(r"([^\r\n]*)(\r\n|\r|\n|)", text)
    return (found[1], found[2]) if found else ("", "")


def _without_mark(content: bytes) -> str:
    """UTF-8, or what people's programs write where they don't write it."""
    first, second = (content[:2] + b"xx")[:2]
    if not (first and second):  # half of an ASCII letter, with which every header begins
        return "utf-16-le" if first else "utf-16-be"
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        return _not_utf8(content)
    return "utf-8"


def _not_utf8(content: bytes) -> str:
    """Windows-1252 where all of it looks so; else UTF-8, whose damaged rows are refused."""
    some_utf8 = not content.decode("utf-8", "ignore").isascii()
    old_mac = b"\r" in content and b"\n" not in content  # whose own encoding looks the same
    return "utf-8" if some_utf8 or old_mac or _UNLIKELY.search(content) else "cp1252"


def _delimiter(head: str) -> str:
    """The one that makes the column of file names; else the one that makes the most columns."""
    for one in _DELIMITERS:
        if place_of(FILENAME, cells(head, one)) is not None:
            return one
    most: Callable[[str], int] = head.count
    return max(_DELIMITERS, key=most)


def cells(line: str, delimiter: str) -> list[str]:
    """The fields of one line by itself."""
    return next(csv.reader([line], delimiter=delimiter), [])
