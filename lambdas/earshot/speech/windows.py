"""Cuts a long recording into windows, as a stream: at pauses, else at the quietest point.

Each window is normalised and transcribed on its own. Between two pauses there is mostly one
utterance of one speaker, which is what wav2vec2 was trained on. With several speakers in a window,
the loudest would decide how all are normalised.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.engine import Waveform
from earshot.speech.loudness import FRAME_SAMPLES, levels, quiet_runs

MAX_SINGLE_WINDOW_SAMPLES = 30 * SAMPLE_RATE
"""A recording up to this length is one window, so its text equals transformers' own."""
MIN_WINDOW_SAMPLES, MAX_WINDOW_SAMPLES = 2 * SAMPLE_RATE, 20 * SAMPLE_RATE  # between cuts
CONTEXT_SAMPLES = SAMPLE_RATE  # on both sides of a cut inside speech, so that no word is cut

CLEAR_PAUSE_FRAMES = 15  # cut at the first pause of this length, in frames of loudness
PAUSE_FRAMES = 12  # else cut at the longest pause, if it is at least this long


@dataclass(frozen=True, slots=True)
class Window:
    """Samples `start` to `start + len(waveform)` of the recording.

    Only words in samples `keep_from` to `keep_to` of the recording are used; the rest is context.
    All these numbers are multiples of the hop, except at the recording's end. `after_pause`: the
    window follows a pause, so no word goes on from the window before. `alone`: the window is the
    whole recording.
    """

    waveform: Waveform
    start: int
    keep_from: int
    keep_to: int
    after_pause: bool
    alone: bool = False


def windows(blocks: Iterable[Waveform], hop: int) -> Iterator[Window]:
    """Windows over a recording that comes in `blocks` of shape (n,), 16 kHz; holds about 30 s.

    `hop` is the model's, in samples. The size of the blocks does not change the windows.
    """
    held = np.zeros(0, np.float32)  # the recording from sample `start` on
    start = cut = 0
    after_pause = True
    for block in chain(blocks, [None]):
        if block is not None:
            held = np.concatenate([held, block])
        at_end = block is None and start > 0
        while (left := start + len(held) - cut) > (
            MIN_WINDOW_SAMPLES if at_end else MAX_SINGLE_WINDOW_SAMPLES
        ):
            length, at_pause = _cut(held[cut - start :], hop)
            if length >= left:
                break
            following = cut + length
            context = 0 if at_pause else CONTEXT_SAMPLES
            yield Window(held[: following + context - start], start, cut, following, after_pause)
            cut, after_pause = following, at_pause
            beginning = max(0, cut - context) // hop * hop
            held = held[beginning - start :]
            start = beginning
    if start + len(held) > cut:
        yield Window(held, start, cut, start + len(held), after_pause, alone=start == 0)


def _cut(waveform: Waveform, hop: int) -> tuple[int, bool]:
    """The length of the next window, a multiple of `hop`, and whether a pause ends it.

    Looks no further than the longest window, so the size of the blocks does not matter.
    """
    loudness = levels(waveform[: MAX_WINDOW_SAMPLES + SAMPLE_RATE])
    pauses = [
        (first, last)
        for first, last in quiet_runs(loudness)
        if last - first >= PAUSE_FRAMES
        and MIN_WINDOW_SAMPLES <= (first + last) * FRAME_SAMPLES // 2 <= MAX_WINDOW_SAMPLES
    ]
    clear = [pause for pause in pauses if pause[1] - pause[0] >= CLEAR_PAUSE_FRAMES]
    if pauses:
        first, last = clear[0] if clear else max(pauses, key=lambda pause: pause[1] - pause[0])
        return (first + last) * FRAME_SAMPLES // 2 // hop * hop, True
    if len(waveform) <= MAX_WINDOW_SAMPLES:
        return len(waveform), True
    # No pause: cut at the quietest tenth of a second in the second half.
    second_half = loudness[
        MAX_WINDOW_SAMPLES // 2 // FRAME_SAMPLES : MAX_WINDOW_SAMPLES // FRAME_SAMPLES
    ]
    smooth = np.convolve(second_half, np.ones(5) / 5, "valid")
    frame = MAX_WINDOW_SAMPLES // 2 // FRAME_SAMPLES + int(smooth.argmin()) + 2
    return (frame * FRAME_SAMPLES + FRAME_SAMPLES // 2) // hop * hop, False
