"""What the worker gets through, as lines that CloudWatch makes metrics of (EMF)."""

import threading
import time
from collections.abc import Callable

from aws_lambda_powertools.metrics import Metrics, MetricUnit

NAMESPACE = "Earshot"
PERIOD_S = 60.0


class Meter:
    """Counts batches and files, and tells of them once a period; safe to use from threads."""

    def __init__(
        self,
        capacity: float,
        period_s: float = PERIOD_S,
        clock: Callable[[], float] = time.monotonic,
        metrics: Metrics | None = None,
    ) -> None:
        """`capacity`: seconds of sound that a full batch holds."""
        self._capacity, self._period_s, self._clock = capacity, period_s, clock
        self._metrics = metrics or Metrics(namespace=NAMESPACE, service="bulk")
        self._lock = threading.Lock()
        self._begin()

    def batch(self, sound_s: float, device_s: float) -> None:
        """The device heard `sound_s` seconds of sound in `device_s`."""
        with self._lock:
            self._batches += 1
            self._sound_s += sound_s
            self._device_s += device_s

    def file(self, faulty: bool = False) -> None:
        """One file more was dealt with, or has to be tried again."""
        with self._lock:
            self._files += 1
            self._faults += faulty

    def tell(self, at_once: bool = False) -> None:
        """Print the period's line when it is over (or `at_once`); nothing if nothing was done."""
        with self._lock:
            elapsed = self._clock() - self._began
            if elapsed < self._period_s and not at_once:
                return
            if self._files or self._batches:
                self._print(max(elapsed, 1e-9))
            self._begin()

    def _begin(self) -> None:
        self._began = self._clock()
        self._batches = self._files = self._faults = 0
        self._sound_s = self._device_s = 0.0

    def _print(self, elapsed: float) -> None:
        add = self._metrics.add_metric
        add("AudioSecondsPerSecond", MetricUnit.CountPerSecond, self._sound_s / elapsed)
        add("DeviceBusy", MetricUnit.Percent, 100 * min(1.0, self._device_s / elapsed))
        add("Files", MetricUnit.Count, self._files)
        add("Faults", MetricUnit.Count, self._faults)
        if self._batches:
            fill = self._sound_s / self._batches / self._capacity
            add("BatchFill", MetricUnit.Percent, 100 * min(1.0, fill))
        self._metrics.flush_metrics()
