"""Forced alignment: the likeliest frames for letters that are known.

Viterbi's algorithm over CTC's states: each letter, and a gap before, between and after letters.
A letter may follow the one before at once, unless the two are the same: CTC needs a blank there.
Words may be left out at a price, so that one that nobody said takes no frames from its neighbours.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from earshot.speech.engine import Emission
from earshot.speech.vocabulary import Vocabulary

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MIN_LOG_PROBABILITY = -12.0
"""Nats. A letter that was never said costs no more a frame, so that it can't push others away."""

_LEFT_OUT = 3  # a move: the gap was reached by leaving out the word before it


@dataclass(frozen=True, slots=True)
class Path:
    """Letters on frames: letter i is heard from frame `first[i]` up to frame `last[i]`, and the two
    are the same where its word was left out.

    `states` (frames,) counts gaps and letters: 2 i is the gap before letter i, 2 i + 1 the letter.
    `score` is the path's log-probability.
    """

    first: Ints
    last: Ints
    states: Ints
    score: float


def viterbi(
    emission: Emission,
    letters: Ints,
    begins: Flags,
    vocabulary: Vocabulary,
    bounds: Sequence[int] = (),
    prices: Sequence[float] = (),
) -> Path | None:
    """The best path of `letters` (n,), indices of the vocabulary, through `emission`.

    `emission` has shape (frames, vocabulary). `begins` (n,) tells where a word begins: before it
    the delimiter may stand as well as the blank, or nothing. None if the frames are too few.

    `bounds` (0, ..., n) lie between words of letters; each may be left out as a whole for its one
    of `prices`, in nats. Without them no word may.
    """
    frames, count = len(emission), len(letters)
    if not count or not frames:
        return None
    heard = _heard(emission, letters, begins, vocabulary)
    skip = np.full(2 * count + 1, -np.inf, np.float32)  # straight from the letter before
    skip[3::2][letters[1:] != letters[:-1]] = 0.0
    leave_out = _LeaveOut.of(bounds, prices)

    states = 2 * count + 1
    score = np.full(states + 2, -np.inf, np.float32)  # two more in front: what comes from nowhere
    moves = np.zeros((frames, states), np.int8)
    stay, step, jump = score[2:], score[1:-1], score[:-2]
    stay[:2] = heard[0, :2]
    leave_out.take(stay, moves[0])
    for frame in range(1, frames):
        one = step > stay
        best = np.where(one, step, stay)
        skipped = jump + skip
        two = skipped > best
        np.add(one, two, out=moves[frame], casting="unsafe")
        moves[frame][two] = 2
        np.copyto(best, skipped, where=two)
        np.add(best, heard[frame], out=stay)
        leave_out.take(stay, moves[frame])

    end = states - 1 if stay[-1] >= stay[-2] else states - 2
    if not np.isfinite(stay[end]):
        return None
    return _trace(moves, end, float(stay[end]), leave_out.before)


@dataclass(frozen=True, slots=True)
class _LeaveOut:
    """From the gap before a word to the gap behind it, in no time.

    `gaps` (n,) are the states between words, `paid` (n,) what leaving out all words before costs;
    `before` maps a gap to the one before it.
    """

    gaps: Ints
    paid: npt.NDArray[np.float32]
    before: Mapping[int, int]

    @classmethod
    def of(cls, bounds: Sequence[int], prices: Sequence[float]) -> "_LeaveOut":
        gaps = [2 * bound for bound in bounds] if prices else []
        paid = np.cumsum([0.0, *prices])
        return cls(np.array(gaps, np.int64), paid.astype(np.float32), dict(pairwise(gaps[::-1])))

    def take(self, score: npt.NDArray[np.float32], moves: npt.NDArray[np.int8]) -> None:
        """Raises scores of gaps that are reached better so, and marks them in `moves`."""
        if not len(self.gaps):
            return
        alone = score[self.gaps] + self.paid
        best = np.maximum.accumulate(alone)
        better = best > alone
        if better.any():
            raised = self.gaps[better]
            score[raised] = (best - self.paid)[better]
            moves[raised] = _LEFT_OUT


def _heard(
    emission: Emission, letters: Ints, begins: Flags, vocabulary: Vocabulary
) -> npt.NDArray[np.float32]:
    """(frames, states): what each frame gives each state."""
    blank = emission[:, vocabulary.blank]
    between = np.maximum(blank, emission[:, vocabulary.delimiter])
    heard = np.empty((len(emission), 2 * len(letters) + 1), np.float32)
    heard[:, 1::2] = emission[:, letters]
    heard[:, 0::2] = blank[:, None]
    outer = np.append(begins, True)
    heard[:, 0::2][:, outer] = between[:, None]
    return np.maximum(heard, MIN_LOG_PROBABILITY, out=heard)


def _trace(moves: npt.NDArray[np.int8], end: int, score: float, before: Mapping[int, int]) -> Path:
    frames = len(moves)
    states = np.empty(frames, np.int64)
    state = end
    for frame in range(frames - 1, -1, -1):
        # The state that a frame counts for is the one that was there before words were left out.
        while moves[frame, state] == _LEFT_OUT:
            state = before[state]
        states[frame] = state
        state -= int(moves[frame, state])
    odd = np.arange(moves.shape[1] // 2) * 2 + 1
    return Path(
        first=np.searchsorted(states, odd, "left"),
        last=np.searchsorted(states, odd, "right"),
        states=states,
        score=score,
    )
