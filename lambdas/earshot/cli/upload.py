"""`earshot upload`: put recordings in the bucket, and wait until they are searchable."""

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from earshot.cli import leftover, outputs
from earshot.cli.options import Stack
from earshot.cli.progress import progress
from earshot.cli.tables.csv_rows import MAX_FACET_CHARS
from earshot.cli.uploading import Upload, collect, described, put
from earshot.cli.waiting import BULK_PATIENCE, PATIENCE, wait_for
from earshot.errors import InputError
from earshot.recordings.ids import BULK_PREFIX


def upload(
    paths: Annotated[
        list[Path], typer.Argument(help="A folder, or files.", metavar="FOLDER|FILES", exists=True)
    ],
    csv: Annotated[
        Path | None,
        typer.Option(
            help="What is known, as CSV or columns between tabs: filename, age, gender, accent,"
            " title, speaker, place, collection, recorded_at, tags."
        ),
    ] = None,
    prefix: Annotated[str, typer.Option(help="Put before every key, e.g. `interviews/`.")] = "",
    wait: Annotated[bool, typer.Option(help="Until all can be searched.")] = False,
    bulk: Annotated[
        bool, typer.Option(help="By the bulk lane (keys under bulk/): for thousands of files.")
    ] = False,
    again: Annotated[bool, typer.Option(help="Put even what is there already.")] = False,
    strict: Annotated[
        bool,
        typer.Option(
            "--strict", help="Put nothing unless every row and every file has its counterpart."
        ),
    ] = False,
    stack: Stack = None,
) -> None:
    """Drop recordings in the bucket. Stopped half-way, it goes on where it was.

    Rows of the table and files are joined by name. What is left on either side is named, and so
    is what is no recording. A row that can't be trusted describes nothing, and ends with exit
    code 1.
    """
    target = outputs.find(stack)
    uploads, left_out = collect(paths, BULK_PREFIX + prefix if bulk else prefix)
    leftover.say_left_out(left_out)
    if not uploads:
        raise InputError("There is no audio file there.")
    bad = False
    left = f" {len(left_out):,} left out." if left_out else ""
    if csv:
        uploads, joined = described(uploads, csv)
        leftover.say_unjoined(joined)
        if strict and not joined.complete:
            print("Nothing was uploaded: rows and files don't match.", file=sys.stderr)
            raise typer.Exit(1)
        leftover.say("cut", [line for one in uploads for line in _too_long(one)])
        bad = bool(joined.refused or joined.doubtful)
        left += f" {csv.name} describes {len(joined.files):,} of them"
        left += f"; {counts}." if (counts := leftover.counts(joined)) else "."
    with progress("Uploading", len(uploads)) as advance:
        moments, failures, etags = put(uploads, target, again, advance)
    for key, reason in failures:
        print(leftover.printable(f"{key}: {reason}"), file=sys.stderr)
    there_already = len(uploads) - len(moments) - len(failures)
    print(f"{len(moments)} uploaded, {there_already} were there already.{left}")
    bad = bad or bool(failures)
    if wait:
        patience = BULK_PATIENCE if bulk else PATIENCE
        try:
            with progress("Transcribing", len(etags)) as advance:
                for ended in wait_for(etags, target, patience, etags=etags):
                    advance(1)
                    if failure := ended.recording.failure:
                        bad = True
                        print(f"{ended.recording.key}: {failure.message}", file=sys.stderr)
        except TimeoutError as late:
            bad = True
            print(f"error: {late}. The same command goes on waiting.", file=sys.stderr)
    raise typer.Exit(1 if bad else 0)


def _too_long(upload: Upload) -> Iterator[str]:
    for name, value in upload.facets.items():
        if len(value) > MAX_FACET_CHARS:
            yield f"{upload.key}: {name} is shown up to its {MAX_FACET_CHARS}th character"
