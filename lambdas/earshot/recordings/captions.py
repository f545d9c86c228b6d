"""Segments to subtitles: pieces of a sentence that fit on screen, cut where a reader pauses."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

from earshot.speech.segments import SEGMENT_PAUSE_S
from earshot.speech.sentences import ends_sentence
from earshot.speech.transcript import Segment, Word

# Captions by the usual rules of subtitling: two lines of 42 characters, at most 7 seconds.
LINE_CHARS = 42
MAX_CAPTION_S = 7.0
MIN_CAPTION_S = 0.3
"""Below it a player flashes, and rounding could end before the start."""

# What a cut costs where a caption or a line ends, beside 1 for each caption.
_AT_COMMA = 0.2
_AT_PAUSE = 0.3
_ELSEWHERE = 0.7
_UNEVEN = 0.5  # and where one line is empty and the other full

_COMMA = re.compile(r"[,;:—–][\"'”’)\]»]*$")


@dataclass(frozen=True, slots=True)
class Caption:
    """Text on screen between two times in whole milliseconds; `start` < `end`.

    `speaker` counts from 1, and is set where the channels were kept apart.
    """

    start: int
    end: int
    lines: tuple[str, ...]
    speaker: int | None = None


def captions(segments: Iterable[Segment]) -> list[Caption]:
    """Captions in order of time; those of one channel never overlap. Each ends with a sentence or
    within one."""
    found: list[Caption] = []
    ends: dict[int | None, int] = {}
    for segment in sorted(segments, key=lambda segment: segment.start):
        speaker = None if segment.channel is None else segment.channel + 1
        for run in _pieces(segment.words, len(label(speaker))):
            words = run.words
            start = max(_milliseconds(words[0].start), ends.get(segment.channel, 0))
            shortest = start + _milliseconds(MIN_CAPTION_S)
            end = max(_milliseconds(words[-1].end), shortest)
            ends[segment.channel] = end
            found.append(Caption(start, end, run.lines(), speaker))
    return sorted(found, key=lambda caption: caption.start)


def name(speaker: int) -> str:
    return f"Speaker {speaker}"


def label(speaker: int | None) -> str:
    """What stands before a speaker's words; nothing where channels were not kept apart."""
    return "" if speaker is None else f"{name(speaker)}: "


def _pieces(words: Sequence[Word], lead: int) -> Iterator["_Run"]:
    """Runs of words that fit on screen, each of one sentence; `lead` characters stand before."""
    first = 0
    for at, word in enumerate(words, 1):
        if at == len(words) or ends_sentence(word.text):
            yield from _cut(_Run(words[first:at], lead))
            first = at


def _cut(sentence: "_Run") -> Iterator["_Run"]:
    """The cheapest pieces that fit, by dynamic programming, as Knuth and Plass break lines
    ("Breaking paragraphs into lines", 1981): the best ones up to a word follow from those before.
    """
    count = len(sentence.words)
    cheapest, begins = [0.0], [0]
    for end in range(1, count + 1):
        costs = {
            begin: cheapest[begin] + 1 + sentence.emptiness(begin, end)
            for begin in sentence.beginnings(end)
        }
        begin = min(costs, key=lambda place: costs[place])
        begins.append(begin)
        cheapest.append(costs[begin] + (sentence.cost(end) if end < count else 0))
    cuts = [count]
    while cuts[-1]:
        cuts.append(begins[cuts[-1]])
    for begin, end in pairwise(reversed(cuts)):
        yield _Run(sentence.words[begin:end], sentence.lead)


class _Run:
    """Words in a row, with the places where they may be cut and what that costs."""

    def __init__(self, words: Sequence[Word], lead: int) -> None:
        self.words, self.lead = words, lead
        self._offsets = [0, *accumulate(len(word.text) + 1 for word in words)]

    def lines(self) -> tuple[str, ...]:
        """One line, or two that are broken where it costs least."""
        count = len(self.words)
        if count == 1 or self._length(0, count) + self.lead <= LINE_CHARS:
            return (self._text(0, count),)
        breaks = [
            at
            for at in range(1, count)
            if self._length(0, at) + self.lead <= LINE_CHARS
            and self._length(at, count) <= LINE_CHARS
        ]
        at = min(breaks, key=self._line_cost)
        return self._text(0, at), self._text(at, count)

    def beginnings(self, end: int) -> Iterator[int]:
        """From where on the words up to `end` fit on screen; a word alone always does."""
        yield end - 1
        for begin in range(end - 2, -1, -1):
            if self.words[end - 1].end - self.words[begin].start > MAX_CAPTION_S:
                return
            # The words from `second` on don't fit in the first line.
            room = self._offsets[begin] + LINE_CHARS + 1 - self.lead
            second = bisect_right(self._offsets, room, lo=begin) - 1
            if self._length(min(second, end), end) > LINE_CHARS or second == begin:
                return
            yield begin

    def cost(self, at: int) -> float:
        """Of a cut before word `at`."""
        before = self.words[at - 1]
        if _COMMA.search(before.text):
            return _AT_COMMA
        pause = self.words[at].start - before.end
        return _AT_PAUSE if pause >= SEGMENT_PAUSE_S / 2 else _ELSEWHERE

    def emptiness(self, begin: int, end: int) -> float:
        """Of a caption that leaves much of the screen empty."""
        return _UNEVEN * max(0.0, 1 - self._length(begin, end) / (2 * LINE_CHARS)) ** 2

    def _line_cost(self, at: int) -> float:
        uneven = abs(self._length(0, at) - self._length(at, len(self.words)))
        return self.cost(at) + _UNEVEN * uneven / LINE_CHARS

    def _length(self, begin: int, end: int) -> int:
        return max(0, self._offsets[end] - self._offsets[begin] - 1)

    def _text(self, begin: int, end: int) -> str:
        return " ".join(word.text for word in self.words[begin:end])


def _milliseconds(seconds: float) -> int:
    return max(0, round(seconds * 1000))
