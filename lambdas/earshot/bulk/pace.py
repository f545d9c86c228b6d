"""How much the worker does at once."""

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """A batch holds up to `batch_seconds` of sound in `batch_files` files.

    `batches_ahead` batches' worth is decoded ahead, for lengths to choose from. Files of more than
    `held_seconds` are decoded while they are heard. `threads` decode and as many write; `receivers`
    ask for messages, of which up to `held_files` are held.
    """

    batch_seconds: float
    batch_files: int
    threads: int
    held_files: int
    receivers: int = 1
    batches_ahead: int = 4
    held_seconds: float = 600.0
    max_receives: int = 10

    @property
    def cautious(self) -> int:
        """A message received as many times may be what kills workers: it is heard alone."""
        return max(2, self.max_receives // 2)

    @property
    def ahead_seconds(self) -> float:
        return self.batches_ahead * self.batch_seconds


def pace(
    engine_batch: int,
    max_receives: int,
    batch_seconds: float | None = None,
    threads: int | None = None,
    beside: int = 1,
) -> Pace:
    """What suits an engine that takes `engine_batch` waveforms a call: a GPU's takes many.

    `beside` workers share the machine and the memory of its GPU, this one counted.

    A CPU hears one after the other, so its batches are only as long as it should take to stop.
    """
    cores = os.cpu_count() or 1
    if engine_batch > 1:
        return Pace(
            batch_seconds=batch_seconds or 600.0 / beside,
            batch_files=engine_batch,
            threads=threads or max(2, 4 * cores // beside),
            held_files=6 * engine_batch,
            receivers=max(1, 4 // beside),
            max_receives=max_receives,
        )
    return Pace(
        batch_seconds=batch_seconds or 60.0,
        batch_files=16,
        threads=threads or cores,
        held_files=48,
        max_receives=max_receives,
    )
