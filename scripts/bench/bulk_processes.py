"""The bulk worker as a GPU's image runs it: several processes, each with its part of the files."""

import multiprocessing
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from typing import Any

from scripts.bench.bulk_engine import Run, measure

READY_S = 300.0

_barrier: Any = None  # of this process, given to it as it starts


def measure_together(run: Run, processes: int) -> Mapping[str, Any]:
    """What `measure` gives, for all processes together: they start at once, when all are ready."""
    spawn = multiprocessing.get_context("spawn")
    barrier = spawn.Barrier(processes)
    with ProcessPoolExecutor(processes, spawn, _remember, (barrier,)) as pool:
        parts = [
            pool.submit(_part, replace(run, files=run.files[at::processes]), processes)
            for at in range(processes)
        ]
        return together([part.result() for part in parts])


def together(parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Sums, but the longest time, and means of shares of it."""
    whole: dict[str, Any] = dict(parts[0]) | {"processes": len(parts)}
    for name in ("files", "failed", "sound_s", "memory_mb", "gpu_memory_mb"):
        if name in whole:
            whole[name] = round(sum(part[name] for part in parts), 3)
    whole["seconds"] = max(part["seconds"] for part in parts)
    whole["sound_seconds_per_s"] = round(whole["sound_s"] / whole["seconds"], 1)
    for name in ("listener_busy", "writer_busy", "batch_fill", "processors_busy"):
        shares = [part[name] for part in parts if part.get(name) is not None]
        whole[name] = round(sum(shares) / len(shares), 3) if shares else None
    for name in ("sound_seconds_per_listener_s", "tflops", "share_of_peak"):
        whole.pop(name, None)  # of a device that others use at the same time
    return whole


def _remember(barrier: Any) -> None:
    global _barrier
    _barrier = barrier


def _part(run: Run, beside: int) -> Mapping[str, Any]:
    return measure(run, beside, partial(_barrier.wait, READY_S))
