"""The CPU engine: ONNX Runtime."""

import ctypes
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnxruntime

from earshot.errors import ModelError
from earshot.speech.engine import Emission, Waveform, log_softmax
from earshot.speech.files import BESIDE

# It has a single-threaded kernel, seven times slower than the add and the norm that it fuses.
UNWANTED = ["SkipLayerNormFusion"]

M_MMAP_THRESHOLD, M_ARENA_MAX = -3, -8  # of malloc.h
LARGE_BUFFER = 4 << 20  # bytes

SMALL = 64_000_000
"""Bytes of weights: below it layers are too small to fill several cores, and a call's memory is
small enough to have several calls at once."""

SIDE_BY_SIDE = 4
"""Clips at most: half a minute takes some 400 MB beside the large model's weights."""


class OnnxEngine:
    """One waveform at a time: on a CPU that is as fast as a batch, and no clip has neighbours."""

    def __init__(self, path: Path, precision: str, side_by_side: bool = False) -> None:
        """`side_by_side`: clips share the processors rather than a clip having all of them. Each
        then waits longer for its own text, and more memory is taken, but all are done sooner.
        """
        calls = min(cores(), SIDE_BY_SIDE) if side_by_side else 1
        _keep_heap_flat(_size(path) < SMALL)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = cores() // calls
        # Threads that spin while they wait are a little quicker on an idle machine, and several
        # times slower on one that does anything else.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        # Clips differ in length: an arena would keep the worst mix of sizes ever seen, a third
        # more at 30 s of the large model than the tenth of the time that it saves is worth.
        options.enable_cpu_mem_arena = False
        options.log_severity_level = 3
        try:
            self._session = onnxruntime.InferenceSession(
                path,
                options,
                providers=["CPUExecutionProvider"],
                disabled_optimizers=UNWANTED,
            )
        except Exception as error:  # onnxruntime raises its own kinds, all below Exception
            raise ModelError(f"{path.name} is not a model that ONNX Runtime can load.") from error
        inputs = {value.name for value in self._session.get_inputs()}
        if "input_values" not in inputs or inputs - {"input_values", "attention_mask"}:
            raise ModelError(f"{path.name} does not take waveforms (its inputs: {sorted(inputs)}).")
        self._masked = "attention_mask" in inputs
        self.name = f"onnx-{precision}"
        self.batch = 1
        self.calls = cores() if _size(path) < SMALL else calls

    @property
    def metadata(self) -> dict[str, str]:
        """What the exporter recorded, if it was ours: see RECORDED_AS and NAMED_AS."""
        recorded: dict[str, str] = self._session.get_modelmeta().custom_metadata_map
        return recorded

    def emissions(self, waveforms: Sequence[Waveform]) -> list[Emission]:
        return [self._emission(waveform) for waveform in waveforms]

    def _emission(self, waveform: Waveform) -> Emission:
        feed = {"input_values": waveform[None]}
        if self._masked:
            feed["attention_mask"] = np.ones((1, len(waveform)), np.int64)
        logits = self._session.run(None, feed)[0]
        return log_softmax(logits[0])


def _keep_heap_flat(small: bool) -> None:
    """Keep memory from growing with the length of a recording, where the C library is glibc.

    Windows of ever other lengths leave holes in the heap, and more so in a heap for each thread.
    Large buffers of their own go back whole, which costs a tenth of the time; beside a large
    model's weights the holes are nothing. `python -m scripts bench speech` shows both.
    """
    if mallopt := getattr(ctypes.CDLL(None), "mallopt", None):
        mallopt(M_ARENA_MAX, 1)
        if small:
            mallopt(M_MMAP_THRESHOLD, LARGE_BUFFER)


def _size(path: Path) -> int:
    """Bytes of a graph and of the weights that may lie beside it."""
    parts = (path, path.with_name(path.name + BESIDE))
    return sum(part.stat().st_size for part in parts if part.is_file())


def cores() -> int:
    """The processors this process may use; OMP_NUM_THREADS, where set, says how many.

    Two processes that each take both cores of a machine wait for each other: on 2 cores they get
    through half the clips of two processes with a thread each, at twice the processor time.
    """
    if told := os.environ.get("OMP_NUM_THREADS", ""):
        return max(int(told), 1)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
