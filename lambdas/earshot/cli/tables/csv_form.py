"""The forms that a CSV of Common Voice's kind comes in: with commas, tabs or semicolons."""

import csv
from collections.abc import Sequence
from itertools import chain
from typing import TextIO

FILENAME = "filename"  # the column that all of them have
_DELIMITERS = ",\t;"
_MAX_FIELD_CHARS = 10_000_000  # a day of fast speech has about 1.5 million

csv.field_size_limit(_MAX_FIELD_CHARS)  # csv's own is two hours of that


def delimiter(head: str) -> str:
    """The one that makes a column `filename` of a CSV's first line; a comma if none does."""
    return next((one for one in _DELIMITERS if FILENAME in _names(head, one)), _DELIMITERS[0])


def rows(file: TextIO) -> "csv.DictReader[str]":
    """The rows of a CSV that was opened with `newline=""`."""
    head = file.readline()
    return csv.DictReader(chain([head], file), delimiter=delimiter(head))


def _names(head: str, delimiter: str) -> Sequence[str]:
    return next(csv.reader([head], delimiter=delimiter), [])
