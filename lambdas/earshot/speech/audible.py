"""Which samples of a window a model is given: pauses at the edges are left out."""

import numpy as np

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.engine import Waveform
from earshot.speech.loudness import FRAME_SAMPLES, is_steady, levels, quiet_runs
from earshot.speech.windows import Window

SILENCE_AMPLITUDE = 4 / 32768
"""Below four steps of 16-bit audio (-78 dBFS) a sample counts as silence."""

SILENT_MARGIN_SAMPLES = SAMPLE_RATE // 10
"""Silence that is kept before and after sound: 0.1 s."""

QUIET_MARGIN_FRAMES = 15
"""What is kept of a pause with noise, before and after sound: 0.3 s, for faint ends of words."""

SPOKEN = 0.06
"""A word of a second may be all that a window of 20 s has."""


def audible(window: Window, hop: int) -> slice:
    """The samples of the window to give to the model, from a multiple of `hop`; none if silent.

    In a recording of several windows, the quiet at the edges is left out: it costs as much as
    speech, and small models find words in it. Windows are cut in pauses, so that is where most
    pauses are. The only window of a short recording is given whole, as in transformers.
    """
    loud = np.flatnonzero(np.abs(window.waveform) > SILENCE_AMPLITUDE)
    if not len(loud):
        return slice(0, 0)
    if window.alone:
        return slice(0, len(window.waveform))
    first = max(0, int(loud[0]) - SILENT_MARGIN_SAMPLES)
    end = min(len(window.waveform), int(loud[-1]) + SILENT_MARGIN_SAMPLES)
    if is_steady(levels(window.waveform)):
        return slice(0, 0)
    louder = _without_quiet_edges(window.waveform[first:end])
    return slice((first + louder.start) // hop * hop, first + louder.stop)


def _without_quiet_edges(waveform: Waveform) -> slice:
    """The samples of `waveform`, shape (n,), from the first to the last that is not a pause."""
    loudness = levels(waveform)
    if not len(loudness):
        return slice(0, len(waveform))
    sound = np.ones(len(loudness), bool)
    for first, end in quiet_runs(loudness, SPOKEN):
        sound[first:end] = False
    frames = np.flatnonzero(sound)
    start = max(0, int(frames[0]) - QUIET_MARGIN_FRAMES) * FRAME_SAMPLES
    end = (int(frames[-1]) + 1 + QUIET_MARGIN_FRAMES) * FRAME_SAMPLES
    return slice(start, min(len(waveform), end))
