"""SQS messages of object events: each event is handled; a failure makes the message return."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from earshot.ingest import redelivery
from earshot.ingest.events import MalformedEvent, notification, object_events
from earshot.ingest.ingest import Outcome
from earshot.recordings.changes import ObjectEvent

logger = logging.getLogger(__name__)

Handle = Callable[[ObjectEvent, bool], Outcome]


@dataclass(frozen=True, slots=True)
class Message:
    """What SQS delivered; `receives` counts its deliveries, this one included."""

    body: str
    receipt_handle: str
    receives: int


@dataclass(frozen=True, slots=True)
class Queue:
    """Where messages come from. `sqs` gives a boto3 client; `url` is None where they just come
    again after the queue's visibility timeout. After `max_receives` a message is a dead letter.
    """

    sqs: Callable[[], Any]
    url: str | None
    max_receives: int

    def retry_later(self, message: Message) -> None:
        """Let a failed message be received again soon, and later each time.

        After the last attempt there is nothing to wait for: the next receive makes it dead.
        """
        if self.url is None:
            return
        last = message.receives >= self.max_receives
        seconds = 0 if last else redelivery.pause(message.receives)
        try:
            redelivery.hand_back(self.sqs(), self.url, message.receipt_handle, seconds)
        except (BotoCoreError, ClientError):
            logger.warning(
                "could not set when the message is retried; its visibility timeout decides"
            )

    def send(self, event: ObjectEvent) -> None:
        """Announce an event here, as S3 would."""
        self.sqs().send_message(QueueUrl=self.url, MessageBody=notification(event))


def handle_message(message: Message, handle: Handle, queue: Queue) -> None:
    """Handle every event of a message; one that fails does not hold up the others.

    A message that is no S3 event is dropped: repeating it can't help. Raises the first error after
    the last event, for the message to be reported as failed.
    """
    try:
        events = list(object_events(message.body))
    except MalformedEvent as error:
        logger.warning("dropped a message that is no S3 event", extra={"reason": str(error)})
        return
    errors: list[Exception] = []
    for event in events:
        about = {"recording_id": event.recording_id}
        try:
            outcome = handle(event, message.receives >= queue.max_receives)
        except Exception as error:
            logger.exception("could not handle an object event; it will be retried", extra=about)
            errors.append(error)
        else:
            logger.info("handled an object event", extra=about | {"outcome": outcome})
    if errors:
        queue.retry_later(message)
        raise errors[0]
