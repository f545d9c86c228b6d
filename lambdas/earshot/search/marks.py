"""Which words of a hit answer the query, and how: decided here, from the words alone."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from rapidfuzz import fuzz
from rapidfuzz.distance import OSA

from earshot.search import analysis, query
from earshot.search.analysis import Token
from earshot.search.query import Question
from earshot.search.request import Kind, Mark

_RANK: dict[Kind, int] = {"exact": 0, "stem": 1, "near": 2, "sound": 3}
_NEIGHBOURS = 2  # words between which a common word belongs to a marked one
_STRETCH = 60.0  # per cent of letters that a stretch must share to be marked at all


def marks(words: Sequence[str], question: Question) -> tuple[Mark, ...]:
    """The words (as written, in order) that answer the question, the best kind each."""
    said = analysis.tokens(words)
    asked = question.tokens
    found: dict[int, Kind] = {}
    for word, kind in _matches(said, asked):
        if word not in found or _RANK[kind] < _RANK[found[word]]:
            found[word] = kind
    if not all(map(query.is_common, asked)):
        found = _without_stray(found, said)
    if not found and asked:
        found = _stretch(said, asked)
    return tuple(Mark(word, kind) for word, kind in sorted(found.items()))


def _matches(said: Sequence[Token], asked: Sequence[str]) -> Iterator[tuple[int, Kind]]:
    pairs = [one + two for one, two in pairwise(asked)]
    for token in said:
        for wanted in asked:
            if kind := likeness(wanted, token.text):
                yield token.word, kind
        for pair in pairs:  # asked for as two words, heard as one
            if token.text == pair:
                yield token.word, "near"
    for one, two in pairwise(said):
        for wanted in asked:  # asked for as one word, heard as two
            if len(wanted) > len(one.text) and one.text + two.text == wanted:
                yield one.word, "near"
                yield two.word, "near"


@lru_cache(maxsize=200_000)
def likeness(asked: str, said: str) -> Kind | None:
    """How the token that was said answers the one that was asked for; None when it doesn't."""
    if asked == said:
        return "exact"
    if analysis.stem(asked) == analysis.stem(said):
        return "stem"
    if query.is_common(asked):
        return None  # too much is near "a" or sounds like "the"
    allowed = edits(asked)
    if allowed and OSA.distance(asked, said, score_cutoff=allowed) <= allowed:
        return "near"
    if analysis.sound(asked) == analysis.sound(said):
        return "sound"
    return None


def edits(token: str) -> int:
    """How many letters of a token may be wrong for another one to be near: 0, 1 or 2."""
    return 0 if len(token) < 3 else 1 if len(token) < 6 else 2


def _without_stray(found: dict[int, Kind], said: Sequence[Token]) -> dict[int, Kind]:
    """Without the common words that stand far from any other match: every "the" is no answer."""
    common = {token.word for token in said if query.is_common(token.text)}
    telling = [word for word in found if word not in common]
    return {
        word: kind
        for word, kind in found.items()
        if word not in common or any(abs(word - other) <= _NEIGHBOURS for other in telling)
    }


def _stretch(said: Sequence[Token], asked: Sequence[str]) -> dict[int, Kind]:
    """The words over which the letters of the query lie best, when no word by itself answers."""
    text = " ".join(token.text for token in said)
    wanted = " ".join(asked)
    if len(wanted) > len(text):
        return {token.word: "sound" for token in said}
    best = fuzz.partial_ratio_alignment(wanted, text, score_cutoff=_STRETCH)
    found: dict[int, Kind] = {}
    start = 0
    for token in said:
        end = start + len(token.text)
        # Half of a word under the stretch is not by chance.
        if best and min(end, best.dest_end) - max(start, best.dest_start) > len(token.text) / 2:
            found[token.word] = "sound"
        start = end + 1
    return found
