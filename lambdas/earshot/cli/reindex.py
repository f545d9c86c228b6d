"""`earshot reindex`: a new search index out of the table, while everything goes on."""

import sys
import time
from typing import Annotated

import typer

from earshot.cli import outputs
from earshot.cli.options import Stack
from earshot.cli.progress import progress

PATIENCE = 60.0  # seconds that one bulk request may take


def reindex(
    rollback: Annotated[
        bool, typer.Option(help="Go back to the index before, with what it missed.")
    ] = False,
    take_over: Annotated[
        bool, typer.Option(help="Remove the unfinished index that a killed reindex left.")
    ] = False,
    stack: Stack = None,
) -> None:
    """Build the search index anew beside the old one, compare, then swap. Nothing is interrupted.

    The old index is kept for --rollback; older ones are removed. Recordings that an older version
    wrote get into the API's list by key.
    """
    from earshot.search.rebuild import rebuild, roll_back
    from earshot.search.versions import UnderWay

    target = outputs.find(stack)
    client, recordings = target.search_client(PATIENCE), target.recordings()
    began = time.monotonic()
    try:
        if rollback:
            made = roll_back(client, target.index, recordings)
        else:
            recordings.make_listable()
            with progress("Copying", recordings.about_how_many()) as advance:
                made = rebuild(client, target.index, recordings, advance, take_over)
    except UnderWay as fault:
        raise UnderWay(f"{fault} If no reindex runs any more, add --take-over.") from fault
    for recording, reason in made.failures:
        print(f"{recording.key or recording.recording_id}: {reason}", file=sys.stderr)
    seconds = time.monotonic() - began
    print(
        f"{target.index} is {made.name} now: {made.recordings} recordings looked at,"
        f" {made.documents} passages written, {len(made.failures)} failed, {seconds:.1f} s."
    )
    raise typer.Exit(1 if made.failures else 0)
