"""Several workers beside each other, each a process of its own.

A GPU waits while Python lays the words of a batch on its sound. Threads do not help, since the
interpreter runs one at a time, and a thread that launches work on the GPU waits for the others.
"""

import contextlib
import logging
import os
import signal
import subprocess
import threading
from collections.abc import Sequence
from types import FrameType

logger = logging.getLogger(__name__)

ON_A_GPU = 4


def fitting(on_gpu: bool) -> int:
    """How many workers suit this machine: at most one for each of its processors."""
    return min(ON_A_GPU, os.cpu_count() or 1) if on_gpu else 1


def run(command: Sequence[str], count: int) -> int:
    """Runs `command` so many times at once; an exit code: 0, or 1 if one of them failed.

    They end together: when one ends, for whatever reason, or a signal comes, each gets SIGTERM.
    Must be called from the main thread.
    """
    children = [subprocess.Popen(command) for _ in range(count)]
    stopping = threading.Event()

    def stop(number: int = 0, frame: FrameType | None = None) -> None:
        del number, frame
        stopping.set()
        for child in children:
            with contextlib.suppress(ProcessLookupError):
                child.send_signal(signal.SIGTERM)

    for one in (signal.SIGTERM, signal.SIGINT):
        signal.signal(one, stop)
    _wait_for_one(children)
    if not stopping.is_set():
        logger.warning("a worker ended: stopping those beside it")
        stop()
    codes = [child.wait() for child in children]
    return 1 if any(codes) else 0


def _wait_for_one(children: Sequence[subprocess.Popen[bytes]]) -> None:
    ended = threading.Semaphore(0)

    def wait(child: subprocess.Popen[bytes]) -> None:
        child.wait()
        ended.release()

    for child in children:
        threading.Thread(target=wait, args=[child], daemon=True).start()
    ended.acquire()
