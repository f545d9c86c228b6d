"""What an engine is: it turns waveforms into emissions, each as if it were alone."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

Waveform = npt.NDArray[np.float32]
Emission = npt.NDArray[np.float32]


class Engine(Protocol):
    """Runs one acoustic model.

    `name` says what computed, e.g. "onnx-int8" or "torch-bf16"; it goes into the provenance.
    `batch` is how many waveforms a call takes best, `calls` how many calls may run at once.
    """

    name: str
    batch: int
    calls: int

    def emissions(self, waveforms: Sequence[Waveform]) -> list[Emission]:
        """CTC log-probabilities (frames, vocabulary) of each waveform (n,), normalised as the
        model wants it. A waveform's emission must not depend on the others in the call."""
        ...


def log_softmax(logits: npt.NDArray[np.float32]) -> Emission:
    """Log-probabilities over the last axis."""
    shifted: Emission = logits - logits.max(axis=-1, keepdims=True)
    shifted -= np.log(np.exp(shifted).sum(axis=-1, keepdims=True))
    return shifted
