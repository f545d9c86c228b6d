"""How a worker holds its messages."""

import threading
import time
from collections.abc import Mapping
from typing import Any

from earshot.bulk.intake import Intake


class SlowQueue:
    """One message, and changes of visibility that take a moment to arrive."""

    def __init__(self) -> None:
        self.visibility: list[int] = []  # as they arrived
        self.beating = threading.Event()

    def receive_message(self, **_: Any) -> Mapping[str, Any]:
        attributes = {"ApproximateReceiveCount": "1"}
        return {"Messages": [{"ReceiptHandle": "r", "Body": "b", "Attributes": attributes}]}

    def change_message_visibility_batch(self, **asked: Any) -> None:
        seconds = asked["Entries"][0]["VisibilityTimeout"]
        if seconds:
            self.beating.set()
            time.sleep(0.5)
        self.visibility.append(seconds)


def test_a_message_given_back_while_the_heart_beats_is_not_hidden_again() -> None:
    sqs = SlowQueue()
    client: Any = sqs
    intake = Intake(client, "queue", visibility_s=1)
    messages = intake.receive()
    assert sqs.beating.wait(10)
    intake.give_back(messages)
    intake.close()
    assert sqs.visibility[-1] == 0
