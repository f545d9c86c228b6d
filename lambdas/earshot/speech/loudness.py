"""How loud a recording is from moment to moment, and where it is quiet beside its speech."""

import numpy as np
import numpy.typing as npt

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.engine import Waveform

FRAME_SAMPLES = SAMPLE_RATE // 50
"""20 ms; levels and runs are counted in frames of this length."""

PAUSE_CONTRAST_DB = 15.0  # a pause is at least this far below speech
QUIET_FRACTION = 0.3  # a pause is below this part of the range from background to speech
SILENCE_DB = -90.0  # the level of digital silence
STEADY_DB = 3.0  # even noise in which no frame is so far above the median holds no sound

Levels = npt.NDArray[np.float64]
"""Decibels below full scale of each frame, shape (frames,)."""


def levels(waveform: Waveform) -> Levels:
    """The level of each whole frame of `waveform`, shape (n,)."""
    whole = len(waveform) // FRAME_SAMPLES * FRAME_SAMPLES
    power = np.square(waveform[:whole].reshape(-1, FRAME_SAMPLES), dtype=np.float64).mean(axis=1)
    found: Levels = np.maximum(10 * np.log10(power + 1e-12), SILENCE_DB)
    return found


def quiet_runs(loudness: Levels, spoken: float = 0.2) -> list[tuple[int, int]]:
    """Runs of frames (first, last + 1) that are quiet compared with the speech around them.

    `spoken`: the part of the time for which somebody speaks, at least.
    """
    background, speech = np.percentile(loudness, [10, 100 - 50 * spoken])
    level = min(background + QUIET_FRACTION * (speech - background), speech - PAUSE_CONTRAST_DB)
    edges = np.diff(np.concatenate([[0], loudness < level, [0]]).astype(np.int8))
    firsts, lasts = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))


def is_steady(loudness: Levels) -> bool:
    """Whether nothing stands out for a second or more: even noise without any sound in it."""
    long_enough = len(loudness) * FRAME_SAMPLES >= SAMPLE_RATE
    return long_enough and bool(loudness.max() - np.median(loudness) < STEADY_DB)
