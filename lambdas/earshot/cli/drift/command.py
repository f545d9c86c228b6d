"""`earshot drift`: have the recordings, or what is made of them, changed over time?"""

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from earshot.cli import leftover, outputs
from earshot.cli.options import Stack
from earshot.cli.progress import progress
from earshot.cli.tables.manifest import texts_by_name
from earshot.cli.tables.names import base_name
from earshot.errors import InputError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    from types_boto3_s3.service_resource import Bucket

    from earshot.cli.drift.observation import Observation
    from earshot.recordings.record import Recording

SHOWN = 10  # of what the references don't match
DRIFTED = 3  # the exit code an alarm can use; 0 is steady, 1 too little to say, 2 wrong usage


@dataclass(frozen=True, slots=True)
class Period:
    """From `start` up to, not including, `end`; both in UTC."""

    start: datetime
    end: datetime

    def holds(self, moment: str) -> bool:
        if not moment:
            return False
        return self.start <= datetime.fromisoformat(moment.replace("Z", "+00:00")) < self.end


def period(text: str) -> Period:
    """ "2026-10-01..2026-10-31": both days included; times of day are taken as they stand."""
    first, separator, last = text.partition("..")
    try:
        if not separator:
            raise ValueError(text)
        start, end = _moment(first, first=True), _moment(last, first=False)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a period like 2026-10-01..2026-10-31") from None
    if end <= start:
        raise typer.BadParameter(f"{text!r} ends before it begins")
    return Period(start, end)


def _moment(text: str, first: bool) -> datetime:
    if "T" in text:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    day = datetime.combine(date.fromisoformat(text), time.min, UTC)
    return day if first else day + timedelta(days=1)


def drift(
    before: Annotated[Period, typer.Option(parser=period, help="e.g. 2026-10-01..2026-10-31")],
    after: Annotated[Period, typer.Option(parser=period, help="e.g. 2026-11-01..2026-11-30")],
    references: Annotated[
        Path | None, typer.Option(help="CSV of filename,text: measures the word error rate.")
    ] = None,
    sound: Annotated[
        bool, typer.Option("--sound", help="Fetch the sound too, for level and noise.")
    ] = False,
    alpha: Annotated[
        float, typer.Option(help="Chance of a false alarm, all tests together.")
    ] = 0.01,
    picture: Annotated[Path | None, typer.Option(help="Where to draw both periods.")] = None,
    stack: Stack = None,
) -> None:
    """Compare two periods of stored transcripts. Exit code 3 means drift."""
    from rich.console import Console
    from rich.table import Table

    from earshot.cli.drift.comparison import FEWEST, compare

    if picture and find_spec("matplotlib") is None:
        raise InputError("--picture needs matplotlib: pip install matplotlib")
    target = outputs.find(stack)
    texts = texts_by_name(references) if references else {}
    chosen = [
        r for r in recordings(target) if before.holds(r.uploaded_at) or after.holds(r.uploaded_at)
    ]
    if references:
        keys = ([r.key for r in chosen if one.holds(r.uploaded_at)] for one in (before, after))
        texts = unambiguous(texts, list(keys))
    sides: tuple[list[Observation], list[Observation]] = ([], [])
    with progress("observing", len(chosen)) as advance:
        for recording, observation in observations(target, chosen, texts, sound):
            if before.holds(recording.uploaded_at):
                sides[0].append(observation)
            if after.holds(recording.uploaded_at):
                sides[1].append(observation)
            advance(1)
    findings = compare(*sides, alpha)
    if not findings:
        counts = f"{len(sides[0])} before, {len(sides[1])} after"
        typer.echo(f"too few recordings to compare: {counts}; {FEWEST} each are needed", err=True)
        raise typer.Exit(1)
    title = f"{len(sides[0])} recordings before, {len(sides[1])} after"
    table = Table("kind", "what", "before", "after", "test", "effect", "p (Holm)", "", title=title)
    for f in findings:
        verdict = "DRIFT" if f.drifted else "steady"
        table.add_row(f.kind, f.what, f.before, f.after, f.test, f"{f.effect:.3f}", f"{f.p:.2g}",
                      verdict)  # fmt: skip
    Console(width=120).print(table)
    if picture:
        from earshot.cli.drift.picture import draw

        draw(*sides, findings, picture)
    raise typer.Exit(DRIFTED if any(f.drifted for f in findings) else 0)


def unambiguous(texts: Mapping[str, str], periods: Sequence[Sequence[str]]) -> Mapping[str, str]:
    """The references by whose name there is one recording in each period; what is left is said.

    `periods` are the recordings' keys. The same clip may be in both.
    """
    most: Counter[str] = Counter()
    for keys in periods:
        most |= Counter(base_name(key) for key in keys)
    for kind, lines in {
        "doubtful": [f"{name}: {n} recordings have this name" for name, n in most.items() if n > 1],
        "extra": [f"{name}: no row names it" for name in most if name not in texts],
        "missing": [f"{name}: no recording of these periods" for name in texts if not most[name]],
    }.items():
        leftover.say(kind, lines, SHOWN)
    return {name: text for name, text in texts.items() if most[name] == 1}


def recordings(target: outputs.Outputs) -> "list[Recording]":
    """Every transcribed upload; imported transcripts say nothing about this system."""
    from earshot.recordings.record import Source, Status

    return [
        r
        for r in target.recordings().scan()
        if r.status is Status.DONE and r.source is Source.UPLOAD
    ]


def observations(
    target: outputs.Outputs, chosen: "list[Recording]", texts: Mapping[str, str], sound: bool
) -> "Iterator[tuple[Recording, Observation]]":
    from earshot.audio import sandbox
    from earshot.cli.drift.observation import observe

    if sound:
        sandbox.start()
    bucket = target.resource("s3").Bucket(target.audio_bucket) if sound else None
    for recording in chosen:
        waveform = _waveform(bucket, recording.key) if bucket is not None else None
        yield recording, observe(recording, texts, waveform)


def _waveform(bucket: "Bucket", key: str) -> "npt.NDArray[np.float32] | None":
    """The sound at `key`; None where it was removed or replaced by something unreadable since."""
    from botocore.exceptions import ClientError

    from earshot.audio.decode import decode
    from earshot.errors import AudioError

    with tempfile.NamedTemporaryFile() as file:
        try:
            bucket.download_fileobj(key, file)
            file.flush()
            return decode(Path(file.name)).waveform
        except (AudioError, ClientError):
            return None
