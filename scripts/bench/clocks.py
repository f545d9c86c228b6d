"""How long each part of a run was at work, and the machine's processors with it."""

import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from earshot.speech.engine import Emission, Engine, Waveform
from earshot.speech.writer.written import Writer, Written


class Clock:
    """Seconds in which at least one thread was inside."""

    def __init__(self) -> None:
        self.seconds, self._inside, self._since = 0.0, 0, 0.0
        self._lock = threading.Lock()

    def __enter__(self) -> None:
        with self._lock:
            self._inside += 1
            if self._inside == 1:
                self._since = time.perf_counter()

    def __exit__(self, *fault: object) -> None:
        with self._lock:
            self._inside -= 1
            if not self._inside:
                self.seconds += time.perf_counter() - self._since


class ClockedEngine:
    def __init__(self, inner: Engine) -> None:
        self._inner, self.clock = inner, Clock()
        self.name, self.batch, self.calls = inner.name, inner.batch, inner.calls
        self.on_device = inner.on_device

    def emissions(self, waveforms: Sequence[Waveform]) -> list[Emission]:
        with self.clock:
            return self._inner.emissions(waveforms)


class ClockedWriter:
    def __init__(self, inner: Writer) -> None:
        self._inner, self.clock = inner, Clock()
        self.name, self.fingerprint, self.engine = inner.name, inner.fingerprint, inner.engine

    def write(self, waveform: Waveform) -> Written:
        with self.clock:
            return self._inner.write(waveform)

    def write_many(self, waveforms: Sequence[Waveform]) -> list[Written]:
        with self.clock:
            return self._inner.write_many(waveforms)


@contextmanager
def processors() -> Iterator[dict[str, float]]:
    """The share of time in which the machine's processors worked meanwhile, with all that ran."""
    found: dict[str, float] = {}
    before = _ticks()
    yield found
    idle, whole = (now - then for now, then in zip(_ticks(), before, strict=True))
    if whole:
        found["processors_busy"] = round(1 - idle / whole, 3)


def _ticks() -> tuple[int, int]:
    """Of all processors: idle or waiting for a disk, and in all. Zero where there is no /proc."""
    stat = Path("/proc/stat")
    if not stat.is_file():
        return 0, 0
    ticks = [int(one) for one in stat.read_text().splitlines()[0].split()[1:9]]
    return ticks[3] + ticks[4], sum(ticks)
