"""Whether the listener vouches for written words: for all of them, and for each run of them."""

from collections.abc import Sequence

import numpy as np

from earshot.speech.alignment.align import AlignedWord

MIN_FIT = -2.0
"""Nats a letter. A window whose text fits worse is shown as the listener heard it."""

MIN_RUN_SUPPORT = -3.5
"""Nats a letter. A run of words that fits worse was not said."""

RUN = 3
"""Words. A listener mishears single words; it does not mishear three in a row so badly."""

LEFT_OUT_SUPPORT = -4.0
"""Nats a letter that was left out counts for, in the fit of the whole."""


def fit(words: Sequence[AlignedWord], letters: int) -> float:
    """The mean support of `letters` letters, those of `words` and those that were left out."""
    kept = sum(word.letters for word in words)
    supported = sum(word.support * word.letters for word in words)
    return (supported + LEFT_OUT_SUPPORT * max(0, letters - kept)) / max(1, letters)


def vouched(words: Sequence[AlignedWord]) -> list[bool]:
    """Of each word, whether all runs of RUN words that it is in have support enough."""
    stands = [True] * len(words)
    run = min(RUN, len(words))
    for start in range(len(words) - run + 1 if run else 0):
        some = words[start : start + run]
        support = np.average(
            [word.support for word in some], weights=[word.letters for word in some]
        )
        if support < MIN_RUN_SUPPORT:
            stands[start : start + run] = [False] * run
    return stands
