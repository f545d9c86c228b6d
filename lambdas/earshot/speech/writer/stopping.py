"""When to stop a writer that does not stop by itself."""

import math
from collections.abc import Sequence

from earshot.audio.limits import SAMPLE_RATE

TOKENS_PER_S = 6.5
"""The published limit of Moonshine, for English: nobody speaks faster."""

SPARE_TOKENS = 6
"""A single short word may take as many, with its punctuation."""

MAX_PERIOD = 32  # tokens
SHORT_PERIOD = 4  # tokens: people do say a word three times
SHORT_REPEATS, LONG_REPEATS = 5, 3


def token_budget(samples: int) -> int:
    """How many tokens `samples` of sound may hold."""
    return math.ceil(TOKENS_PER_S * samples / SAMPLE_RATE) + SPARE_TOKENS


def repeated(tokens: Sequence[int]) -> int:
    """How many tokens at the end only repeat those before them; 0 if the writer is not in a loop.

    A loop is the same few tokens five times in a row, or the same longer phrase three times.
    """
    for period in range(1, min(MAX_PERIOD, len(tokens) // LONG_REPEATS) + 1):
        repeats = SHORT_REPEATS if period < SHORT_PERIOD else LONG_REPEATS
        length = period * repeats
        if length > len(tokens) or tokens[-1] != tokens[-1 - period]:
            continue
        if all(tokens[-at] == tokens[-at - period] for at in range(1, length - period + 1)):
            return length - period
    return 0
