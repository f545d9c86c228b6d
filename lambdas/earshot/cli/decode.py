"""`earshot decode`: a folder of recordings and a CSV in, the CSV with their texts out.

Files are joined to rows by name, never by position. Every result goes to a journal beside OUT.csv
(OUT.csv.journal, JSON lines) the moment it is there, so that whatever ends a run, the next one goes
on where it was: only the files that were under way are done again. OUT.csv itself is written from
the journal, whole, at the end and on an interruption. A finished run that is repeated asks nobody
and changes nothing; with the journal removed, everything is done anew.
"""

import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earshot.bundled import model_folder
from earshot.cli.logs import LOGS, log_file
from earshot.cli.options import Stack
from earshot.errors import InputError
from earshot.recordings.ids import BULK_PREFIX

if TYPE_CHECKING:
    from earshot.cli.decoding.batch import Report
    from earshot.cli.decoding.source import Source
    from earshot.cli.tables.table import Table

SHOWN = 10  # problems of a kind on the terminal; the log has them all
INTERRUPTED = 130  # as shells say it


def decode(
    folder: Annotated[
        Path, typer.Argument(help="The recordings.", metavar="FOLDER", exists=True, file_okay=False)
    ],
    csv: Annotated[
        Path,
        typer.Option(
            help="Rows with a column `filename`.",
            metavar="IN.csv",
            exists=True,
            dir_okay=False,
            allow_dash=True,
        ),
    ],
    out: Annotated[
        Path,
        typer.Option(
            help="The same rows with `generated_text`, `duration` and `heard_text`.",
            metavar="OUT.csv",
            dir_okay=False,
        ),
    ],
    api: Annotated[
        str | None, typer.Option(help="Ask this API (its POST /asr).", metavar="URL")
    ] = None,
    key: Annotated[
        str | None, typer.Option(help="The API's key.", envvar="EARSHOT_API_KEY")
    ] = None,
    local: Annotated[bool, typer.Option("--local", help="Decode on this machine.")] = False,
    model: Annotated[
        str | None, typer.Option(help="With --local: a model folder, or a hub id.")
    ] = None,
    writer: Annotated[
        str | None,
        typer.Option(help="With --local: a name, folder or hub id; `none` shows what is heard."),
    ] = None,
    engine: Annotated[
        str, typer.Option(help="With --local: onnx, onnx-fp32, onnx-int8 or torch.")
    ] = "onnx",
    prefix: Annotated[str, typer.Option(help="In the bucket: put before every key.")] = "",
    bulk: Annotated[
        bool, typer.Option("--bulk", help="In the bucket: by the bulk lane (keys under bulk/).")
    ] = False,
    stack: Stack = None,
    outputs: Annotated[
        Path | None,
        typer.Option(help="The bucket of the deployment in this file.", exists=True),
    ] = None,
    concurrency: Annotated[
        int, typer.Option(min=1, max=256, help="Requests at a time to the API.")
    ] = 8,
    timeout: Annotated[float, typer.Option(min=1, help="Seconds for an answer.")] = 120,
    retry_failed: Annotated[
        bool, typer.Option("--retry-failed", help="Also files that failed for good before.")
    ] = False,
    strict: Annotated[
        bool,
        typer.Option("--strict", help="Exit code 1 also where no row names a recording."),
    ] = False,
    logs: Annotated[Path, typer.Option(help="The folder of the logs.")] = LOGS,
) -> None:
    """Transcribe the files that a CSV names: in the bucket, by an API, or here. Resumes.

    Exit code 0 if every row has its text, 1 if one has none, 2 on wrong usage.
    """
    from earshot.cli.decoding import batch
    from earshot.cli.tables import table as tables

    if local and (api or outputs or stack):
        raise InputError(
            "--local is another place to decode than --api, --stack or --outputs: choose one."
        )
    if api and (outputs or stack):
        raise InputError("--api is another place to decode than --stack or --outputs: choose one.")
    for option, given in (("--model", model), ("--writer", writer)):
        if given and not local:
            raise InputError(f"{option} goes with --local: elsewhere the deployment has its own.")
    if api and not api.startswith(("http://", "https://")):
        raise InputError(f"{api} is no address: http:// or https:// is missing.")
    if not out.parent.is_dir():
        raise InputError(f"There is no folder {out.parent} to write {out.name} in.")
    table = tables.read(csv)
    if api:
        from earshot.cli.decoding.api import Api

        source: Source = Api(api, key, concurrency, timeout)
    elif local:
        from earshot.cli.decoding.local import Local
        from earshot.speech.writer.model import BUNDLED

        source = Local(model or str(model_folder("demo")), engine=engine, writer=writer or BUNDLED)
    else:
        from earshot.cli import outputs as deployments
        from earshot.cli.decoding.bucket import Bucket
        from earshot.cli.waiting import BULK_PATIENCE, PATIENCE

        target = deployments.find(stack, outputs)
        keys = BULK_PREFIX + prefix if bulk else prefix
        patience = BULK_PATIENCE if bulk else PATIENCE
        source = Bucket(target, folder, keys, _facets(table), patience)
    with log_file(logging.getLogger("earshot.cli"), logs) as log, _ended_politely():
        try:
            report = batch.decode_folder(table, folder, out, source, retry_failed)
        except OSError as fault:
            logging.getLogger(__name__).exception("could not write a file")
            print(f"error: {fault}; what is finished so far is kept.", file=sys.stderr)
            raise typer.Exit(1) from fault
        _tell(report, out, log)
    if report.interrupted:
        raise typer.Exit(INTERRUPTED)
    complete = report.complete and not (strict and report.joined.extra)
    raise typer.Exit(0 if complete else 1)


def _facets(table: "Table") -> dict[int, dict[str, str]]:
    """By row; the metadata that `upload --csv` gives a file."""
    from earshot.cli.tables.table import is_text

    return {
        at: {name: value for name, value in table.facets(row).items() if is_text(value)}
        for at, row in enumerate(table.rows)
    }


@contextmanager
def _ended_politely() -> Iterator[None]:
    """SIGTERM is an interruption too: what is finished is written down. So SIGINT must not be
    ignored, as it is in a shell's background jobs."""
    interrupt = signal.signal(signal.SIGINT, signal.default_int_handler)
    end = signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGINT, interrupt)


def _tell(report: "Report", out: Path, log: Path) -> None:
    """The summary on standard output, what went wrong on standard error, all of it in the log."""
    from earshot.cli.leftover import rows_left, say

    joined = report.joined
    more = f", see {log}"
    for kind, some in rows_left(joined):
        say(kind, [str(one) for one in some], SHOWN, more)
    faults = [f"{clip.name}: {fault.message} ({fault.code})" for clip, fault in report.faults]
    say("failed", faults, SHOWN, more)
    incomplete = [f"{clip.name}: {lost}" for clip, lost in report.incomplete]
    say("incomplete", incomplete, SHOWN, more)
    say("extra", [f"{path.name}: no row names it" for path in joined.extra], SHOWN, more)
    if report.stopped:
        print(f"Stopped. {report.stopped}", file=sys.stderr)
    counts = {kind: len(some) for kind, some in rows_left(joined)}
    counts |= {"failed": len(report.faults), "incomplete": len(incomplete)}
    counts |= {"not come to": report.left}
    said = [f"{report.heard:,} decoded", *(f"{n:,} {what}" for what, n in counts.items() if n)]
    summary = f"{report.rows:,} rows: {', '.join(said)}."
    if report.before:
        summary += f" {report.before:,} were finished before."
    if joined.extra:
        summary += f" {len(joined.extra):,} extra files."
    logging.getLogger(__name__).info(summary)
    print(f"{summary}\n{out}, log {log}")
