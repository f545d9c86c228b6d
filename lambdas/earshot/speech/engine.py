"""The interface of a speech engine, which turns waveforms into emissions."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Waveform = npt.NDArray[np.float32]
Emission = npt.NDArray[np.float32]


class Engine(Protocol):
    """Runs one acoustic model.

    `name`: runtime and precision, e.g. "onnx-int8" or "torch-bf16", as the provenance has it.
    `batch`: the best number of waveforms for one call.
    `calls`: how many calls may run at once.
    `on_device`: whether it runs on a GPU, where a writer can run beside it.
    """

    name: str
    batch: int
    calls: int
    on_device: bool

    def emissions(self, waveforms: Sequence[Waveform]) -> list[Emission]:
        """CTC log-probabilities of shape (frames, vocabulary) for each waveform of shape (n,).

        Waveforms come prepared by Acoustics.prepare. An emission must not depend on the other
        waveforms in the call.
        """
        ...


def log_softmax(logits: npt.NDArray[np.float32]) -> Emission:
    """Log-probabilities over the last axis."""
    shifted: Emission = logits - logits.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted
