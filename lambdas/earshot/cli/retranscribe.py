"""`earshot retranscribe`: recordings transcribed again, by the models of today.

Each gets a message of its own in a queue. What happens there is the ingestion's: the old transcript
stays until the new one is there, and a message that comes twice is worked on once.
"""

import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING, Annotated

import typer

from earshot.cli import outputs
from earshot.cli.options import Stack
from earshot.cli.progress import Advance, progress
from earshot.errors import InputError
from earshot.ingest.events import notification
from earshot.recordings.changes import ObjectEvent
from earshot.recordings.record import Recording, Source, Status
from earshot.recordings.retranscription import retranscription
from earshot.recordings.writes import timestamp
from earshot.speech.transcript import Provenance

if TYPE_CHECKING:
    from types_boto3_sqs.client import SQSClient

_AT_ONCE = 10  # SQS's limit
_MOMENTS = ["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ"]


class Ended(StrEnum):
    """How the recordings to be selected have ended."""

    DONE = Status.DONE.value
    FAILED = Status.FAILED.value


class Verdict(StrEnum):
    """Whether a recording is transcribed again, and if not, why."""

    SELECTED = "selected"
    OTHER = "not selected"
    IMPORTED = "imported"
    WITHOUT_SOUND = "without sound"


@dataclass(frozen=True, slots=True)
class Selection:
    """Which recordings: those that meet every condition that is given.

    What asks for a transcript's provenance lets failed recordings pass: they have none.
    """

    status: Status = Status.DONE
    prefix: str = ""
    not_model: str | None = None
    before_version: tuple[int, ...] | None = None
    without_writer: bool = False
    transcribed_before: str | None = None  # ISO 8601 in UTC
    imported: bool = False

    def verdict(self, recording: Recording) -> Verdict:
        if not self._meets(recording):
            return Verdict.OTHER
        if recording.source is Source.IMPORT and not self.imported:
            return Verdict.IMPORTED
        return Verdict.SELECTED if recording.etag else Verdict.WITHOUT_SOUND

    def _meets(self, recording: Recording) -> bool:
        if recording.status is not self.status or not recording.key.startswith(self.prefix):
            return False
        if self.transcribed_before and recording.transcribed_at >= self.transcribed_before:
            return False
        if self.status is Status.FAILED:
            return True
        if recording.transcript is None:  # replaced while it was read: by today's models
            return False
        return self._was_made(recording.transcript.provenance)

    def _was_made(self, by: Provenance) -> bool:
        return (
            (self.not_model is None or by.model != self.not_model)
            and (self.before_version is None or _version(by.version) < self.before_version)
            and not (self.without_writer and by.writer)
        )


@dataclass(slots=True)
class Asked:
    """What a run came upon, and what could not be sent, as (key, reason)."""

    counts: Counter[Verdict] = field(default_factory=Counter)
    seconds: float = 0.0  # of sound, as far as it is known
    failures: list[tuple[str, str]] = field(default_factory=list)


def retranscribe(
    everything: Annotated[
        bool, typer.Option("--all", help="All that the other options leave.")
    ] = False,
    not_model: Annotated[
        str | None, typer.Option(help="Transcribed by another model than this.", metavar="NAME")
    ] = None,
    before_version: Annotated[
        str | None, typer.Option(help="By an Earshot before this version.", metavar="X.Y.Z")
    ] = None,
    without_writer: Annotated[
        bool, typer.Option("--without-writer", help="Without a writer's punctuation.")
    ] = False,
    transcribed_before: Annotated[
        datetime | None,
        typer.Option(help="Transcribed before this moment, in UTC.", formats=_MOMENTS),
    ] = None,
    prefix: Annotated[str, typer.Option(help="With keys that begin with this.")] = "",
    status: Annotated[Ended, typer.Option(help="That have ended so.")] = Ended.DONE,
    imported: Annotated[
        bool, typer.Option("--imported", help="Imported transcripts too: they are replaced.")
    ] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count them.")] = False,
    stack: Stack = None,
) -> None:
    """Transcribe recordings again; their old text is shown until then. Stopped, run it again."""
    selection = Selection(
        status=Status(status.value),
        prefix=prefix,
        not_model=not_model,
        before_version=_wanted(before_version),
        without_writer=without_writer,
        transcribed_before=timestamp(transcribed_before.replace(tzinfo=UTC))
        if transcribed_before
        else None,
        imported=imported,
    )
    narrowed = not_model or before_version or without_writer or transcribed_before or prefix
    if not (everything or narrowed or selection.status is Status.FAILED):
        raise InputError("Say which recordings, or --all of them. --dry-run only counts them.")
    target = outputs.find(stack)
    recordings, now = target.recordings(), timestamp(datetime.now(UTC))
    queue_url = target.bulk_queue_url or target.queue_url
    asked = Asked()
    with progress("Looking", recordings.about_how_many()) as advance:
        coming = _selected(recordings.scan(), selection, asked, advance)
        if dry_run:
            for _ in coming:
                pass
        else:
            events = (retranscription(one, target.audio_bucket, now) for one in coming)
            send(target.client("sqs"), queue_url, filter(None, events), asked)
    for key, reason in asked.failures:
        print(f"{key}: {reason}", file=sys.stderr)
    _tell(asked, dry_run, now)
    raise typer.Exit(1 if asked.failures else 0)


def _selected(
    recordings: Iterable[Recording], selection: Selection, asked: Asked, advance: Advance
) -> Iterator[Recording]:
    for recording in recordings:
        verdict = selection.verdict(recording)
        asked.counts[verdict] += 1
        if verdict is Verdict.SELECTED:
            asked.seconds += recording.duration or 0.0
            yield recording
        advance(1)


def send(sqs: "SQSClient", queue_url: str, events: Iterable[ObjectEvent], asked: Asked) -> None:
    """Send each event to the queue, some at a time; `asked` gets what could not be sent."""
    for some in _batched(events, _AT_ONCE):
        answer = sqs.send_message_batch(
            QueueUrl=queue_url,
            Entries=[
                {"Id": str(n), "MessageBody": notification(one)} for n, one in enumerate(some)
            ],
        )
        asked.failures += [
            (some[int(one["Id"])].key, str(one.get("Message", one["Code"])))
            for one in answer.get("Failed", ())
        ]


def _batched(events: Iterable[ObjectEvent], size: int) -> Iterator[list[ObjectEvent]]:
    coming = iter(events)
    while some := list(islice(coming, size)):
        yield some


def _tell(asked: Asked, dry_run: bool, now: str) -> None:
    selected = asked.counts[Verdict.SELECTED]
    sent = selected - len(asked.failures)
    left = {
        "imported (--imported takes them too)": asked.counts[Verdict.IMPORTED],
        "without sound": asked.counts[Verdict.WITHOUT_SOUND],
        "not sent": len(asked.failures),
    }
    hours = f"{asked.seconds / 3600:.1f} hours of sound"
    what = f"{selected:,} would be" if dry_run else f"{sent:,} will be"
    counts = "".join(f" {count:,} {kind}." for kind, count in left.items() if count)
    print(f"{asked.counts.total():,} looked at: {what} transcribed again, {hours}.{counts}")
    if sent and not dry_run:
        print(f"To see what is left later: the same command with --transcribed-before {now}")


def _wanted(version: str | None) -> tuple[int, ...] | None:
    """Raises InputError for what is no version."""
    if version is None:
        return None
    if not re.fullmatch(r"\d+(\.\d+)*", version):
        raise InputError(f"{version} is no version such as 0.2.0.")
    return _version(version)


def _version(text: str) -> tuple[int, ...]:
    """Its numbers; none, which is before all others, for what has no version."""
    begin = re.match(r"\d+(\.\d+)*", text)
    return tuple(int(number) for number in begin[0].split(".")) if begin else ()
