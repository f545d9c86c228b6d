"""The emulator reads a table's stream beside the queues, as Lambda does.

It does both on one thread, and the stream's function runs on it: messages of all queues wait until
the function has ended.
"""

import threading
from collections.abc import Callable
from typing import Any


class Apart:
    """The emulator's own `poll` of streams, on a thread of its own, one at a time.

    `wake` has the emulator look at queues and streams again.
    """

    def __init__(self, poll: Callable[[], bool], wake: Callable[[], None]) -> None:
        self._poll, self._wake = poll, wake
        self._state = threading.Lock()
        self._running = self._missed = False

    def __call__(self) -> bool:
        """False: that there is work here is no reason to look at the queues again at once."""
        with self._state:
            self._missed = self._running
            if self._running:
                return False
            self._running = True
        threading.Thread(target=self._run, name="streams", daemon=True).start()
        return False

    def _run(self) -> None:
        found = False
        try:
            found = self._poll()
        finally:
            with self._state:
                self._running = False
                again, self._missed = found or self._missed, False
            if again:
                self._wake()


def install(lambda_svc: Any) -> None:
    lambda_svc._poll_dynamodb_streams = Apart(
        lambda_svc._poll_dynamodb_streams, lambda_svc._esm_wake.set
    )
    # A look at the queues that finds nothing was for a stream now; the next message must not wait.
    lambda_svc._ESM_IDLE_WAKE_GAP_SECONDS = 0.0
