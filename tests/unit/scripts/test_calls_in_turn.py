"""The local stack's functions: many calls at once start few processes, and all are answered."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from scripts.local.patched_ministack import InTurn, Lease


class Pool:
    """Processes as the emulator leases them: as many as asked for, up to a cap."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.busy = self.most_busy = 0

    def acquire(self, name: str, config: Any, code: Any, qualifier: str, cap: int) -> Lease:
        with self._lock:
            if self.busy >= cap:
                return None, "func_cap"
            self.busy += 1
            self.most_busy = max(self.most_busy, self.busy)
            return object(), "spawn"

    def release(self, worker: Any) -> None:
        with self._lock:
            self.busy -= 1


def call(turns: InTurn, seconds: float = 0.02) -> bool:
    worker, _ = turns.acquire("asr", {}, b"")
    if worker is None:
        return False
    time.sleep(seconds)
    turns.release(worker)
    return True


def test_thirty_calls_at_once_take_turns_on_two_processes() -> None:
    pool = Pool()
    turns = InTurn(pool.acquire, pool.release, most=2)
    with ThreadPoolExecutor(30) as clients:
        answered = list(clients.map(lambda _: call(turns), range(30)))
    assert answered == [True] * 30
    assert pool.most_busy == 2
    assert call(turns), "and it goes on afterwards"


def test_more_than_may_wait_are_refused_at_once() -> None:
    pool = Pool()
    turns = InTurn(pool.acquire, pool.release, most=1, waiting=3)
    running, _ = turns.acquire("asr", {}, b"")
    with ThreadPoolExecutor(3) as clients:
        waiting = [clients.submit(call, turns) for _ in range(3)]
        while turns.waiting("asr") < 3:
            time.sleep(0.01)
        assert call(turns) is False
        turns.release(running)
        assert [one.result() for one in waiting] == [True] * 3
    assert call(turns)


def test_nobody_waits_longer_than_a_client_does() -> None:
    pool = Pool()
    turns = InTurn(pool.acquire, pool.release, most=1, patience_s=0.05)
    worker, _ = turns.acquire("asr", {}, b"")
    began = time.monotonic()
    assert turns.acquire("asr", {}, b"") == (None, "func_cap")
    assert time.monotonic() - began < 5
    turns.release(worker)
    assert call(turns)
