"""On the local stack queues don't wait for the function of a stream, and no change is lost."""

import threading
from collections import deque

from scripts.local.streams_apart import Apart


class Stream:
    """A stream whose function takes until it is `let_go`; every poll takes one change."""

    def __init__(self, changes: int) -> None:
        self.left = deque(range(changes))
        self.done: list[int] = []
        self.began, self.let_go = threading.Event(), threading.Event()
        self.together = self.most_together = 0

    def poll(self) -> bool:
        self.together += 1
        self.most_together = max(self.most_together, self.together)
        self.began.set()
        self.let_go.wait(5)
        found = bool(self.left)
        if found:
            self.done.append(self.left.popleft())
        self.together -= 1
        return found


class Loop:
    """The emulator's: it looks when it is woken."""

    def __init__(self, stream: Stream) -> None:
        self.woken = threading.Event()
        self.look = Apart(stream.poll, self.woken.set)

    def run(self, until: int, stream: Stream) -> None:
        while len(stream.done) < until:
            self.look()
            assert self.woken.wait(5), "nothing looks at the stream again"
            self.woken.clear()


def test_queues_do_not_wait_for_the_function_of_a_stream() -> None:
    stream = Stream(1)
    loop = Loop(stream)
    assert loop.look() is False
    assert stream.began.wait(5)
    assert loop.look() is False, "and it came back while the function runs"
    assert stream.done == []
    stream.let_go.set()
    assert loop.woken.wait(5)
    assert stream.done == [0]


def test_changes_that_come_while_the_function_runs_are_read_one_run_at_a_time() -> None:
    stream = Stream(1)
    loop = Loop(stream)
    loop.look()
    assert stream.began.wait(5)
    stream.left.extend([1, 2])
    loop.look()  # woken by those, while the first one is at work
    stream.let_go.set()
    assert loop.woken.wait(5)
    loop.woken.clear()
    loop.run(3, stream)
    assert stream.done == [0, 1, 2]
    assert stream.most_together == 1


def test_a_change_that_a_run_missed_is_looked_for_again() -> None:
    stream = Stream(0)
    loop = Loop(stream)
    loop.look()
    assert stream.began.wait(5)
    loop.look()
    stream.let_go.set()
    assert loop.woken.wait(5), "the run found nothing, but was asked meanwhile"


def test_an_empty_stream_wakes_nobody() -> None:
    stream = Stream(0)
    stream.let_go.set()
    loop = Loop(stream)
    loop.look()
    assert stream.began.wait(5)
    assert not loop.woken.wait(0.05)
