"""From a question to what the engine is asked; the engine itself parses nothing.

Two kinds of queries are made of one question. `holds` finds what was said, or as good as said: what
it finds is counted. `maybes` find what has most letters in common, wherever the recogniser put the
spaces, and for short questions the sounds and slips of each word: what they find beyond is a maybe.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from earshot.search import analysis, misheard
from earshot.search.kinds import KINDS
from earshot.search.question import Question, Slot, Term

Query = dict[str, Any]

ENOUGH_SHARE = 0.6  # of the telling words must be there, in one way or another
# Of more trigrams every other one will do: a word that is in the text has the others too.
MAX_EVERY_GRAM = 8
LONG_WORD_GRAM_SHARE = 0.5
MAX_WHOLE_WORDS = 6  # of more the trigrams of stop words are left out: they are the dearest

PHRASE_BOOST, WRITTEN_BOOST, STOP_WORD_BOOST = 3.0, 0.5, 0.5
PHRASE_SLOP_WORDS = 2
MIN_LONG_WORD_LETTERS = 9  # from here on trigrams find what one slip does not
MIN_SOUND_SLIP_CODES = 3  # of a sound that is looked up with a slip; shorter ones are near too much
# Of more words some are so misheard that only their letters are left, and the rest have them too.
MAX_SIMILAR_WORDS = 3

EVERYTHING: Query = {"term": {"n": 0}}  # every recording once


def enough(question: Question) -> int:
    """How many of the telling words a passage must say to hold the question."""
    return math.ceil(ENOUGH_SHARE * len(question.telling) - 1e-9)


def holds(question: Question, needed: int, telling: Sequence[Slot] | None = None) -> Query:
    """Passages with all quoted phrases and `needed` of the telling words (of `telling`, if given),
    said as asked, in another form, or as good as said."""
    if not question:
        return EVERYTHING
    counted = question.telling if telling is None else telling
    said = [_slot(slot, lambda word: _said(word, question)) for slot in counted]
    others = [slot for slot in question.free if slot not in counted]
    return {
        "bool": {
            "must": [*_required(question), *([_at_least(needed, said)] if said else [])],
            "should": [*_stop_words(others, question), *_order(question)],
            "must_not": _excluded(question),
        }
    }


def maybes(question: Question) -> list[Query]:
    """What may hold the question, and what holds it too.

    Nothing must be there and nothing is left out: of plain alternatives the engine skips most
    passages unseen, which it can't where some must match.
    """
    grams = _grams(question)
    ways = [way for slot in question.telling for way in _ways_of(slot)]
    if len(question.words) == 1:
        return [_any(question, grams), _any(question, [{"dis_max": {"queries": ways}}])]
    return [_any(question, [*grams, *(ways if len(question.words) <= MAX_SIMILAR_WORDS else ())])]


def similar(word: str) -> Query:
    """Passages with something like this one word."""
    return {"dis_max": {"queries": _ways(word)}}


def _grams(question: Question) -> list[Query]:
    words = question.words
    if len(words) > MAX_WHOLE_WORDS:
        words = tuple(word for word in words if word not in analysis.STOP_WORDS) or words
    grams = analysis.grams(words)
    step = 1 if len(grams) <= MAX_EVERY_GRAM else 2
    return [_term("grams", gram) for gram in dict.fromkeys(grams[::step])]


def _any(question: Question, clauses: Sequence[Query]) -> Query:
    found = {"should": list(clauses), "minimum_should_match": 1}
    return {"bool": found | _conditions(question)}


def others(question: Question, but: Query) -> Query:
    """All passages that nothing excludes; not those of `but`."""
    return _beyond(question, but, [])


def these(document_ids: Sequence[str]) -> Query:
    return {"ids": {"values": list(document_ids)}}


def either(one: Query, other: Query) -> Query:
    return {"bool": {"should": [one, other], "minimum_should_match": 1}}


def by_grams(question: Question, field: str, grams: Sequence[str], but: Query) -> Query:
    """Passages with any of these grams, those with most and the rarest first; not those of
    `but`."""
    return _beyond(question, but, [_at_least(1, [_term(field, gram) for gram in grams])])


def said_counts(question: Question) -> Mapping[str, Query]:
    """For each token of a free word, the passages that say it in some form."""
    tokens = {term.tokens for slot in question.free for term in slot.terms if not term.quoted}
    return {
        token: _term("stem", analysis.stem(token))
        for one in tokens
        for token in one
        if token not in analysis.STOP_WORDS
    }


def _beyond(question: Question, but: Query, found: Sequence[Query]) -> Query:
    must_not = [*_excluded(question), but]
    return {"bool": {"must": [*_required(question), *found], "must_not": must_not}}


def _conditions(question: Question) -> dict[str, list[Query]]:
    """The quoted phrases must be there in every query, and nothing that is excluded."""
    conditions = {"must": _required(question), "must_not": _excluded(question)}
    return {name: clauses for name, clauses in conditions.items() if clauses}


def _required(question: Question) -> list[Query]:
    return [_at_least(1, [_phrase_of(term) for term in slot.terms]) for slot in question.required]


def _excluded(question: Question) -> list[Query]:
    return [_phrase_of(term) for term in question.excluded]


def _stop_words(slots: Sequence[Slot], question: Question) -> list[Query]:
    """What finds nothing more, but brings passages into the window that say more of a phrase."""
    terms = [term for slot in slots for term in slot.terms if not term.quoted]
    return [_term("exact", token, STOP_WORD_BOOST) for term in terms for token in term.tokens]


def _order(question: Question) -> list[Query]:
    """What finds nothing more, but puts first who says the words together, and spelled so."""
    if len(question.words) == 1:
        return [_term("written", word, WRITTEN_BOOST) for word in question.written]
    if not question.words:
        return []
    return [
        _phrase("exact", question.words, PHRASE_BOOST, PHRASE_SLOP_WORDS),
        _phrase("written", question.written, WRITTEN_BOOST),
    ]


def _slot(slot: Slot, word: Callable[[str], Query]) -> Query:
    """Any of the alternatives, the best one counting."""
    ways = [
        word(term.tokens[0]) if len(term.tokens) == 1 and not term.quoted else _phrase_of(term)
        for term in slot.terms
    ]
    return ways[0] if len(ways) == 1 else {"dis_max": {"queries": ways}}


def _said(word: str, question: Question) -> Query:
    """One word as it is, or as good as said."""
    only = _term("exact", word, KINDS["exact"].boost)
    if question.exact or word in analysis.STOP_WORDS:
        return only
    near = KINDS["near"].boost
    ways = [only, _term("stem", analysis.stem(word), KINDS["stem"].boost)]
    ways += [_term("exact", joined, near) for joined in sorted(question.joined.get(word, ()))]
    if keys := misheard.asked_keys(word):
        ways.append({"terms": {"misheard": keys, "boost": near}})
    return {"dis_max": {"queries": ways}}


def _ways_of(slot: Slot) -> list[Query]:
    tokens = (token for term in slot.terms if not term.quoted for token in term.tokens)
    return [way for token in tokens for way in _ways(token)]


def _ways(word: str) -> list[Query]:
    """The ways in which one word may have been heard."""
    exact = _term("exact", word, KINDS["exact"].boost)
    if word in analysis.STOP_WORDS:
        return [exact]
    sound = analysis.sound(word)
    near = KINDS["near"].boost
    ways = [exact, _term("stem", analysis.stem(word), KINDS["stem"].boost)]
    ways.append(_term("sound", sound, KINDS["sound"].boost))
    ways.append(_term("listener", word, KINDS["sound"].boost))
    if len(word) > analysis.MIN_SLIP_LETTERS:
        ways += [_term("slips", slip, near) for slip in analysis.slips(word)]
    if len(word) >= MIN_LONG_WORD_LETTERS:
        grams = [_term("grams", gram) for gram in analysis.grams([word])]
        needed = math.ceil(LONG_WORD_GRAM_SHARE * len(grams))
        ways.append(_at_least(needed, grams, boost=near / len(grams)))
    if len(sound) >= MIN_SOUND_SLIP_CODES:
        ways += [_term("sound_slips", slip, near) for slip in analysis.slips(sound)]
    return ways


def _at_least(needed: int, clauses: Sequence[Query], boost: float = 1.0) -> Query:
    return {"bool": {"should": list(clauses), "minimum_should_match": needed, "boost": boost}}


def _term(field: str, token: str, boost: float = 1.0) -> Query:
    return {"term": {field: {"value": token, "boost": boost}}}


def _phrase_of(term: Term) -> Query:
    field = "written" if term.quoted else "exact"
    if len(term.tokens) == 1:
        return _term(field, term.tokens[0])
    return _phrase(field, term.tokens, boost=1.0)


def _phrase(field: str, tokens: Sequence[str], boost: float, slop: int = 0) -> Query:
    return {"match_phrase": {field: {"query": " ".join(tokens), "slop": slop, "boost": boost}}}
