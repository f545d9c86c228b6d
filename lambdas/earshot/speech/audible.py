"""Which samples of a window a model is given: silence at the edges is left out."""

import numpy as np

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.windows import Window

SILENCE_AMPLITUDE = 4 / 32768
"""Below four steps of 16-bit audio (-78 dBFS) a sample counts as silence."""

MARGIN_SAMPLES = SAMPLE_RATE // 10
"""Silence that is kept before and after sound: 0.1 s."""


def audible(window: Window, hop: int) -> slice:
    """The samples of the window to give to the model, from a multiple of `hop`; none if silent.

    In a recording of several windows, silence at the edges is left out, because small models find
    words in it.
    """
    loud = np.flatnonzero(np.abs(window.waveform) > SILENCE_AMPLITUDE)
    if not len(loud):
        return slice(0, 0)
    if window.alone:
        return slice(0, len(window.waveform))
    first = max(0, int(loud[0]) - MARGIN_SAMPLES) // hop * hop
    return slice(first, min(len(window.waveform), int(loud[-1]) + MARGIN_SAMPLES))
