"""Cut a transcript into passages: the pieces of 30 to 60 seconds that are searched one by one.

A whole lecture as one document would match every query of common words; a passage matches when the
words are said close together. Neighbours overlap by about 15 seconds, so that any phrase shorter
than that lies whole in one of them.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from earshot.recordings.record import Recording
from earshot.recordings.shown import shown
from earshot.speech.transcript import Transcript, Word

PASSAGE_S = 45.0
STEP_S = 30.0  # from one passage's start to the next one's
MAX_PASSAGE_S = 60.0  # so that no short rest becomes a passage of its own
NEAR_STEP_S = 5.0  # how far from STEP_S a pause is still the better place to begin


@dataclass(frozen=True, slots=True)
class Passage:
    """The `n`-th passage of a recording; `start` and `end` in seconds of the recording.

    `words` are shown. `heard` are the listener's own in the same time, where a writer took part.
    """

    n: int
    words: tuple[Word, ...]
    heard: tuple[Word, ...] = ()

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def start(self) -> float:
        return self.words[0].start if self.words else 0.0

    @property
    def end(self) -> float:
        return self.words[-1].end if self.words else 0.0


def passages(recording: Recording) -> list[Passage]:
    """The passages of a done recording; of any other, none.

    A recording without speech has one empty passage: it is found by its facets, and what is in the
    index can be counted against what is in the table.
    """
    return passages_of(recording.transcript) if recording.transcript else []


def count_passages(transcript: Transcript) -> int:
    return len(passages_of(transcript))


def passages_of(transcript: Transcript) -> list[Passage]:
    # Channels kept apart, and windows stitched, may interleave: only the times tell the order.
    said = (word for segment in shown(transcript) for word in segment.words)
    words = sorted(said, key=lambda word: (word.start, word.end))
    if not words:
        return [Passage(0, ())]
    pauses = sorted(segment.start for segment in transcript.segments if segment.words)
    heard = sorted(
        (word for segment in transcript.heard or () for word in segment.words), key=_middle
    )
    return [
        Passage(n, tuple(words[first:last]), _within(heard, words, first, last))
        for n, (first, last) in enumerate(cuts(words, pauses))
    ]


def _within(heard: list[Word], words: list[Word], first: int, last: int) -> tuple[Word, ...]:
    """The words that were heard while `words` from first to last were said; those before all of
    them, and behind, belong to the first and the last passage."""
    begin = bisect_left(heard, words[first].start, key=_middle) if first else 0
    end = bisect_right(heard, words[last - 1].end, key=_middle) if last < len(words) else None
    return tuple(heard[begin:end])


def _middle(word: Word) -> float:
    return (word.start + word.end) / 2


def cuts(words: list[Word], pauses: list[float]) -> Iterator[tuple[int, int]]:
    """The first and the last-but-one word of every passage."""
    starts = [word.start for word in words]
    first = last = 0
    while starts[-1] - starts[first] > MAX_PASSAGE_S:
        begin = starts[first]
        last = bisect_right(starts, begin + PASSAGE_S)
        yield first, last
        # Begin the next one after a pause when there is one about there.
        wanted = begin + STEP_S
        near = slice(
            bisect_left(pauses, wanted - NEAR_STEP_S), bisect_right(pauses, wanted + NEAR_STEP_S)
        )
        after = min(pauses[near], key=lambda pause: abs(pause - wanted), default=wanted)
        first = bisect_left(starts, after)
        if starts[last] > starts[first] + PASSAGE_S:
            first = last  # a long silence follows: nothing new would be in it
    yield first, len(words)
