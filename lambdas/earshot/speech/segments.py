"""Words to segments: a new one begins where the speaker paused."""

from collections.abc import Iterable

from earshot.speech.transcript import Segment, Word

PAUSE = 0.8  # seconds; the gap between sentences in read speech, seldom within one
LONGEST = 30.0  # seconds; beyond it, half the pause will do


def split(words: Iterable[Word], channel: int | None = None) -> tuple[Segment, ...]:
    segments: list[Segment] = []
    current: list[Word] = []
    for word in words:
        if current:
            gap = word.start - current[-1].end
            long = word.end - current[0].start > LONGEST
            if gap >= (PAUSE / 2 if long else PAUSE):
                segments.append(Segment(tuple(current), channel))
                current = []
        current.append(word)
    if current:
        segments.append(Segment(tuple(current), channel))
    return tuple(segments)
