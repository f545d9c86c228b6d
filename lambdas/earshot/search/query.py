"""From what a person typed to what the engine is asked; the engine itself parses nothing."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from earshot.errors import InvalidRequest
from earshot.search import analysis
from earshot.search.request import MAX_QUERY_CHARS

MAX_TOKENS = 40
ENOUGH = "60%"  # of the words must be there


@dataclass(frozen=True, slots=True)
class Question:
    """The tokens of free words, and of every quoted phrase."""

    words: tuple[str, ...]
    phrases: tuple[tuple[str, ...], ...]

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
    q = re.sub("[“”„«»]", '"', q)
    pieces = q.split('"')
    if len(pieces) % 2 == 0:  # a quote that is not closed (yet) quotes nothing
        pieces[-2:] = [f"{pieces[-2]} {pieces[-1]}"]
    free = [token.text for piece in pieces[::2] for token in analysis.tokens(piece.split())]
    quoted = [
        tuple(token.text for token in analysis.tokens(piece.split())) for piece in pieces[1::2]
    ]
    question = Question(tuple(free), tuple(phrase for phrase in quoted if phrase))
    if len(question.tokens) > MAX_TOKENS:
        raise InvalidRequest(f"The query has more than {MAX_TOKENS} words.")
    return question


def build(question: Question, enough: str = ENOUGH) -> dict[str, Any]:
    """The engine's query for a question: all of it when there is no question."""
    if not question:
        return {"match_all": {}}
    must: list[dict[str, Any]] = [
        _match_phrase("exact", phrase, slop=0, boost=1) for phrase in question.phrases
    ]
    if question.words:
        must.append(
            {"bool": {"should": list(_ways(question.words, enough)), "minimum_should_match": 1}}
        )
    should = []
    if len(question.words) > 1:
        should.append(_match_phrase("exact", question.words, slop=2, boost=10))
    return {"bool": {"must": must, "should": should}}


def _ways(words: Sequence[str], enough: str) -> Sequence[dict[str, Any]]:
    sounds = [analysis.sound(word) for word in words]
    return (
        _match("exact", words, 2, enough),
        _match("stem", [analysis.stem(word) for word in words], 1, enough),
        _match("exact", words, 0.5, enough, fuzziness="AUTO", max_expansions=30),
        _match("sound", sounds, 0.5, enough),
        _match("grams", analysis.grams(words), 0.5, enough),
        _match("sound_grams", analysis.grams(sounds), 0.5, enough),
    )


def _match(
    field: str, tokens: Sequence[str], boost: float, enough: str, **more: Any
) -> dict[str, Any]:
    clause = {"query": " ".join(tokens), "boost": boost, "minimum_should_match": enough, **more}
    return {"match": {field: clause}}


def _match_phrase(field: str, tokens: Sequence[str], slop: int, boost: float) -> dict[str, Any]:
    return {"match_phrase": {field: {"query": " ".join(tokens), "slop": slop, "boost": boost}}}
