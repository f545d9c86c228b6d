"""Word spotting: where in a passage's sound do these words fit best, whatever was written?

CTC keyword spotting by Viterbi: the letters of the words, blanks between them as CTC has it, free
to begin and end anywhere. A letter costs what it is less likely than certain, averaged with what it
is less likely than the best letter of its frame: the one alone favours clear recordings, the other
unclear ones, where any letter is near the best. Whether a word begins and ends there, too, counts
up to BOUNDARY: "art" is in "party", but nobody said it.

The recurrence of each state over time, D[t] = c[t] + min(D[t-1], enter[t]), is a running minimum of
enter - C, where C sums the costs c. So the loop is over the letters and numpy runs over the frames
of all passages, laid end to end. Costs are whole halves of a level: the sums are exact.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from earshot.speech import frame_letters
from earshot.speech.frame_letters import (
    BEST,
    BLANK,
    LEVEL_NATS,
    LEVELS,
    NO_LETTER,
    SPACE,
    FrameLetters,
)

LOST_NATS = 4.0  # a letter's share of the cost at which words are nothing like the sound
BOUNDARY = 12  # half levels, at each side
HALF_LEVEL_NATS = LEVEL_NATS / 2

# A path's key is its cost, and below it the frame that it began at: the first of equally good ones.
_COST = np.int64(1 << 32)
_NEVER = np.int64(1 << 61)

Keys = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Spotted:
    """The best place of some words in a passage, in seconds of the recording.

    `score` in 0..1 compares across words and passages: 1 is what the recogniser is certain of.
    """

    score: float
    start: float
    end: float


def spot(words: Sequence[str], passages: Sequence[FrameLetters]) -> list[Spotted | None]:
    """The best place in each passage of these words said in a row, as one phrase.

    The words are tokens of earshot.search.analysis, numbers spoken out. None where a passage has
    fewer frames than letters, or the words have no letter.
    """
    return Scan(passages).spot(words)


class Scan:
    """Passages whose frames are laid end to end, to be searched for one word after the other."""

    def __init__(self, passages: Sequence[FrameLetters]) -> None:
        kept = [_telling_frames(passage) for passage in passages]
        lengths = np.array([len(frames) + 1 for frames in kept], np.int64)  # and a frame between
        self._passages = passages
        self._edges = np.cumsum([0, *lengths])  # the frames before, between and after passages
        count = int(lengths.sum()) + 1
        inside = np.ones(count, np.bool_)
        inside[self._edges] = False
        self._letters = np.full((BEST, count), NO_LETTER, np.uint8)
        self._levels = np.zeros((BEST, count), np.uint8)
        self._frames = np.zeros(count, np.int64)  # its number within the passage
        if passages:
            pairs = list(zip(passages, kept, strict=True))
            self._letters[:, inside] = np.concatenate([one.letters[at] for one, at in pairs]).T
            self._levels[:, inside] = np.concatenate([one.levels[at] for one, at in pairs]).T
            self._frames[inside] = np.concatenate(kept)
        self._costs: dict[int, npt.NDArray[np.uint8]] = {}
        self._before = self._boundary(slice(None))
        self._after = self._boundary(slice(None, None, -1))

    def spot(self, words: Sequence[str]) -> list[Spotted | None]:
        """As the function of that name, for all of the passages."""
        codes = [frame_letters.codes_of(word) for word in words]
        letters = [code for word in codes for code in word]
        if not letters or not self._passages:
            return [None] * len(self._passages)
        beginnings = set(np.cumsum([len(word) for word in codes]).tolist())
        never = 4 * LEVELS * (len(letters) + 1)  # dearer than any path within a passage
        gap = self._keys(never, self._cost(BLANK))
        wide = self._keys(never, np.minimum(self._cost(BLANK), self._cost(SPACE)))
        starts = self._before * _COST + np.arange(len(self._before))
        keys = _lasting(starts, self._keys(never, self._cost(letters[0])))
        for at, (last, code) in enumerate(pairwise(letters), start=1):
            enter = _next(_lasting(_next(keys), wide if at in beginnings else gap))
            if code != last:  # a repeated letter needs a blank between
                enter = np.minimum(enter, _next(keys))
            keys = _lasting(enter, self._keys(never, self._cost(code)))
        keys += self._after * _COST
        return self._best(keys, never, len(letters))

    def _best(self, keys: Keys, never: int, letters: int) -> list[Spotted | None]:
        found: list[Spotted | None] = []
        for passage, (before, after) in zip(self._passages, pairwise(self._edges), strict=True):
            within = keys[before + 1 : after][::-1]
            place = int(within.argmin()) if len(within) else 0
            cost, start = divmod(int(within[place]), int(_COST)) if len(within) else (never, 0)
            if cost >= never:
                found.append(None)
                continue
            first, last = self._frames[start], self._frames[after - 1 - place]
            lost = cost * HALF_LEVEL_NATS / letters
            found.append(
                Spotted(
                    score=max(0.0, 1 - lost / LOST_NATS),
                    start=round(float(passage.start + first * passage.frame_s), 3),
                    end=round(float(passage.start + (last + 1) * passage.frame_s), 3),
                )
            )
        return found

    def _cost(self, code: int) -> npt.NDArray[np.uint8]:
        """Half levels of each frame's letter `code`: twice its own, less the frame's best."""
        if code not in self._costs:
            cost = np.full(len(self._frames), LEVELS - 1, np.uint8)
            for letters, levels in zip(self._letters, self._levels, strict=True):
                np.copyto(cost, levels, where=letters == code)
            self._costs[code] = 2 * cost - self._levels[0]
        return self._costs[code]

    def _keys(self, never: int, cost: npt.NDArray[np.uint8]) -> Keys:
        """The cost as keys, which no path between two passages can pay."""
        keys = cost * _COST
        keys[self._edges] = never * _COST
        return keys

    def _boundary(self, order: slice) -> npt.NDArray[np.int64]:
        """What it costs that a word begins at a frame (backwards: ends at it): the cheapest space
        before it with nothing but blanks since, at most BOUNDARY. A passage's edge is free.
        """
        space, blank = self._cost(SPACE).astype(np.int64), self._cost(BLANK).astype(np.int64)
        space[self._edges], blank[self._edges] = 0, BOUNDARY
        space, blank = space[order], blank[order]
        reached = np.minimum(space, _lasting(_next(space), blank))
        return np.minimum(_next(reached), BOUNDARY)[order]


def _telling_frames(passage: FrameLetters) -> npt.NDArray[np.int64]:
    """The frames but those that go on being blank for sure: of such a run the first is enough."""
    sure = (passage.letters[:, 0] == BLANK) & (passage.levels[:, 0] == 0)
    sure &= passage.levels[:, 1] == LEVELS - 1
    sure[1:] &= sure[:-1].copy()
    sure[:1] = False
    return np.flatnonzero(~sure)


def _next(keys: Keys) -> Keys:
    """Each frame's key at the frame after it."""
    moved = np.empty_like(keys)
    moved[:1] = _NEVER
    moved[1:] = keys[:-1]
    return moved


def _lasting(enter: Keys, cost: Keys) -> Keys:
    """The best key of being in a state at each frame, entered then or earlier."""
    summed = np.cumsum(cost)
    best = enter - summed
    best += cost
    np.minimum.accumulate(best, out=best)
    best += summed
    return best
