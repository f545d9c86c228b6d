"""`make demo`: the stack, some recordings in it, and the page to search them."""

import signal
import threading
import webbrowser
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from rich.console import Console
from rich.table import Table

from earshot.cli import leftover
from earshot.cli.outputs import Outputs
from earshot.cli.progress import progress
from earshot.cli.uploading import Upload, collect, described, put
from earshot.cli.waiting import Ended, wait_for
from scripts import ROOT
from scripts.local import stack

SAMPLES = ROOT / "samples"

Say = Callable[[str], None]


def run(
    say: Say,
    model: str | None,
    writer: str | None,
    audio: Path | None,
    csv: Path | None,
    stay: bool,
) -> bool:
    """Whether every recording became searchable. Stops at Ctrl-C what it started itself."""
    uploads, left_out = collect([audio or SAMPLES])
    if audio:
        leftover.say_left_out(left_out)
    if csv or not audio:
        uploads, joined = described(uploads, csv or SAMPLES / "manifest.csv")
        leftover.say_unjoined(joined)
    if not uploads:
        say(f"There is no audio file in {audio}.")
        return False
    was_up = stack.is_up()
    try:
        target = stack.up(say, model, writer)
        complete = _fill(target, uploads, say)
        _point_out(target, model, say)
        if stay:
            stop = _at_interruption()
            say("\nCtrl-C leaves; `make down` stops it." if was_up else "\nCtrl-C ends the demo.")
            with suppress(Exception):
                webbrowser.open(target.site_url)
            stop.wait()
    finally:
        if stay and not was_up:
            stack.down(say)
    return complete


def _fill(target: Outputs, uploads: Sequence[Upload], say: Say) -> bool:
    """Whether all of them became searchable."""
    with progress("Uploading", len(uploads)) as advance:
        _, failures, etags = put(uploads, target, advance=advance)
    for key, reason in failures:
        say(f"{key}: {reason}")
    ended: list[Ended] = []
    try:
        with progress("Transcribing", len(etags)) as advance:
            for one in wait_for(etags, target, etags=etags):
                ended.append(one)
                advance(1)
    except TimeoutError as late:
        say(f"{late}.")
    _print_table(uploads, ended)
    done = [one for one in ended if one.recording.failure is None]
    return len(done) == len(uploads)


def _print_table(uploads: Sequence[Upload], ended: Sequence[Ended]) -> None:
    table = Table(title=f"{len(ended)} recordings", title_justify="left", expand=True)
    table.add_column("recording", ratio=2, no_wrap=True, overflow="ellipsis")
    table.add_column("seconds", justify="right", no_wrap=True)
    table.add_column("what was said", ratio=5, no_wrap=True, overflow="ellipsis")
    recordings = {one.recording.key: one.recording for one in ended}
    for upload in uploads:
        if recording := recordings.get(upload.key):
            said = recording.failure.message if recording.failure else _quiet(recording.text)
            table.add_row(upload.key, f"{recording.duration or 0:.1f}", said)
    Console().print(table)


def _quiet(text: str) -> str:
    """A listener's own CAPITALS, where there is no writer, in lower case."""
    return text.capitalize() if text.isupper() else text


def _point_out(target: Outputs, model: str | None, say: Say) -> None:
    say(f"\nSearch them:     {target.site_url}")
    say(
        "Try your own:    AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test aws s3 cp my.mp3"
        f" s3://{target.audio_bucket}/ --endpoint-url {target.aws_endpoint_url}"
        f" --region {target.region}"
    )
    say("  or             .venv/bin/python -m scripts upload my.mp3 --wait")
    if model is None:
        say(
            "The small bundled models wrote these. `make demo MODEL=facebook/wav2vec2-large-960h`"
            " fetches a real one (1.2 GB) where the hub can be reached."
        )


def _at_interruption() -> threading.Event:
    """Set by Ctrl-C, or when asked to end."""
    stop = threading.Event()
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, lambda *_: stop.set())
    return stop
