"""How common words are in the language, by what people write."""

import math
from functools import cache
from typing import Any


def share(token: str) -> float:
    """Of all words that are written the share that are this one; 0 for no word of the language."""
    words = _frequencies()
    return float(words[token] / words.total_words)


def commonness(token: str) -> int:
    """0 for no word of the language, else 1 to 9 for how common it is: 8 is "the" (the logarithm of
    how often in a billion words it is written)."""
    written = share(token)
    return min(max(round(math.log10(written * 1e9)), 1), 9) if written else 0


@cache
def _frequencies() -> Any:
    from spellchecker import SpellChecker  # 0.2 s; searches of large indices do without

    return SpellChecker(language="en", distance=1).word_frequency
