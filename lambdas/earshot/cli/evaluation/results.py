"""Result files: what was said, what was heard, by whom."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from earshot.cli.tables import table as tables
from earshot.cli.tables.columns import FILENAME, GENERATED, HEARD, TEXT
from earshot.cli.tables.names import base_name
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


@dataclass(frozen=True, slots=True)
class Results:
    """The clips of a file, and the rows of it that can't be trusted, as lines to show."""

    results: list[Result]
    refused: list[str] = field(default_factory=list)


def as_listened(results: Sequence[Result]) -> list[Result]:
    """Those whose listener's own text is known, with that as what was heard."""
    return [replace(one, heard=one.by_listener) for one in results if one.by_listener is not None]


def read_results(path: Path, reference: Path | None = None) -> Results:
    """Of a table with `filename`, `generated_text` and perhaps `text`, `age`, `gender`, `accent`;
    or of JSON lines as `transcribe --format json` writes them.

    What was said and by whom comes from the table `reference` where that is given. Clips are known
    by file name, without folders, which differ between a table and a disk. Raises ResultsError.
    """
    json_lines = path.suffix in (".jsonl", ".json")
    found = Results(_json_lines(path)) if json_lines else _of_table(path, GENERATED)
    names = [result.name for result in found.results]
    if len(set(names)) < len(names):
        double = next(name for name in names if names.count(name) > 1)
        raise ResultsError(f"{path.name} holds {double} more than once.")
    if reference is None:
        return found
    known = _of_table(reference, TEXT)
    said = _by_name(known.results, reference)
    if missing := [name for name in names if name not in said]:
        raise ResultsError(f"{reference.name} lacks {len(missing)} clips, such as {missing[0]}.")
    results = [
        replace(result, reference=said[result.name].reference, facets=said[result.name].facets)
        for result in found.results
    ]
    return Results(results, [*found.refused, *known.refused])


def _by_name(results: Sequence[Result], path: Path) -> Mapping[str, Result]:
    """Raises ResultsError where two rows say different things of one clip."""
    said: dict[str, Result] = {}
    for one in results:
        before = said.setdefault(one.name, one)
        if (before.reference, before.facets) != (one.reference, one.facets):
            raise ResultsError(f"{path.name} says two different things of {one.name}.")
    return said


def _of_table(path: Path, needed: str) -> Results:
    table = tables.read(path)
    table.need(FILENAME, needed)
    used = (FILENAME, TEXT, GENERATED, HEARD, *FACETS)
    results = []
    for row in table.trusted(*used):
        shown = table.value(row, GENERATED)
        heard = table.value(row, HEARD) if table.has(HEARD) else None
        results.append(
            Result(
                name=base_name(table.value(row, FILENAME)),
                reference=table.value(row, TEXT) if table.has(TEXT) else None,
                heard=shown,
                facets={one: table.value(row, one) or UNKNOWN for one in FACETS},
                by_listener=_by_listener(heard, shown),
            )
        )
    return Results(results, [f"{path.name}, {one}" for one in table.refused(*used)])


def _by_listener(heard: str | None, shown: str | None) -> str | None:
    """Empty beside a text that is shown means that it was not known, as in older journals."""
    return None if heard is None or (shown and not heard) else heard


def _json_lines(path: Path) -> list[Result]:
    """A clip that failed counts as one of which nothing was heard."""
    try:
        lines = path.read_text("utf-8-sig").split("\n")  # some texts hold other ends of lines
    except (OSError, UnicodeDecodeError) as error:
        raise ResultsError(f"{path.name} can't be read: {error}") from error
    results = []
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            text = row.get("text") or ""
            by_listener = _by_listener(row.get("heard"), text)
            results.append(Result(base_name(row["file"]), None, text, {}, by_listener))
        except (ValueError, KeyError, TypeError) as error:
            raise ResultsError(f"{path.name}, line {number} is no result: {error}") from error
    return results
