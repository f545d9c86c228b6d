"""From an event on the bus to each address that wants it: first one message a hook, then the call.

Apart, because an address that is down must not hold up the others. A message that could not be
delivered goes back to its queue, and is seen again later and later; after the last attempt it is a
dead letter, which `earshot redrive` sends again.
"""

import http.client
import json
import logging
import random
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any, ClassVar

from earshot.errors import EarshotError, Unavailable
from earshot.outgoing.connection import request
from earshot.webhooks.hook import Event
from earshot.webhooks.message import Message, headers, message
from earshot.webhooks.store import Hooks

if TYPE_CHECKING:
    from types_boto3_sqs.client import SQSClient
    from types_boto3_sqs.type_defs import SendMessageBatchRequestEntryTypeDef

logger = logging.getLogger(__name__)

DEADLINE_S = 15  # for an answer; what takes longer should answer first and work afterwards
GONE = 410  # by the specification: the address wants nothing any more
# Until the next attempt. They span three days, so that nothing is lost over a weekend.
PAUSES_S = (5, 60, 300, 1800, 7200, 18_000, *([36_000] * 6))
MAX_RECEIVES = len(PAUSES_S) + 1
_MAX_PAUSE_S = 36_000  # SQS hides a message for 12 hours at most
_AT_ONCE = 10  # SQS's limit
_EVENTS = {
    "Recording done": Event.DONE,
    "Recording failed": Event.FAILED,
    "Recording deleted": Event.DELETED,
}

Call = Callable[..., Any]  # as earshot.outgoing.connection.request


class Undelivered(EarshotError):
    """The address did not take the message; `wait_s` is how long it asked for, if it did."""

    code: ClassVar[str] = "undelivered"

    def __init__(self, message: str, wait_s: int = 0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class Sent(StrEnum):
    """What became of a message of the queue."""

    SPREAD = "spread"  # an event: each hook that wants it has a message now
    DELIVERED = "delivered"
    DROPPED = "dropped"  # nobody wants it any more


@dataclass(frozen=True, slots=True)
class Sending:
    """`sqs` is a boto3 client, `queue_url` where messages of hooks go; `local` as for `request`."""

    hooks: Hooks
    sqs: "SQSClient"
    queue_url: str
    local: bool = False
    call: Call = request

    def handle(self, body: str) -> Sent:
        """Work off one message of the queue. Raises Undelivered, Unavailable."""
        told = json.loads(body)
        if "detail" in told:
            return self._spread(told)
        return self._deliver(Message(**told))

    def _spread(self, told: Mapping[str, Any]) -> Sent:
        event, detail = _EVENTS[told["detail-type"]], told["detail"]
        wanting = [one for one in self.hooks.all() if one.wants(event, detail.get("key") or "")]
        entries: list[SendMessageBatchRequestEntryTypeDef] = [
            {"Id": str(n), "MessageBody": message(hook, event, detail).as_text()}
            for n, hook in enumerate(wanting)
        ]
        for start in range(0, len(entries), _AT_ONCE):
            some = entries[start : start + _AT_ONCE]
            answer = self.sqs.send_message_batch(QueueUrl=self.queue_url, Entries=some)
            if answer.get("Failed"):  # the event comes again, with the same ids
                raise Unavailable("SQS does not take messages.")
        return Sent.SPREAD

    def _deliver(self, message: Message) -> Sent:
        hook = self.hooks.get(message.hook_id)
        if hook is None or hook.ended_at:
            return Sent.DROPPED
        about = {"hook_id": hook.hook_id, "message_id": message.message_id}
        signed = headers(message, hook.secret, int(time.time()))
        try:
            with self.call(
                "POST", hook.url, signed, message.body.encode(),
                deadline_s=DEADLINE_S, local=self.local,
            ) as answer:  # fmt: skip
                status, wait = answer.status, answer.headers.get("retry-after", "")
        except (EarshotError, OSError, http.client.HTTPException) as error:
            raise Undelivered(f"The address does not answer: {type(error).__name__}.") from error
        logger.info("called a hook", extra=about | {"status": status})
        if status == GONE:
            self.hooks.end(hook.hook_id, datetime.now(UTC))
            return Sent.DROPPED
        if not 200 <= status < 300:
            asked = int(wait) if wait.isascii() and wait.isdigit() and len(wait) < 7 else 0
            raise Undelivered(f"The address answered {status}.", asked)
        return Sent.DELIVERED


def pause(receives: int, asked_s: int = 0) -> int:
    """Seconds until the next attempt of what was received so often (1, 2, …).

    After the last attempt there is nothing to wait for: the next receive makes it a dead letter.
    """
    if receives >= MAX_RECEIVES:
        return 0
    longest = PAUSES_S[receives - 1]
    jittered = round(random.uniform(longest * 0.8, longest))  # noqa: S311 (no secret)
    return min(max(jittered, asked_s), _MAX_PAUSE_S)
