"""The worker's queue: messages are received, kept hidden while they are worked on, and let go.

A message is deleted after its work was written down and not before. Whatever is not let go here,
because the process died, is seen again by others within the visibility timeout.
"""

import logging
import threading
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import BotoCoreError, ClientError

from earshot.ingest import redelivery

if TYPE_CHECKING:
    from types_boto3_sqs.client import SQSClient

AT_ONCE = 10  # SQS's limit
LONG_POLL_S = 20  # SQS's limit
_BEATS = 3  # in a visibility timeout

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One message as it was received for the `receives`th time."""

    receipt: str
    body: str
    receives: int


class Intake:
    """One queue (`sqs` is a boto3 client). Safe to use from several threads."""

    def __init__(self, sqs: "SQSClient", queue_url: str, visibility_s: int) -> None:
        self._sqs = sqs
        self._url = queue_url
        self._visibility_s = visibility_s
        self._held: dict[str, Message] = {}
        self._lock = threading.Lock()
        # Held over calls, so that no beat that was under way hides again what was just let go.
        self._visibility = threading.Lock()
        self._closed = threading.Event()
        self._beating = threading.Thread(target=self._beat, name="heartbeat", daemon=True)
        self._beating.start()

    @property
    def held(self) -> int:
        """How many messages are being worked on."""
        with self._lock:
            return len(self._held)

    def receive(self, wait_s: int = LONG_POLL_S) -> list[Message]:
        """Up to ten messages; none when nothing came for `wait_s`."""
        received = self._sqs.receive_message(
            QueueUrl=self._url,
            MaxNumberOfMessages=AT_ONCE,
            WaitTimeSeconds=wait_s,
            VisibilityTimeout=self._visibility_s,
            MessageSystemAttributeNames=["ApproximateReceiveCount"],
        ).get("Messages", [])
        messages = [
            Message(
                one["ReceiptHandle"],
                one["Body"],
                int(one["Attributes"]["ApproximateReceiveCount"]),
            )
            for one in received
        ]
        with self._lock:
            self._held.update((one.receipt, one) for one in messages)
        return messages

    def done(self, messages: Iterable[Message]) -> None:
        """Delete them: their work is written down."""
        for some in self._let_go(messages):
            self._sqs.delete_message_batch(
                QueueUrl=self._url,
                Entries=[{"Id": str(n), "ReceiptHandle": m.receipt} for n, m in enumerate(some)],
            )

    def give_back(self, messages: Iterable[Message]) -> None:
        """Let others have them at once."""
        with self._visibility:
            for some in self._let_go(messages):
                self._hide(some, 0)

    def retry_later(self, message: Message, seconds: int) -> None:
        """Let it be tried again in `seconds`."""
        with self._visibility:
            self._let_go([message])
            redelivery.hand_back(self._sqs, self._url, message.receipt, seconds)

    def close(self) -> None:
        """Give back what is held; nothing is kept hidden any more."""
        self._closed.set()
        self._beating.join()
        with self._lock:
            held = list(self._held.values())
        self.give_back(held)

    def _let_go(self, messages: Iterable[Message]) -> list[Sequence[Message]]:
        """The messages that are still held, some at a time, which then are not."""
        with self._lock:
            ours = [one for one in messages if self._held.pop(one.receipt, None)]
        return list(_batched(ours))

    def _beat(self) -> None:
        while not self._closed.wait(self._visibility_s / _BEATS):
            with self._visibility:
                self._keep_hidden()

    def _keep_hidden(self) -> None:
        with self._lock:
            held = list(self._held.values())
        for some in _batched(held):
            try:
                self._hide(some, self._visibility_s)
            except (BotoCoreError, ClientError):
                # The next beat comes before the timeout; a message that is seen by others
                # meanwhile is worked on twice and written once.
                logger.warning("could not keep messages hidden; others may receive them too")

    def _hide(self, messages: Sequence[Message], seconds: int) -> None:
        self._sqs.change_message_visibility_batch(
            QueueUrl=self._url,
            Entries=[
                {"Id": str(n), "ReceiptHandle": one.receipt, "VisibilityTimeout": seconds}
                for n, one in enumerate(messages)
            ],
        )


def _batched(messages: Sequence[Message]) -> Iterator[Sequence[Message]]:
    for start in range(0, len(messages), AT_ONCE):
        yield messages[start : start + AT_ONCE]
