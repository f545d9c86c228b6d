"""`earshot redrive`: what failed, tried again after its cause was mended."""

import json
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import typer

from earshot.cli import outputs
from earshot.cli.options import Stack
from earshot.cli.progress import Advance, progress
from earshot.recordings.record import Recording
from earshot.recordings.store import Recordings
from earshot.search.index import SearchIndex

if TYPE_CHECKING:
    from types_boto3_sqs.client import SQSClient

_AT_ONCE = 10  # SQS's limit
_HIDDEN_SECONDS = 300  # while it is being dealt with; what fails is to be seen again after that
_BEFORE_A_BATCH = timedelta(hours=1)  # a change is older than its arrival in the stream

Message = Mapping[str, Any]


@dataclass(slots=True)
class Redriven:
    """How many messages were dealt with, and the (recording, reason) of what failed again."""

    done: int
    failures: list[tuple[str, str]]


def redrive_events(
    sqs: "SQSClient", dead_letters: str, queue: str, advance: Advance = lambda _: None
) -> Redriven:
    """Move dead object events, or messages to webhooks, back to the queue that they came from.

    Each is sent before it is deleted: stopped in between, it is there twice, and what comes twice
    does nothing. What dies again meanwhile stays where it is.
    """
    moved = 0
    failures: list[tuple[str, str]] = []
    for messages in _messages(sqs, dead_letters):
        answer = sqs.send_message_batch(
            QueueUrl=queue,
            Entries=[
                {"Id": str(n), "MessageBody": message["Body"]} for n, message in enumerate(messages)
            ],
        )
        sent = [messages[int(one["Id"])] for one in answer.get("Successful", ())]
        failures += [("an object event", one["Message"]) for one in answer.get("Failed", ())]
        _delete(sqs, dead_letters, sent)
        moved += len(sent)
        advance(len(sent))
    return Redriven(moved, failures)


def redrive_index(
    sqs: "SQSClient",
    failure_queue: str,
    recordings: Recordings,
    index: SearchIndex,
    advance: Advance = lambda _: None,
) -> Redriven:
    """Write into the index, as the table has them now, the recordings that could not be written.

    What fails again stays in the queue.
    """
    done = 0
    failures: list[tuple[str, str]] = []
    for messages in _messages(sqs, failure_queue):
        replayed: list[Message] = []
        for message in messages:
            faults = _replay(message, recordings, index)
            failures += faults
            if not faults:
                replayed.append(message)
        _delete(sqs, failure_queue, replayed)
        done += len(replayed)
        advance(len(messages))
    return Redriven(done, failures)


def redrive(stack: Stack = None) -> None:
    """Try again what ended in the dead-letter queue or could not be written into the index."""
    target = outputs.find(stack)
    sqs = target.client("sqs")
    index = SearchIndex(target.search_client(60), target.index)
    index.ensure()
    with progress("Index failures", _about(sqs, target.index_failure_queue_url)) as advance:
        shown = redrive_index(
            sqs, target.index_failure_queue_url, target.recordings(), index, advance
        )
    with progress("Dead letters", _about(sqs, target.dlq_url)) as advance:
        moved = redrive_events(sqs, target.dlq_url, target.queue_url, advance)
    if target.bulk_dlq_url and target.bulk_queue_url:
        with progress("Bulk dead letters", _about(sqs, target.bulk_dlq_url)) as advance:
            more = redrive_events(sqs, target.bulk_dlq_url, target.bulk_queue_url, advance)
        moved = Redriven(moved.done + more.done, moved.failures + more.failures)
    if target.fetch_dlq_url and target.fetch_queue_url:
        with progress("Addresses to fetch", _about(sqs, target.fetch_dlq_url)) as advance:
            more = redrive_events(sqs, target.fetch_dlq_url, target.fetch_queue_url, advance)
        moved = Redriven(moved.done + more.done, moved.failures + more.failures)
    told = Redriven(0, [])
    if target.webhook_dlq_url and target.webhook_queue_url:
        with progress("Webhook dead letters", _about(sqs, target.webhook_dlq_url)) as advance:
            told = redrive_events(sqs, target.webhook_dlq_url, target.webhook_queue_url, advance)
    failures = shown.failures + moved.failures + told.failures
    for one, reason in failures:
        print(f"{one}: {reason}", file=sys.stderr)
    print(
        f"{shown.done} index failures replayed, {moved.done} object events sent again,"
        f" {told.done} messages to webhooks sent again, {len(failures)} failed."
    )
    raise typer.Exit(1 if failures else 0)


def _replay(
    message: Message, recordings: Recordings, index: SearchIndex
) -> Sequence[tuple[str, str]]:
    """Project what a message tells of; what could not be, with the reason."""
    try:
        told = json.loads(message["Body"])
        if "recording_id" in told:
            wanted = recordings.current(told["recording_id"])
            changed = [wanted] if wanted else []
        else:
            changed = list(recordings.scan(since=_begin(told["DDBStreamBatchInfo"])))
    except (ValueError, KeyError, TypeError) as fault:
        return [("a message", f"it is none of the index function's or of Lambda's: {fault}")]
    return [(_name(recording), reason) for recording, reason in index.project(changed)]


def _begin(batch: Mapping[str, Any]) -> str:
    """Since when to copy for a batch that Lambda gave up: its note has no records, only times."""
    first = datetime.fromisoformat(batch["approximateArrivalOfFirstRecord"])
    moment = first.astimezone(UTC) - _BEFORE_A_BATCH
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _name(recording: Recording) -> str:
    return recording.key or recording.recording_id


def _messages(sqs: "SQSClient", url: str) -> Iterator[Sequence[Message]]:
    """The messages that were there at the beginning, some at a time, each once."""
    began = time.time() * 1000
    seen: set[str] = set()
    while True:
        received = sqs.receive_message(
            QueueUrl=url,
            MaxNumberOfMessages=_AT_ONCE,
            VisibilityTimeout=_HIDDEN_SECONDS,
            WaitTimeSeconds=1,
            MessageSystemAttributeNames=["SentTimestamp"],
        ).get("Messages", [])
        fresh = [
            one
            for one in received
            if one["MessageId"] not in seen
            and int(one.get("Attributes", {}).get("SentTimestamp", 0)) <= began
        ]
        if not fresh:
            return
        seen.update(one["MessageId"] for one in fresh)
        yield fresh


def _delete(sqs: "SQSClient", url: str, messages: Sequence[Message]) -> None:
    if messages:
        sqs.delete_message_batch(
            QueueUrl=url,
            Entries=[
                {"Id": str(n), "ReceiptHandle": message["ReceiptHandle"]}
                for n, message in enumerate(messages)
            ],
        )


def _about(sqs: "SQSClient", url: str) -> int:
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
    return int(found["Attributes"]["ApproximateNumberOfMessages"])
