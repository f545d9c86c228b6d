"""Forced alignment: the likeliest frames for letters that are known.

Viterbi's algorithm over CTC's states: each letter, and a gap before, between and after letters.
A letter may follow the one before at once, unless the two are the same: CTC needs a blank there.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earshot.speech.engine import Emission
from earshot.speech.vocabulary import Vocabulary

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

MIN_LOG_PROBABILITY = -12.0
"""Nats. A letter that was never said costs no more a frame, so that it can't push others away."""


@dataclass(frozen=True, slots=True)
class Path:
    """Letters on frames: letter i is heard from frame `first[i]` up to frame `last[i]`.

    `states` (frames,) counts gaps and letters: 2 i is the gap before letter i, 2 i + 1 the letter.
    `score` is the path's log-probability.
    """

    first: Ints
    last: Ints
    states: Ints
    score: float


def viterbi(
    emission: Emission, letters: Ints, begins: Flags, vocabulary: Vocabulary
) -> Path | None:
    """The best path of `letters` (n,), indices of the vocabulary, through `emission`.

    `emission` has shape (frames, vocabulary). `begins` (n,) tells where a word begins: before it
    the delimiter may stand as well as the blank, or nothing. None if the frames are too few.
    """
    frames, count = len(emission), len(letters)
    if not count or frames < count + int((letters[1:] == letters[:-1]).sum()):
        return None
    heard = _heard(emission, letters, begins, vocabulary)
    skip = np.full(2 * count + 1, -np.inf, np.float32)  # straight from the letter before
    skip[1] = 0.0
    skip[3::2][letters[1:] != letters[:-1]] = 0.0

    states = 2 * count + 1
    score = np.full(states + 2, -np.inf, np.float32)  # two more in front: what comes from nowhere
    score[2:4] = heard[0, :2]
    moves = np.zeros((frames, states), np.int8)
    stay, step, jump = score[2:], score[1:-1], score[:-2]
    for frame in range(1, frames):
        one = step > stay
        best = np.where(one, step, stay)
        skipped = jump + skip
        two = skipped > best
        np.add(one, two, out=moves[frame], casting="unsafe")
        moves[frame][two] = 2
        np.copyto(best, skipped, where=two)
        np.add(best, heard[frame], out=stay)

    end = states - 1 if stay[-1] >= stay[-2] else states - 2
    return _trace(moves, end, float(stay[end]))


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


def _trace(moves: npt.NDArray[np.int8], end: int, score: float) -> Path:
    frames = len(moves)
    states = np.empty(frames, np.int64)
    state = end
    for frame in range(frames - 1, -1, -1):
        states[frame] = state
        state -= int(moves[frame, state])
    count = moves.shape[1] // 2
    odd = np.arange(count) * 2 + 1
    return Path(
        first=np.searchsorted(states, odd, "left"),
        last=np.searchsorted(states, odd, "right"),
        states=states,
        score=score,
    )
