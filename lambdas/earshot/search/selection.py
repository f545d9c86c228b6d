"""Which passages answer a question, and the best of them in order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from earshot.search import query, rank
from earshot.search.engine import Engine, Place
from earshot.search.query import Query, Question

WINDOW = 100  # the engine's best, which are put in order by how closely they hold what was asked
CLOSE = 0.75  # the broad question is asked when nothing is closer


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage of the window; `closeness` in 0..1."""

    place: Place
    closeness: float


@dataclass(frozen=True, slots=True)
class Selection:
    """What `query` selects; `window` is its best, in order. `relaxed`: fewer words had to do."""

    query: Query
    window: Sequence[Ranked]
    aggregations: Mapping[str, Any]
    relaxed: bool = False


def select(engine: Engine, question: Question, aggregations: Mapping[str, Any]) -> Selection:
    """The passages that answer a question, precisely if any do, else more and more broadly."""
    if not question:
        asked = query.precise(question)
        return Selection(asked, (), engine.aggregate(asked, aggregations))
    precise = _try(engine, question, query.precise(question), aggregations)
    if not question.words or (precise.window and precise.window[0].closeness >= CLOSE):
        return precise
    broad = _try(engine, question, query.broad(question), aggregations)
    if broad.window:
        return _relaxed(broad, not precise.window)
    any_word = query.precise(question, enough=query.FEW)
    return _relaxed(_try(engine, question, any_word, aggregations), True)


def _try(
    engine: Engine, question: Question, asked: Query, aggregations: Mapping[str, Any]
) -> Selection:
    places, counted = engine.best(asked, WINDOW, aggregations)
    heard = [place.heard for place in places if place.heard]
    closeness = rank.closeness(question.words, question.written, heard)
    ranked = [Ranked(*pair) for pair in zip(places, closeness, strict=True)]
    ranked.sort(key=lambda one: (-one.closeness, -(one.place.score or 0), one.place.document_id))
    return Selection(asked, ranked, counted)


def _relaxed(selection: Selection, relaxed: bool) -> Selection:
    return Selection(
        selection.query,
        selection.window,
        selection.aggregations,
        relaxed=relaxed and bool(selection.window),
    )
