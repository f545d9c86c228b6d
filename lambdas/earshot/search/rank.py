"""How closely a passage holds what was asked.

The engine finds passages that share words, sounds or trigrams with the query; which of them says
the thing best is decided here, on letters and on sounds, by an edit distance that may run over word
boundaries. A hundred candidates take two milliseconds.
"""

from collections.abc import Mapping, Sequence, Set

from rapidfuzz import fuzz, process

from earshot.search import analysis
from earshot.search.heard import Heard

# Weights of: the letters in a row, the sounds in a row, each word for itself, the very spelling.
_LETTERS, _SOUNDS, _WORDS, _WRITTEN = 100.0, 50.0, 60.0, 3.0
_ALL = _LETTERS + _SOUNDS + _WORDS + _WRITTEN

# A word's likeness to the word that was asked for. A word of the language was probably said as it
# was heard, the more so the commoner it is, so it takes a better likeness to be held for a
# mishearing than it takes a non-word.
_SAME, _SAME_STEM, _LIKE = 1.0, 0.83, 0.8
_KNOWN, _COMMON = 0.1, 0.05  # of a word of the language, and with every step of familiarity
_LEAST = 50.0  # per cent of letters, below which two words are nothing alike


def closeness(
    words: Sequence[str], written: Sequence[str], candidates: Sequence[Heard]
) -> list[float]:
    """For each candidate, 0..1: 1 has all the words (tokens, in order) as they were `written`."""
    letters = f" {' '.join(words)} "
    sounds = "".join(map(analysis.sound, words))
    spelling = f" {' '.join(written)} "
    vocabularies = [heard.vocabulary() for heard in candidates]
    likenesses = [alike(word, set().union(*vocabularies)) for word in words]
    return [
        (
            _LETTERS * _within(letters, f" {heard.tokens} ")
            + _SOUNDS * _within(sounds, heard.sounds)
            + _WORDS * _each(likenesses, vocabulary)
            + _WRITTEN * (spelling in f" {heard.written} ")
        )
        / _ALL
        for heard, vocabulary in zip(candidates, vocabularies, strict=True)
    ]


def alike(word: str, vocabulary: Set[str]) -> dict[str, float]:
    """The tokens that are at all like the word, with their likeness in 0..1."""
    near = process.extract(word, vocabulary, scorer=fuzz.ratio, score_cutoff=_LEAST, limit=None)
    return {token: _likeness(word, token, letters) for token, letters, _ in near}


def _within(wanted: str, text: str) -> float:
    """0..1: how well some stretch of the text equals what is wanted."""
    # partial_ratio slides the shorter over the longer one; a short text is not all of a long query.
    ratio = fuzz.partial_ratio if len(wanted) <= len(text) else fuzz.ratio
    return ratio(wanted, text) / 100


def _each(likenesses: Sequence[Mapping[str, float]], vocabulary: Mapping[str, str]) -> float:
    """The mean over the words of their likeness to the most alike token."""
    total = 0.0
    for tokens in likenesses:
        there = tokens.keys() & vocabulary.keys()
        if there:
            total += max(_as_misheard(tokens[token], vocabulary[token]) for token in there)
    return total / max(len(likenesses), 1)


def _as_misheard(likeness: float, familiar: str) -> float:
    if likeness > _LIKE or familiar == "0":
        return likeness
    return max(likeness - _KNOWN - _COMMON * int(familiar), 0.0)


def _likeness(word: str, token: str, letters: float) -> float:
    if token == word:
        return _SAME
    if analysis.stem(token) == analysis.stem(word):
        return _SAME_STEM
    sounds = fuzz.ratio(analysis.sound(word), analysis.sound(token))
    return _LIKE * (2 * letters + sounds) / 300
