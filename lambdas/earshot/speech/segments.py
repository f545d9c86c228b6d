"""Splits words into segments at pauses."""

from collections.abc import Iterable

from earshot.speech.transcript import Segment, Word

SEGMENT_PAUSE_S = 0.8  # in read speech, common between sentences and rare within one
LONG_SEGMENT_S = 30.0  # a longer segment already ends at half such a pause


def split(words: Iterable[Word], channel: int | None = None) -> tuple[Segment, ...]:
    """Segments of `words`, which are in order of time; `channel` is set on each segment."""
    segments: list[Segment] = []
    current: list[Word] = []
    for word in words:
        if current:
            gap = word.start - current[-1].end
            long = word.end - current[0].start > LONG_SEGMENT_S
            if gap >= (SEGMENT_PAUSE_S / 2 if long else SEGMENT_PAUSE_S):
                segments.append(Segment(tuple(current), channel))
                current = []
        current.append(word)
    if current:
        segments.append(Segment(tuple(current), channel))
    return tuple(segments)
