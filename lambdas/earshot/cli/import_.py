"""`earshot import`: transcripts that were made elsewhere become recordings."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from earshot import __version__
from earshot.cli import outputs
from earshot.cli.options import Stack
from earshot.cli.outputs import Outputs
from earshot.cli.progress import Advance, progress
from earshot.cli.tables.csv_rows import Refused, Row, read_rows
from earshot.cli.uploading import Upload, put
from earshot.recordings.imported import imported_transcript
from earshot.recordings.imports import Import
from earshot.recordings.passages import count_passages
from earshot.recordings.store import Recordings

_CONCURRENCY = 16
_WAITING = 512  # rows whose transcripts are held at a time


@dataclass(slots=True)
class Report:
    """What became of the rows."""

    written: int = 0
    unchanged: int = 0
    failures: list[Refused] = field(default_factory=list)


def add_rows(
    rows: Sequence[Row],
    recordings: Recordings,
    model: str,
    prefix: str = "",
    advance: Advance = lambda _: None,
) -> Report:
    """Write rows as recordings, several at once; what is there already is left as it is."""

    def add(row: Row) -> bool:
        transcript = imported_transcript(row.text, row.duration, model, __version__)
        key, passages = prefix + row.filename, count_passages(transcript)
        return bool(recordings.add_imported([Import(key, row.facets, transcript, passages)]))

    report = Report()
    with ThreadPoolExecutor(_CONCURRENCY) as pool:
        for some in _batches(rows):
            jobs = {pool.submit(add, row): row for row in some}
            for job in as_completed(jobs):
                try:
                    if job.result():
                        report.written += 1
                    else:
                        report.unchanged += 1
                except (BotoCoreError, ClientError) as error:
                    row = jobs[job]
                    report.failures.append(Refused(row.line, row.filename, str(error)))
                advance(1)
    return report


def sounds(
    rows: Sequence[Row], folder: Path, prefix: str = ""
) -> tuple[list[Upload], list[Refused]]:
    """The files of the rows, by their path in `folder` or their bare name; and what lacks one."""
    from earshot.ingest.ingest import IMPORTED

    found: list[Upload] = []
    missing: list[Refused] = []
    for row in rows:
        places = (folder / row.filename, folder / Path(row.filename).name)
        path = next((place for place in places if place.is_file()), None)
        if path is None:
            missing.append(Refused(row.line, row.filename, f"there is no such file in {folder}"))
        else:
            found.append(Upload(path, prefix + row.filename, row.facets, IMPORTED))
    return found, missing


def import_(
    csv: Annotated[
        Path,
        typer.Argument(
            help="With columns filename, generated_text, duration; age, gender, accent.",
            metavar="IN.csv",
            exists=True,
            dir_okay=False,
        ),
    ],
    audio: Annotated[
        Path | None,
        typer.Option(
            help="The folder of the sound, to be uploaded too.", exists=True, file_okay=False
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="What wrote the transcripts; the CSV's name if not given.")
    ] = None,
    prefix: Annotated[str, typer.Option(help="Put before every key, e.g. `archive/`.")] = "",
    stack: Stack = None,
) -> None:
    """Make recordings of existing transcripts, labelled as imported. Safe to stop and repeat."""
    target = outputs.find(stack)
    judged = list(read_rows(csv))
    rows = [one for one in judged if isinstance(one, Row)]
    refused = [one for one in judged if isinstance(one, Refused)]
    with progress("Importing", len(rows)) as advance:
        report = add_rows(rows, target.recordings(_CONCURRENCY), model or csv.stem, prefix, advance)
    refused += report.failures
    if audio:
        refused += _put_sound(rows, audio, prefix, target)
    for one in sorted(refused, key=lambda one: one.line):
        print(f"line {one.line}: {one.filename}: {one.reason}", file=sys.stderr)
    print(
        f"{report.written} imported, {report.unchanged} left as they were, {len(refused)} refused."
    )
    raise typer.Exit(1 if refused else 0)


def _put_sound(rows: Sequence[Row], folder: Path, prefix: str, target: Outputs) -> list[Refused]:
    uploads, refused = sounds(rows, folder, prefix)
    with progress("Uploading", len(uploads)) as advance:
        failures = put(uploads, target, advance=advance).failures
    lines = {prefix + row.filename: row for row in rows}
    return refused + [
        Refused(lines[key].line, lines[key].filename, reason) for key, reason in failures
    ]


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), _WAITING):
        yield rows[start : start + _WAITING]
