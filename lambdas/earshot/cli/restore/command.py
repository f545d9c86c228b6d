"""`earshot restore table`, `sound` and `adopt`."""

import sys
import time
from datetime import UTC, datetime
from typing import Annotated, Any

import typer

from earshot.cli.options import Stack
from earshot.cli.outputs import Outputs, find
from earshot.cli.progress import progress
from earshot.cli.restore.records import Brought, Transcripts, bring
from earshot.cli.restore.sound import as_it_was, from_another
from earshot.errors import InputError

RESTORE_S = 6 * 3600  # DynamoDB takes minutes to hours, by the table's size
LOOK_EVERY_S = 5

app = typer.Typer(no_args_is_help=True, help="What was deleted or spoilt, as it was before.")

AT = "A time, as 2026-11-26T12:00Z; UTC."


@app.command()
def table(
    at: Annotated[str | None, typer.Option("--at", help=AT)] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="A restored table that you have looked at.")
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Also records that are there and have changed.")
    ] = False,
    stack: Stack = None,
) -> None:
    """Bring back records that are gone since then, or with --overwrite all as they were.

    DynamoDB makes a copy of the table as it was at that time; the records are copied from it, and
    it is deleted. A table named by --from stays.
    """
    if (at is None) == (source is None):
        raise InputError("Say --at TIME, or --from TABLE for a copy that is there.")
    began, target = time.monotonic(), find(stack)
    if source:
        _report(_bring(target, source, target.transcripts_bucket, overwrite), began)
        return
    dynamodb = target.client("dynamodb")
    name = f"{target.table[:200]}-restored-{datetime.now(UTC):%Y%m%d%H%M%S}"
    dynamodb.restore_table_to_point_in_time(
        SourceTableName=target.table, TargetTableName=name, RestoreDateTime=moment(at or "")
    )
    print(f"DynamoDB restores {target.table} as {name} …", file=sys.stderr)
    _wait_until_active(dynamodb, name)
    found = _bring(target, name, target.transcripts_bucket, overwrite)
    dynamodb.delete_table(TableName=name)
    _report(found, began)


@app.command()
def sound(
    at: Annotated[str, typer.Option("--at", help=AT)],
    prefix: Annotated[str, typer.Option(help="Only keys that begin with this.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be returned.")] = False,
    stack: Stack = None,
) -> None:
    """Bring back sound that was deleted or replaced since then, from the bucket's old versions.

    Restore the table first: what has its transcript again is not transcribed a second time.
    """
    began, target = time.monotonic(), find(stack)
    bucket = target.resource("s3").Bucket(target.audio_bucket)
    with progress("Looking", target.recordings().about_how_many()) as advance:
        found = as_it_was(bucket, moment(at), prefix, write=not dry_run, advance=advance)
    for key in found.returned if dry_run else ():
        print(key)
    for key in found.lost:
        print(f"{key}: its version of that time has expired", file=sys.stderr)
    print(
        f"{len(found.returned)} {'would be ' if dry_run else ''}returned, {len(found.newer)} newer "
        f"and left, {len(found.lost)} lost, {time.monotonic() - began:.1f} s."
    )
    raise typer.Exit(1 if found.lost else 0)


@app.command()
def adopt(
    old_table: Annotated[str, typer.Option("--table", help="The table that was left.")],
    audio_bucket: Annotated[str, typer.Option(help="The audio bucket that was left.")],
    transcripts_bucket: Annotated[str, typer.Option(help="The transcripts bucket that was left.")],
    stack: Stack = None,
) -> None:
    """Copy what an earlier deployment left into this one; nothing is transcribed again for it.

    The old table and buckets stay as they are. It can be repeated.
    """
    began, target = time.monotonic(), find(stack)
    if old_table == target.table or audio_bucket == target.audio_bucket:
        raise InputError("These are the deployment's own; name what an earlier one left.")
    found = _bring(target, old_table, transcripts_bucket, overwrite=False)
    s3 = target.resource("s3")
    with progress("Copying sound", target.recordings().about_how_many()) as advance:
        copied = from_another(s3.Bucket(audio_bucket), s3.Bucket(target.audio_bucket), advance)
    print(f"{len(copied)} recordings copied.")
    _report(found, began)


def _bring(target: Outputs, source: str, bodies: str, overwrite: bool) -> Brought:
    dynamodb, s3 = target.resource("dynamodb"), target.resource("s3")
    transcripts = Transcripts(s3.Bucket(bodies), s3.Bucket(target.transcripts_bucket))
    with progress("Copying records", dynamodb.Table(source).item_count) as advance:
        return bring(
            dynamodb.Table(source),
            dynamodb.Table(target.table),
            transcripts,
            overwrite=overwrite,
            advance=advance,
        )


def _report(found: Brought, began: float) -> None:
    for key in found.lost:
        print(f"{key}: its long transcript is gone; upload it again", file=sys.stderr)
    print(
        f"{found.brought} records brought back, {found.there} there already, {found.overtaken} "
        f"changed meanwhile, {len(found.lost)} lost, {time.monotonic() - began:.1f} s."
    )
    raise typer.Exit(1 if found.lost or found.overtaken else 0)


def _wait_until_active(dynamodb: Any, name: str) -> None:
    deadline = time.monotonic() + RESTORE_S
    while dynamodb.describe_table(TableName=name)["Table"]["TableStatus"] != "ACTIVE":
        if time.monotonic() > deadline:
            raise InputError(f"{name} is still being restored; look at it in the console.")
        time.sleep(LOOK_EVERY_S)


def moment(text: str) -> datetime:
    """A time in ISO 8601, in UTC if it names no zone. Raises InputError."""
    try:
        found = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        raise InputError(f"{text} is no time such as 2026-11-26T12:00Z.") from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
