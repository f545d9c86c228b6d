"""Who speaks in which file: a CSV in Common Voice's form (filename, text, age, gender, …)."""

import csv
from collections.abc import Mapping
from pathlib import Path

from earshot.transcripts.recording import FACETS


class ManifestError(ValueError):
    """The CSV can't be used; the message says why."""


def facets_by_name(path: Path) -> Mapping[str, Mapping[str, str]]:
    """Facets by file name (without folders, which differ between a CSV and a disk).

    Raises ManifestError when the file is no such CSV or two rows name one file differently.
    """
    rows: dict[str, dict[str, str]] = {}
    try:
        with path.open(newline="", encoding="utf-8-sig") as file:
            reader = csv.DictReader(file)
            if "filename" not in (reader.fieldnames or ()):
                raise ManifestError(f"{path.name} has no column `filename`.")
            for line, row in enumerate(reader, start=2):
                name = Path(row["filename"] or "").name
                facets = {one: row[one].strip() for one in FACETS if (row.get(one) or "").strip()}
                if rows.setdefault(name, facets) != facets:
                    raise ManifestError(
                        f"{path.name}, line {line}: {name} came before, differently."
                    )
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ManifestError(f"{path.name} can't be read as CSV: {error}") from error
    return rows
