"""What becomes of a message: deleted when all it tells of is dealt with, else tried again later."""

import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from botocore.exceptions import BotoCoreError, ClientError

from earshot.bulk.intake import Intake, Message
from earshot.bulk.meter import Meter
from earshot.ingest import redelivery
from earshot.ingest.ingest import Outcome
from earshot.recordings.changes import ObjectEvent

logger = logging.getLogger(__name__)

# A message that waits keeps an instance running: ten attempts within about half an hour.
MAX_BULK_PAUSE_S = 300  # seconds


@dataclass(slots=True)
class Delivery:
    """A message and how many of its events are not dealt with yet."""

    message: Message
    left: int
    faulty: bool = False


class Deliveries:
    """`give_up` leaves word of an event whose last attempt failed. Safe to use from threads."""

    def __init__(
        self,
        intake: Intake,
        give_up: Callable[[ObjectEvent], None],
        meter: Meter,
        max_receives: int,
    ) -> None:
        self._intake, self._give_up, self._meter = intake, give_up, meter
        self._max_receives = max_receives
        self._lock = threading.Lock()

    def settled(self, delivery: Delivery, event: ObjectEvent, outcome: Outcome) -> None:
        """One event is dealt with; its message goes with its last one."""
        if message := self.count(delivery, event, outcome):
            self.end([message])

    def count(self, delivery: Delivery, event: ObjectEvent, outcome: Outcome) -> Message | None:
        """The same, but the message is the caller's to end, when it is given."""
        told = {"recording_id": event.recording_id, "outcome": outcome.value}
        logger.info("handled an object event", extra=told)
        self._meter.file()
        return self._count(delivery, faulty=False)

    def fault(self, delivery: Delivery, event: ObjectEvent) -> None:
        """What is not the file's fault is tried again later; called where it was caught."""
        logger.exception(
            "could not handle an object event; it will be retried",
            extra={"recording_id": event.recording_id},
        )
        self._meter.file(faulty=True)
        if delivery.message.receives >= self._max_receives:
            try:
                self._give_up(event)
            except Exception:
                logger.exception(
                    "could not mark the recording as failed",
                    extra={"recording_id": event.recording_id},
                )
        self._count(delivery, faulty=True)

    def end(self, messages: Sequence[Message]) -> None:
        try:
            self._intake.done(messages)
        except (BotoCoreError, ClientError):
            logger.warning(
                "could not delete processed messages; they will be redelivered and skipped"
            )

    def _count(self, delivery: Delivery, faulty: bool) -> Message | None:
        with self._lock:
            delivery.left -= 1
            delivery.faulty |= faulty
            if delivery.left:
                return None
        if not delivery.faulty:
            return delivery.message
        receives = delivery.message.receives
        # After the last attempt there is nothing to wait for: the next receive makes it dead.
        last = receives >= self._max_receives
        seconds = 0 if last else redelivery.pause(receives, MAX_BULK_PAUSE_S)
        try:
            self._intake.retry_later(delivery.message, seconds)
        except (BotoCoreError, ClientError):
            logger.warning(
                "could not set when the message is retried; its visibility timeout decides"
            )
        return None
