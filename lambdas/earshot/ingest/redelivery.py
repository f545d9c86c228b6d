"""When a message that could not be dealt with is seen again: soon at first, later each time.

A failed message would stay hidden for the rest of its visibility timeout, which is made for the
longest recording. Jitter, because what fails together should not come back together.
"""

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types_boto3_sqs.client import SQSClient

FIRST_PAUSE_S = 30
MAX_PAUSE_S = 3600
_FACTOR = 4  # five attempts span about three quarters of an hour: outages that pass are outlived


def pause(receives: int, at_most: int = MAX_PAUSE_S) -> int:
    """Seconds until the next attempt of a message that was received `receives` times (1, 2, …)."""
    longest = min(at_most, FIRST_PAUSE_S * _FACTOR ** (receives - 1))
    return round(random.uniform(longest / 2, longest))  # noqa: S311 (no secret)


def hand_back(sqs: "SQSClient", queue_url: str, receipt_handle: str, seconds: int) -> None:
    """Let the message be received again in `seconds`."""
    sqs.change_message_visibility(
        QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds
    )
