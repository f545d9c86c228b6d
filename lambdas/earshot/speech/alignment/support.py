"""How well letters fit the sound under them."""

import numpy as np
import numpy.typing as npt

from earshot.speech.alignment.viterbi import Ints, Path
from earshot.speech.engine import Emission


def letter_support(path: Path, letters: Ints, emission: Emission) -> npt.NDArray[np.float32]:
    """Of each letter (n,), at its best frame: its log-probability less that of the likeliest
    output there, in nats; 0 where it is the likeliest, minus infinity where it was left out.
    """
    frames = np.flatnonzero(path.states % 2)
    place = path.states[frames] // 2
    below = emission[frames, letters[place]] - emission[frames].max(axis=1)
    support = np.full(len(letters), -np.inf, np.float32)
    np.maximum.at(support, place, below)
    return support
