"""The CPU engine: ONNX Runtime."""

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from earshot.errors import ModelError
from earshot.speech.engine import Emission, Waveform, log_softmax
from earshot.speech.files import WEIGHTS_SUFFIX
from earshot.speech.sessions import names, open_session, recorded

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # mallopt(3) parameters, from malloc.h
MMAP_THRESHOLD_BYTES = 4 << 20

SMALL_MODEL_BYTES = 64_000_000
"""A model with fewer bytes of weights runs one call on each core: its layers are too small to use
several cores, and a call takes little memory."""

MAX_CONCURRENT_CALLS = 4
"""Half a minute takes some 400 MB on top of the large model's weights."""


class OnnxEngine:
    """Runs one waveform at a time: on a CPU that is as fast as a batch, and needs no padding."""

    def __init__(self, path: Path, precision: str, side_by_side: bool = False) -> None:
        """`side_by_side`: run several clips at once, on one or few cores each.

        A single clip then takes longer and more memory is used, but many clips finish sooner.
        Raises ModelError if ONNX Runtime can't load the file, or if it does not take waveforms.
        """
        calls = min(cores(), MAX_CONCURRENT_CALLS) if side_by_side else 1
        _keep_heap_flat(_size(path) < SMALL_MODEL_BYTES)
        self._session = open_session(path, cores() // calls)
        inputs = set(names(self._session.get_inputs()))
        if "input_values" not in inputs or inputs - {"input_values", "attention_mask"}:
            raise ModelError(f"{path.name} does not take waveforms (its inputs: {sorted(inputs)}).")
        self._masked = "attention_mask" in inputs
        self.name = f"onnx-{precision}"
        self.batch = 1
        self.on_device = False
        self.calls = cores() if _size(path) < SMALL_MODEL_BYTES else calls

    @property
    def metadata(self) -> dict[str, str]:
        """The file's metadata; our exporter writes fingerprint.FINGERPRINT_KEY and NAME_KEY."""
        return recorded(self._session)

    def emissions(self, waveforms: Sequence[Waveform]) -> list[Emission]:
        """See Engine.emissions."""
        return [self._emission(waveform) for waveform in waveforms]

    def _emission(self, waveform: Waveform) -> Emission:
        feed = {"input_values": waveform[None]}
        if self._masked:
            feed["attention_mask"] = np.ones((1, len(waveform)), np.int64)
        logits = self._session.run(None, feed)[0]
        return log_softmax(logits[0])


def _keep_heap_flat(small: bool) -> None:
    """Keeps memory from growing with the length of a recording, where the C library is glibc.

    Windows of changing lengths fragment the heap, and glibc has a heap for each thread. One heap
    and separately mapped large buffers prevent that, for a tenth more time. A large model's
    weights dwarf the fragments, so it gets the single heap only. `python -m scripts bench speech`
    measures both.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(M_ARENA_MAX, 1)
        if small:
            mallopt(M_MMAP_THRESHOLD, MMAP_THRESHOLD_BYTES)


def _size(path: Path) -> int:
    """Bytes of the graph and of its external weights, if it has any."""
    parts = (path, path.with_name(path.name + WEIGHTS_SUFFIX))
    return sum(part.stat().st_size for part in parts if part.is_file())


def cores() -> int:
    """How many processors this process may use: OMP_NUM_THREADS if it is set.

    Processes that share a machine must set it. On 2 cores, two processes with 2 threads each do
    half the clips of two processes with 1 thread each, for twice the processor time.
    """
    if limit := os.environ.get("OMP_NUM_THREADS", ""):
        return max(int(limit), 1)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
