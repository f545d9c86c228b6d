"""How like the words of passages are to one that is asked for."""

from collections.abc import Collection
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from earshot.search import analysis
from earshot.search.kinds import KINDS, MatchKind

LEAST_LETTERS = 50.0  # per cent in common, below which two words are nothing alike
# A word of the language was probably said as it was heard, the more so the commoner it is, so it
# takes a better likeness to be held for a mishearing than it takes a non-word.
KNOWN_WORD, EVERY_STEP_OF_FAMILIARITY = 0.1, 0.05


@dataclass(frozen=True, slots=True)
class Alike:
    """A token that is like an asked word: 0..1 how much, and in which way if it can be marked."""

    likeness: float
    kind: MatchKind | None

    def as_heard(self, familiar: str) -> float:
        """How much it counts where it was heard as a word so familiar."""
        if self.kind in ("exact", "stem") or familiar == "0":
            return self.likeness
        discount = KNOWN_WORD + EVERY_STEP_OF_FAMILIARITY * int(familiar)
        return max(self.likeness - discount, 0.0)


def alike(word: str, vocabulary: Collection[str]) -> dict[str, Alike]:
    """The tokens of the vocabulary that are at all like the word."""
    near = process.extract(
        word, vocabulary, scorer=fuzz.ratio, score_cutoff=LEAST_LETTERS, limit=None
    )
    return {token: _alike(word, token, letters) for token, letters, _ in near}


@lru_cache(maxsize=200_000)
def _alike(word: str, token: str, letters: float) -> Alike:
    kind = kind_of(word, token)
    if kind in ("exact", "stem"):
        return Alike(KINDS[kind].likeness, kind)
    sounds = fuzz.ratio(analysis.sound(word), analysis.sound(token))
    most = KINDS[kind or "sound"].likeness
    return Alike(most * (2 * letters + sounds) / 300, kind)


@lru_cache(maxsize=200_000)
def kind_of(asked: str, said: str) -> MatchKind | None:
    """How the token that was said answers the one that was asked for; None when it doesn't."""
    if asked == said:
        return "exact"
    if asked in analysis.STOP_WORDS or said in analysis.STOP_WORDS:
        return None  # too much is near "a" or sounds like "the"
    if analysis.stem(asked) == analysis.stem(said):
        return "stem"
    allowed = max_edits(asked)
    if allowed and OSA.distance(asked, said, score_cutoff=allowed) <= allowed:
        return "near"
    if analysis.sound(asked) == analysis.sound(said):
        return "sound"
    return None


def max_edits(token: str) -> int:
    """How many letters of a token may be wrong for another one to be near: 0, 1 or 2."""
    return 0 if len(token) < 3 else 1 if len(token) < 6 else 2
