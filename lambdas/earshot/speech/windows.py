"""Cuts a long recording into overlapping windows at quiet places, as a stream."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.engine import Waveform

WHOLE = 30 * SAMPLE_RATE
"""Up to this many samples, a recording is one window and its text the reference's."""
SHORTEST, LONGEST = 14 * SAMPLE_RATE, 24 * SAMPLE_RATE  # between cuts
CONTEXT = SAMPLE_RATE  # heard on each side of a cut, so that no word loses its beginning or end
QUIET = SAMPLE_RATE // 5  # the stretch that must be quiet around a cut


@dataclass(frozen=True, slots=True)
class Window:
    """Samples `start` to `start + len(waveform)` of the recording.

    What it says about samples `keep_from` to `keep_to` (of the recording) counts; the rest is
    context. All but the recording's end are whole multiples of the hop.
    """

    waveform: Waveform
    start: int
    keep_from: int
    keep_to: int


def windows(blocks: Iterable[Waveform], hop: int) -> Iterator[Window]:
    """Windows over the recording that `blocks` make together; holds about 30 s at a time."""
    held = np.zeros(0, np.float32)  # the recording from sample `start` on
    start = cut = 0
    for block in blocks:
        held = np.concatenate([held, block])
        while start + len(held) - cut > WHOLE:
            following = cut + _quietest(held[cut - start :], hop)
            stop = following + CONTEXT
            yield Window(held[: stop - start], start, cut, following)
            cut = following
            beginning = max(0, (cut - CONTEXT) // hop * hop)
            held = held[beginning - start :]
            start = beginning
    if start + len(held) > cut:
        yield Window(held, start, cut, start + len(held))


def _quietest(waveform: Waveform, hop: int) -> int:
    """Where between SHORTEST and LONGEST to cut: amid the quietest QUIET, on the frame grid."""
    reach = waveform[SHORTEST - QUIET // 2 : LONGEST + QUIET // 2]
    power = np.concatenate([[0.0], np.cumsum(np.square(reach, dtype=np.float64))])
    loudness = power[QUIET:] - power[:-QUIET]
    return (SHORTEST + int(loudness.argmin())) // hop * hop
