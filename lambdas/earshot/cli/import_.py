"""`earshot import`: transcripts that were made elsewhere become recordings."""

import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer
from botocore.exceptions import BotoCoreError, ClientError

from earshot.bundled import model_folder
from earshot.cli import leftover, outputs
from earshot.cli.importing import Aligner, Estimated, Maker
from earshot.cli.options import Stack
from earshot.cli.outputs import Outputs
from earshot.cli.progress import Advance, progress
from earshot.cli.sound import Sound
from earshot.cli.tables import table as tables
from earshot.cli.tables.csv_rows import Row, rows_of
from earshot.cli.tables.table import Refused
from earshot.cli.uploading import Upload, put
from earshot.errors import InputError
from earshot.recordings.ids import recording_id
from earshot.recordings.imported import is_aligned
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
    aligned: int = 0  # whose words have the times of the sound
    failures: list[Refused] = field(default_factory=list)
    estimated: list[Refused] = field(default_factory=list)  # though there is sound, and why


def add_rows(
    rows: Sequence[Row],
    recordings: Recordings,
    model: str,
    prefix: str = "",
    advance: Advance = lambda _: None,
    aligner: Aligner | None = None,
) -> Report:
    """Write rows as recordings, several at once; what is there already is left as it is.

    Words get their times from the sound where there is an `aligner`, else by estimate.
    """
    report = Report()
    make = Maker(model, aligner)

    def add(row: Row) -> bool:
        key = prefix + row.filename
        try:
            transcript = make(row, recordings.get(recording_id(key)))
        except Estimated as estimate:
            transcript = estimate.transcript
            report.estimated.append(Refused(row.line, row.filename, estimate.reason))
        report.aligned += is_aligned(transcript.provenance, model)
        passages = count_passages(transcript)
        new = Import(key, row.facets, transcript, passages, row.details)
        return bool(recordings.add_imported([new]))

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


def uploads_of(rows: Sequence[Row], sound: Sound, prefix: str = "") -> list[Upload]:
    """The files of the rows that have one."""
    from earshot.ingest.ingest import IMPORTED

    found = ((row, sound.of(row)) for row in rows)
    return [
        Upload(path, prefix + row.filename, row.facets, IMPORTED, row.details)
        for row, path in found
        if path
    ]


def import_(
    csv: Annotated[
        Path,
        typer.Argument(
            help="CSV, or columns between tabs: filename, generated_text (or text), duration; age,"
            " gender, accent, title, speaker, place, collection, recorded_at, tags.",
            metavar="IN.csv",
            exists=True,
            dir_okay=False,
            allow_dash=True,
        ),
    ],
    audio: Annotated[
        Path | None,
        typer.Option(
            help="The folder of the sound: uploaded too, and words get their times from it. Then"
            " the table may lack the durations.",
            exists=True,
            file_okay=False,
        ),
    ] = None,
    model: Annotated[
        str | None, typer.Option(help="What wrote the transcripts; the CSV's name if not given.")
    ] = None,
    listener: Annotated[
        str | None,
        typer.Option(
            help="With --audio: the CTC model that finds the words in the sound, a folder or a hub"
            " id; `none` for estimates. The bundled one if not given."
        ),
    ] = None,
    prefix: Annotated[str, typer.Option(help="Put before every key, e.g. `archive/`.")] = "",
    strict: Annotated[
        bool, typer.Option("--strict", help="Exit code 1 also where no row names a recording.")
    ] = False,
    stack: Stack = None,
) -> None:
    """Make recordings of existing transcripts, labelled as imported. Safe to stop and repeat."""
    target = outputs.find(stack)
    if model is None and not csv.is_file():
        raise InputError("The table comes through a pipe: say what wrote the texts with --model.")
    table = tables.read(csv)
    judged = list(rows_of(table, sound=audio is not None))
    refused = [one for one in judged if isinstance(one, Refused)]
    sound = Sound.find(table, audio) if audio else None
    if sound:
        there = [one for one in judged if isinstance(one, Row)]
        refused += sound.missing(there)
        judged = sound.measured(there)
        refused += [one for one in judged if isinstance(one, Refused)]
    rows = [one for one in judged if isinstance(one, Row) and one.duration is not None]
    aligner = None
    if sound and listener != "none":
        aligner = Aligner.load(listener or str(model_folder("demo")), sound.of)
    with progress("Importing", len(rows)) as advance:
        report = add_rows(
            rows,
            target.recordings(_CONCURRENCY),
            model or csv.stem,
            prefix,
            advance,
            aligner,
        )
    refused += report.failures
    if sound:
        refused += _put_sound(rows, sound, prefix, target)
    for one in sorted(refused, key=lambda one: one.line):
        print(one, file=sys.stderr)
    for one in sorted(report.estimated, key=lambda one: one.line):
        print(f"line {one.line}: {one.filename}: times estimated: {one.reason}", file=sys.stderr)
    extra = sound.extra if sound else ()
    leftover.say("extra", [f"{path}: no row names it" for path in extra])
    print(
        f"{report.written} imported, {report.unchanged} left as they were, {len(refused)} refused."
    )
    if aligner:
        print(f"{report.aligned} have the words' times from the sound; the others are estimates.")
    raise typer.Exit(1 if refused or (strict and extra) else 0)


def _put_sound(rows: Sequence[Row], sound: Sound, prefix: str, target: Outputs) -> list[Refused]:
    uploads = uploads_of(rows, sound, prefix)
    with progress("Uploading", len(uploads)) as advance:
        failures = put(uploads, target, advance=advance).failures
    lines = {prefix + row.filename: row for row in rows}
    return [Refused(lines[key].line, lines[key].filename, reason) for key, reason in failures]


def _batches(rows: Sequence[Row]) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), _WAITING):
        yield rows[start : start + _WAITING]
