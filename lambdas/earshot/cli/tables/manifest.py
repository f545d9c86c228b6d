"""Who says what in which file: a CSV in Common Voice's form (filename, text, age, gender, …)."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from earshot.cli.tables import csv_form
from earshot.cli.tables.csv_form import FILENAME
from earshot.errors import InputError
from earshot.recordings.record import FACETS


class ManifestError(InputError):
    """The CSV can't be used; the message says why."""


def facets_by_name(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Facets by file name (without folders, which differ between a CSV and a disk).

    Raises ManifestError when the file is no such CSV or two rows name one file differently.
    """
    rows: dict[str, dict[str, str]] = {}
    for line, row in enumerate(_rows(path, FILENAME), start=2):
        name = Path(row[FILENAME] or "").name
        facets = {one: row[one].strip() for one in FACETS if (row.get(one) or "").strip()}
        if rows.setdefault(name, facets) != facets:
            raise ManifestError(f"{path.name}, line {line}: {name} came before, differently.")
    return rows


def texts_by_name(path: Path) -> Mapping[str, str]:
    """What was said, by file name as above. Raises ManifestError when the file is no such CSV."""
    return {
        Path(row[FILENAME] or "").name: row["text"] or "" for row in _rows(path, FILENAME, "text")
    }


def _rows(path: Path, *needed: str) -> Iterator[Mapping[str, str]]:
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv_form.rows(file)
            for column in needed:
                if column not in (reader.fieldnames or ()):
                    raise ManifestError(f"{path.name} has no column `{column}`.")
            yield from reader
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path.name} can't be read as CSV: {error}") from error
