"""Result files: what was said, what was heard, by whom."""

import csv
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from earshot.cli.tables import csv_form
from earshot.errors import InputError
from earshot.recordings.record import FACETS

UNKNOWN = "unknown"


class ResultsError(InputError):
    """A file can't be used; the message says why."""


@dataclass(frozen=True, slots=True)
class Result:
    """One clip: `reference` is what was said (None: not known), `heard` what is shown of it.

    `by_listener` is what the listener heard by itself; None where the file does not tell.
    """

    name: str
    reference: str | None
    heard: str
    facets: Mapping[str, str]
    by_listener: str | None = None


def as_listened(results: Sequence[Result]) -> list[Result]:
    """Those whose listener's own text is known, with that as what was heard."""
    return [replace(one, heard=one.by_listener) for one in results if one.by_listener is not None]


def read_results(path: Path, reference: Path | None = None) -> list[Result]:
    """Of a CSV with `filename`, `generated_text` and perhaps `text`, `age`, `gender`, `accent`;
    or of JSON lines as `transcribe --format json` writes them.

    What was said and by whom comes from the CSV `reference` where that is given. Clips are known
    by file name, without folders, which differ between a CSV and a disk. Raises ResultsError.
    """
    try:
        results = _json_lines(path) if path.suffix in (".jsonl", ".json") else _csv(path)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise ResultsError(f"{path.name} can't be read: {error}") from error
    names = [result.name for result in results]
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise ResultsError(f"{path.name} holds {double} more than once.")
    if reference is not None:
        said = {row.name: row for row in _csv(reference, heard=False)}
        if missing := [name for name in names if name not in said]:
            raise ResultsError(
                f"{reference.name} lacks {len(missing)} clips, such as {missing[0]}."
            )
        results = [
            replace(result, reference=said[result.name].reference, facets=said[result.name].facets)
            for result in results
        ]
    return results


def _csv(path: Path, *, heard: bool = True) -> list[Result]:
    with path.open(newline="", encoding="utf-8-sig") as file:
        reader = csv_form.rows(file)
        columns = reader.fieldnames or ()
        for needed in ("filename", "generated_text" if heard else "text"):
            if needed not in columns:
                raise ResultsError(f"{path.name} has no column `{needed}`.")
        return [
            Result(
                name=Path(row["filename"]).name,
                reference=row.get("text"),
                heard=row.get("generated_text") or "",
                facets={one: (row.get(one) or "").strip() or UNKNOWN for one in FACETS},
                by_listener=_by_listener(row.get("heard_text"), row.get("generated_text")),
            )
            for row in reader
        ]


def _by_listener(heard: str | None, shown: str | None) -> str | None:
    """Empty beside a text that is shown means that it was not known, as in older journals."""
    return None if heard is None or (shown and not heard) else heard


def _json_lines(path: Path) -> list[Result]:
    """A clip that failed counts as one of which nothing was heard."""
    results = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            row = json.loads(line)
            text = row.get("text") or ""
            by_listener = _by_listener(row.get("heard"), text)
            results.append(Result(Path(row["file"]).name, None, text, {}, by_listener))
        except (ValueError, KeyError, TypeError) as error:
            raise ResultsError(f"{path.name}, line {number} is no result: {error}") from error
    return results
