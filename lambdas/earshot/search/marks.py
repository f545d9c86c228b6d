"""Which words of a hit answer the query, and how: decided here, from the words alone."""

from collections.abc import Sequence
from functools import lru_cache

from rapidfuzz.distance import OSA

from earshot.search import analysis
from earshot.search.request import Kind, Mark

_RANK: dict[Kind, int] = {"exact": 0, "stem": 1, "near": 2, "sound": 3}


def marks(words: Sequence[str], query: Sequence[str]) -> tuple[Mark, ...]:
    """The words (as written, in order) that match any of the query's tokens, best kind each."""
    found: dict[int, Kind] = {}
    for token in analysis.tokens(words):
        for asked in query:
            kind = likeness(asked, token.text)
            if kind and (token.word not in found or _RANK[kind] < _RANK[found[token.word]]):
                found[token.word] = kind
    return tuple(Mark(word, kind) for word, kind in sorted(found.items()))


@lru_cache(maxsize=200_000)
def likeness(asked: str, said: str) -> Kind | None:
    """How the token that was said answers the one that was asked for; None when it doesn't."""
    if asked == said:
        return "exact"
    if analysis.stem(asked) == analysis.stem(said):
        return "stem"
    allowed = edits(asked)
    if allowed and OSA.distance(asked, said, score_cutoff=allowed) <= allowed:
        return "near"
    if analysis.sound(asked) == analysis.sound(said):
        return "sound"
    return None


def edits(token: str) -> int:
    """How many letters of a token may be wrong for another one to be near: 0, 1 or 2."""
    return 0 if len(token) < 3 else 1 if len(token) < 6 else 2
