"""Many files put at once, from the bucket to the search, second by second of a simulated clock.

Each file goes the way that the live lane has: a message, a run of the function with its two writes
to the table, the table's stream, a run of the index function, the next refresh of the index. What
is shared is waited for: runs, the units that a partition takes a second, the search node.
"""

import math
from collections.abc import Generator, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

from scripts.simulate.limits import Limits, Pace

Steps = Generator[simpy.Event, Any, None]

CLAIM_KB = 1.0
# Units for each of a file's two writes in the partition that all recordings share: the index by key
# (infra/records.py), where only the status changes.
SHARED_UNITS = 1.0


@dataclass(frozen=True, slots=True)
class Burst:
    """`seconds` is the length of each file."""

    files: int
    seconds: float
    puts_a_second: float


@dataclass(slots=True)
class Outcome:
    """When each file could be found, in seconds since the first was put, and since it was; and
    the share of the time in which each part was busy."""

    found_at: list[float] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)
    busy: dict[str, float] = field(default_factory=dict)

    @property
    def limit(self) -> str:
        """The part that was busy for the largest share of the time."""
        return max(self.busy, key=lambda name: self.busy[name])


class _Rate:
    """What takes so much a second, one after another."""

    def __init__(self, clock: simpy.Environment, a_second: float) -> None:
        self._clock, self._a_second = clock, a_second
        self._free_at = 0.0
        self.busy_s = 0.0

    def take(self, amount: float) -> simpy.Timeout:
        took = amount / self._a_second
        self.busy_s += took
        self._free_at = max(self._free_at, self._clock.now) + took
        return self._clock.timeout(self._free_at - self._clock.now)


def simulate(burst: Burst, limits: Limits, pace: Pace) -> Outcome:
    """What becomes of a burst."""
    return _Lane(burst, limits, pace).run()


class _Lane:
    def __init__(self, burst: Burst, limits: Limits, pace: Pace) -> None:
        self._burst, self._limits, self._pace = burst, limits, pace
        self._clock = simpy.Environment()
        self._queue = simpy.Store(self._clock)
        self._stream = simpy.Store(self._clock)
        self._table = _Rate(self._clock, limits.new_table_units_a_second)
        self._shared = _Rate(self._clock, limits.partition_units_a_second)
        self._node = _Rate(self._clock, pace.passages_a_second)
        self._outcome = Outcome()
        self._transcribing_s = self._indexing_s = 0.0
        self._all_found = self._clock.event()

    def run(self) -> Outcome:
        self._clock.process(self._put())
        self._clock.process(self._scale())
        for _ in range(self._index_calls):
            self._clock.process(self._index())
        self._clock.run(until=self._all_found)
        whole = self._clock.now
        self._outcome.busy = {
            "transcribing": self._transcribing_s / whole / self._limits.transcribing,
            "the table": self._table.busy_s / whole,
            "the partition of all recordings": self._shared.busy_s / whole,
            "the index function": self._indexing_s / whole / self._index_calls,
            "the search node": self._node.busy_s / whole,
        }
        return self._outcome

    @property
    def _index_calls(self) -> int:
        return self._limits.shards * self._limits.index_calls_a_shard

    def _put(self) -> Steps:
        for _ in range(self._burst.files):
            self._queue.put(self._clock.now)
            yield self._clock.timeout(1 / self._burst.puts_a_second)

    def _scale(self) -> Steps:
        """More runs, as fast as Lambda allows them."""
        most = self._limits.transcribing
        running = min(self._limits.pollers_at_first, most)
        for _ in range(running):
            self._clock.process(self._transcribe())
        while running < most:
            yield self._clock.timeout(60 / self._limits.pollers_a_minute)
            self._clock.process(self._transcribe())
            running += 1

    def _transcribe(self) -> Steps:
        """One run of the function after another; the first has to start."""
        pace, seconds = self._pace, self._burst.seconds
        cold = pace.start_s
        while True:
            put_at = yield self._queue.get()
            began = self._clock.now
            yield self._clock.timeout(cold)
            cold = 0.0
            yield from self._write(CLAIM_KB)
            yield self._clock.timeout(pace.file_s + seconds / pace.speed)
            yield from self._write(CLAIM_KB + seconds * pace.item_kb_a_second)
            self._transcribing_s += self._clock.now - began
            self._stream.put(put_at)

    def _write(self, kb: float) -> Steps:
        yield self._table.take(math.ceil(kb))
        yield self._shared.take(SHARED_UNITS)

    def _index(self) -> Steps:
        """One run of the index function after another, each with what has come meanwhile."""
        passages = max(1, math.ceil(self._burst.seconds / self._pace.passage_s))
        while True:
            batch = [(yield self._stream.get())]
            while self._stream.items and len(batch) < self._limits.index_batch:
                batch.append((yield self._stream.get()))
            yield self._clock.timeout(self._pace.index_call_s)
            yield self._node.take(len(batch) * passages)
            # Runs with little to do are no limit: what counts is how many full ones there would be.
            full = len(batch) / self._limits.index_batch
            self._indexing_s += full * self._pace.index_call_s
            self._find(batch)

    def _find(self, batch: Sequence[float]) -> None:
        """They can be found from the next refresh on."""
        refresh = self._pace.refresh_s
        at = math.ceil(self._clock.now / refresh) * refresh
        self._outcome.found_at += [at] * len(batch)
        self._outcome.waited += [at - put_at for put_at in batch]
        if len(self._outcome.found_at) == self._burst.files:
            self._all_found.succeed()
