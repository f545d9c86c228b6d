"""Captions of people who speak at once, put on screens that follow one another.

Players show captions that overlap over each other, or only one of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from earshot.recordings.captions import MIN_CAPTION_S, Caption

READING_CHARS_PER_S = 20  # the usual limit of subtitling for adults
MIN_SCREEN_S = 1.0
MAX_LINES = 4  # two people's captions


@dataclass(frozen=True, slots=True)
class Screen:
    """What is shown between two times in whole milliseconds, `start` < `end`: one caption, or
    those of people who speak at once."""

    start: int
    end: int
    captions: tuple[Caption, ...]

    @property
    def lines(self) -> int:
        return sum(len(caption.lines) for caption in self.captions)

    @property
    def reading(self) -> int:
        """Milliseconds that it takes to read it."""
        chars = sum(len(line) for caption in self.captions for line in caption.lines)
        return max(round(MIN_SCREEN_S * 1000), chars * 1000 // READING_CHARS_PER_S)


def screens(captions: Sequence[Caption]) -> list[Screen]:
    """Every caption on one screen; screens in order of time, that never overlap.

    A caption ends where another person's begins, if there was time to read it. Else both are on
    one screen.
    """
    shown: list[Screen] = []
    for caption in captions:
        start, end = caption.start, caption.end
        if shown and start < shown[-1].end:
            last = shown.pop()
            enough = start - last.start >= last.reading
            if not enough and last.lines + len(caption.lines) <= MAX_LINES:
                both = (*last.captions, caption)
                shown.append(Screen(last.start, max(last.end, end), both))
                continue
            shortest = round(MIN_CAPTION_S * 1000)
            start = max(start, last.start + shortest)
            end = max(end, start + shortest)
            shown.append(Screen(last.start, start, last.captions))
        shown.append(Screen(start, end, (caption,)))
    return shown
