"""Which of the decoded files the device hears together: those of like length, so many seconds."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Waiting(Generic[T]):
    """`what` waits to be heard, for `seconds` of sound. `alone`: it shares its batch with none."""

    what: T
    seconds: float
    alone: bool = False


@dataclass
class Batches(Generic[T]):
    """Files wait here between decoding and the device; a batch is taken whenever it is free.

    Nothing waits for a batch to fill: while the device is the slower side, there is always enough
    to choose from, and when it is not, waiting would leave it idle. `whole` is the length in
    seconds up to which a file is one window, and so is padded to the longest of its batch.
    """

    batch_seconds: float
    batch_files: int
    whole: float
    _pool: list[Waiting[T]] = field(default_factory=list)  # the one that waits longest first
    _changed: threading.Condition = field(default_factory=threading.Condition)
    _closed: bool = False

    def wait_for_room(self, seconds: float) -> bool:
        """Wait until less than `seconds` of sound wait here; False when nothing is taken any more.

        It bounds the memory of what is decoded ahead.
        """
        with self._changed:
            self._changed.wait_for(lambda: self._closed or self._seconds() < seconds)
            return not self._closed

    def add(self, one: Waiting[T]) -> bool:
        """False when nothing is taken any more."""
        with self._changed:
            if self._closed:
                return False
            self._pool.append(one)
            self._changed.notify_all()
            return True

    def take(self, timeout: float) -> list[Waiting[T]]:
        """The next batch; none when nothing came for `timeout` seconds, or after `close`."""
        with self._changed:
            self._changed.wait_for(lambda: self._pool or self._closed, timeout)
            if self._closed or not self._pool:
                return []
            batch = self._choose()
            chosen = set(map(id, batch))
            self._pool = [one for one in self._pool if id(one) not in chosen]
            self._changed.notify_all()
            return batch

    def close(self) -> None:
        """Nothing more is added or taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    def _seconds(self) -> float:
        return sum(one.seconds for one in self._pool)

    def _choose(self) -> list[Waiting[T]]:
        """The file that waits longest, and of the others those nearest to it in length."""
        first = self._pool[0]
        batch = [first]
        if first.alone:
            return batch
        others = [one for one in self._pool[1:] if not one.alone and self._alike(one, first)]
        for one in sorted(others, key=lambda one: abs(one.seconds - first.seconds)):
            if len(batch) == self.batch_files or self._cost([*batch, one]) > self.batch_seconds:
                break
            batch.append(one)
        return batch

    def _alike(self, one: Waiting[T], other: Waiting[T]) -> bool:
        return (one.seconds > self.whole) == (other.seconds > self.whole)

    def _cost(self, batch: Sequence[Waiting[T]]) -> float:
        """Seconds that the device hears: padding too, but of long files, which are cut up."""
        longest = max(one.seconds for one in batch)
        if longest > self.whole:
            return sum(one.seconds for one in batch)
        return longest * len(batch)
