"""From what a person typed to what the engine is asked; the engine itself parses nothing.

Two questions are made of one query. The precise one looks every word up in ways that cost a few
look-ups each; it answers nearly all queries. The broad one slides over the letters of the whole
query, wherever the recogniser put the spaces; it is asked when the precise one found nothing close.
"""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from earshot.errors import InvalidRequest
from earshot.search import analysis
from earshot.search.request import MAX_QUERY_CHARS

Query = dict[str, Any]

MAX_TOKENS = 40
MAX_CLAUSES = 1000  # of the 1,024 that the engine takes in one search; filters need some
ENOUGH = 0.6  # of the words must be there, in one way or another
FEW = 0.01  # one word is enough
BROAD_WORD, BROAD = 0.5, 0.3  # of the trigrams of one word, of several

_EXACT, _STEM, _SOUND, _NEAR = 1.0, 0.8, 0.3, 0.15
_PHRASE, _WRITTEN = 3.0, 0.5
_PHRASE_SLOP = 2
_LONG_WORD = 9  # letters; from here on trigrams find what one slip does not
# Codes of a sound that is looked up as it is, and with a slip. One alone is shared by a tenth of
# the language, and two words of four are often a slip apart: those are for the broad question.
_TELLING_SOUND, _LONG_SOUND = 2, 5
_BROAD_SOUND, _BROAD_LONG_SOUND = 1, 3


@dataclass(frozen=True, slots=True)
class Question:
    """The tokens of the free words and of each quoted phrase; `written`: the words as typed."""

    words: tuple[str, ...] = ()
    phrases: tuple[tuple[str, ...], ...] = ()
    written: tuple[str, ...] = ()

    @property
    def tokens(self) -> tuple[str, ...]:
        return self.words + tuple(token for phrase in self.phrases for token in phrase)

    def __bool__(self) -> bool:
        return bool(self.words or self.phrases)


def parse(q: str) -> Question:
    """What was typed, as tokens; text in double quotes is a strict phrase.

    Raises InvalidRequest when it is too long to be a question.
    """
    if len(q) > MAX_QUERY_CHARS:
        raise InvalidRequest(f"The query is longer than {MAX_QUERY_CHARS} characters.")
    pieces = re.sub("[“”„«»]", '"', q).split('"')
    if len(pieces) % 2 == 0:  # a quote that is not closed (yet) quotes nothing
        pieces[-2:] = [f"{pieces[-2]} {pieces[-1]}"]
    free = " ".join(pieces[::2]).split()
    quoted = (_tokens(piece.split()) for piece in pieces[1::2])
    question = Question(
        words=_tokens(free),
        phrases=tuple(phrase for phrase in quoted if phrase),
        written=tuple(analysis.written(free)),
    )
    if len(question.tokens) > MAX_TOKENS:
        raise InvalidRequest(f"The query has more than {MAX_TOKENS} words.")
    return question


def is_common(token: str) -> bool:
    return token in analysis.COMMON


def precise(question: Question, enough: float = ENOUGH) -> Query:
    """Passages with all phrases and `enough` of the words: said, or something like them said."""
    if not question:
        return {"term": {"n": 0}}  # every recording once
    must = [_phrase("exact", phrase, 1.0, slop=0) for phrase in question.phrases]

    def whole(every_way: bool) -> Query:
        words = [_word(word, every_way=every_way) for word in question.words]
        enough_of = _enough_of(question.words, enough, words) if words else []
        return {"bool": {"must": [*must, *enough_of], "should": _order(question)}}

    return _affordable(whole)


def broad(question: Question) -> Query:
    """The precise ones, and passages with all phrases and sounds near the words', or much of all
    the words' letters.

    It does not look for the words in a row: that would have been found by the precise question.
    """
    must = [_phrase("exact", phrase, 1.0, slop=0) for phrase in question.phrases]
    grams = [_term("grams", gram) for gram in analysis.grams(question.words)]
    share = BROAD_WORD if len(question.words) == 1 else BROAD
    alike = _at_least(share, grams, least=2)  # one trigram alone says nothing

    def whole(every_way: bool) -> Query:
        words = [_word(word, broad=True, every_way=every_way) for word in question.words]
        near_enough = {"bool": {"must": _enough_of(question.words, ENOUGH, words)}}
        return {"bool": {"must": [*must, _at_least(FEW, [near_enough, alike])]}}

    return _affordable(whole)


def said(word: str) -> Query:
    """Passages with this very word."""
    return _term("exact", word)


def _enough_of(words: Sequence[str], share: float, queries: Sequence[Query]) -> list[Query]:
    """Where the words' `queries` match for that share, common words alone are not enough.

    "the … of the …" is most of a query and says nothing; without them a rare word leads the engine.
    """
    needed = _at_least(share, queries)
    telling = [one for word, one in zip(words, queries, strict=True) if word not in analysis.COMMON]
    return [needed] if len(telling) in (0, len(words)) else [needed, _filter(telling)]


def _affordable(make: Callable[[bool], Query]) -> Query:
    """The question with every way to look a word up, or with the few best where it has many words:
    those that were heard right find the passage.
    """
    whole = make(True)
    return whole if _clauses(whole) <= MAX_CLAUSES else make(False)


def _clauses(part: Any) -> int:
    """How many terms and phrases there are, as the engine counts clauses."""
    if isinstance(part, dict):
        here = len(part.keys() & {"term", "match_phrase"})
        return here or sum(map(_clauses, part.values()))
    return sum(map(_clauses, part)) if isinstance(part, list) else 0


def _word(word: str, broad: bool = False, every_way: bool = True) -> Query:
    """One word, in the ways that it may have been heard: the best way counts."""
    exact = _term("exact", word, _EXACT)
    if word in analysis.COMMON:
        return exact
    sound = analysis.sound(word)
    ways = [exact, _term("stem", analysis.stem(word), _STEM)]
    if len(sound) >= (_BROAD_SOUND if broad else _TELLING_SOUND):
        ways.append(_term("sound", sound, _SOUND))
    if not every_way:
        return {"dis_max": {"queries": ways}}
    if len(word) > analysis.SHORTEST_SLIP:
        ways += [_term("slips", slip, _NEAR) for slip in analysis.slips(word)]
    if len(word) >= _LONG_WORD:
        grams = [_term("grams", gram) for gram in analysis.grams([word])]
        ways.append(_at_least(0.5, grams, boost=_NEAR / len(grams)))
    if len(sound) >= (_BROAD_LONG_SOUND if broad else _LONG_SOUND):
        ways += [_term("sound_slips", slip, _NEAR) for slip in analysis.slips(sound)]
    return {"dis_max": {"queries": ways}}


def _order(question: Question) -> list[Query]:
    """What finds nothing more, but puts first who says the words together, and spelled so."""
    if not question.words:
        return []
    if len(question.words) == 1:
        return [_term("written", word, _WRITTEN) for word in question.written]
    return [
        _phrase("exact", question.words, _PHRASE, _PHRASE_SLOP),
        _phrase("written", question.written, _WRITTEN, slop=0),
    ]


def _at_least(share: float, clauses: Sequence[Query], boost: float = 1.0, least: int = 1) -> Query:
    needed = max(min(least, len(clauses)), math.ceil(share * len(clauses) - 1e-9))
    return {"bool": {"should": list(clauses), "minimum_should_match": needed, "boost": boost}}


def _filter(any_of: Sequence[Query]) -> Query:
    return {"constant_score": {"filter": _at_least(FEW, any_of), "boost": 0.0}}


def _term(field: str, token: str, boost: float = 1.0) -> Query:
    return {"term": {field: {"value": token, "boost": boost}}}


def _phrase(field: str, tokens: Sequence[str], boost: float, slop: int) -> Query:
    return {"match_phrase": {field: {"query": " ".join(tokens), "slop": slop, "boost": boost}}}


def _tokens(words: Sequence[str]) -> tuple[str, ...]:
    return tuple(token.text for token in analysis.tokens(words))
