"""Cuts a long recording into windows, as a stream: at pauses, else at the quietest place there is.

Each window is normalised and heard by itself. Cut at pauses, it holds one utterance of one voice
mostly, which is what wav2vec2 was trained on; a window of several voices takes its loudness from
the loudest of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.engine import Waveform

WHOLE = 30 * SAMPLE_RATE
"""Up to this many samples, a recording is one window and its text the reference's."""
SHORTEST, LONGEST = 2 * SAMPLE_RATE, 20 * SAMPLE_RATE  # between cuts
CONTEXT = SAMPLE_RATE  # heard beyond a cut that is no pause, so that no word is heard in part

FRAME = SAMPLE_RATE // 50  # whose loudness is measured
CLEAR_PAUSE = 15  # frames: a cut as soon as there is one
PAUSE = 12  # frames: the longest of these will do, before LONGEST
CONTRAST = 15.0  # dB that a pause must lie below speech
DEPTH = 0.3  # of the way from the background's level to speech's, below which it is quiet
SILENT = -90.0  # dB; digital silence counts as this


@dataclass(frozen=True, slots=True)
class Window:
    """Samples `start` to `start + len(waveform)` of the recording.

    What it says about samples `keep_from` to `keep_to` (of the recording) counts; the rest is
    context. All but the recording's end are whole multiples of the hop. `after_pause`: no word
    goes on from the window before. `alone`: it is the whole recording.
    """

    waveform: Waveform
    start: int
    keep_from: int
    keep_to: int
    after_pause: bool
    alone: bool = False


def windows(blocks: Iterable[Waveform], hop: int) -> Iterator[Window]:
    """Windows over the recording that `blocks` make together; holds about 30 s at a time."""
    held = np.zeros(0, np.float32)  # the recording from sample `start` on
    start = cut = 0
    after_pause = True
    for block in chain(blocks, [None]):
        if block is not None:
            held = np.concatenate([held, block])
        at_end = block is None and start > 0
        while (left := start + len(held) - cut) > (SHORTEST if at_end else WHOLE):
            length, at_pause = _cut(held[cut - start :], hop)
            if length >= left:
                break
            following = cut + length
            context = 0 if at_pause else CONTEXT
            yield Window(held[: following + context - start], start, cut, following, after_pause)
            cut, after_pause = following, at_pause
            beginning = max(0, cut - context) // hop * hop
            held = held[beginning - start :]
            start = beginning
    if start + len(held) > cut:
        yield Window(held, start, cut, start + len(held), after_pause, alone=start == 0)


def _cut(waveform: Waveform, hop: int) -> tuple[int, bool]:
    """How many samples, on the frame grid, belong to the next window, and whether a pause ends it.

    Looks only as far as a window may reach, so the blocks that sound comes in don't matter.
    """
    loudness = _loudness(waveform[: LONGEST + SAMPLE_RATE])
    pauses = [
        (first, last)
        for first, last in _quiet(loudness)
        if last - first >= PAUSE and SHORTEST <= (first + last) * FRAME // 2 <= LONGEST
    ]
    clear = [pause for pause in pauses if pause[1] - pause[0] >= CLEAR_PAUSE]
    if pauses:
        first, last = clear[0] if clear else max(pauses, key=lambda pause: pause[1] - pause[0])
        return (first + last) * FRAME // 2 // hop * hop, True
    if len(waveform) <= LONGEST:
        return len(waveform), True
    # Nobody pauses: the quietest tenth of a second in the later half, where there is choice.
    reach = loudness[LONGEST // 2 // FRAME : LONGEST // FRAME]
    smooth = np.convolve(reach, np.ones(5) / 5, "valid")
    place = LONGEST // 2 // FRAME + int(smooth.argmin()) + 2
    return (place * FRAME + FRAME // 2) // hop * hop, False


def _loudness(waveform: Waveform) -> npt.NDArray[np.float64]:
    """dB of each FRAME."""
    frames = waveform[: len(waveform) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.square(frames, dtype=np.float64).mean(axis=1)
    loudness: npt.NDArray[np.float64] = np.maximum(10 * np.log10(power + 1e-12), SILENT)
    return loudness


def _quiet(loudness: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    """Runs of frames (first, last + 1) that are quiet beside the speech around them."""
    background, speech = np.percentile(loudness, [10, 90])
    level = min(background + DEPTH * (speech - background), speech - CONTRAST)
    edges = np.diff(np.concatenate([[0], loudness < level, [0]]).astype(np.int8))
    firsts, lasts = np.flatnonzero(edges == 1), np.flatnonzero(edges == -1)
    return list(zip(firsts.tolist(), lasts.tolist(), strict=True))
