"""Which passages answer a question, and the best of them in order."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from earshot.search import query, rank
from earshot.search.engine import Counts, Engine, Place
from earshot.search.query import Query, Question

# The engine's best, which are put in order by how closely they hold what was asked.
WINDOW = 100
# The broad question is asked when nothing is closer. Of several words some are heard right.
CLOSE_WORD, CLOSE = 0.9, 0.75
FAINT = 0.48  # what is less close, even at its best, is no answer but chance


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
    counts: Counts
    relaxed: bool = False


def select(engine: Engine, question: Question, aggregations: Mapping[str, Any]) -> Selection:
    """The passages that answer a question, precisely if any do, else more and more broadly."""
    if not question:
        asked = query.precise(question)
        return Selection(asked, (), engine.aggregate(asked, aggregations))
    # All recordings decide which question is asked, whatever facets are chosen: what a facet's
    # value counts before is what it shows afterwards.
    everywhere = replace(engine, chosen={})

    def chosen(selection: Selection) -> Selection:
        return _try(engine, question, selection.query, aggregations) if engine.chosen else selection

    precise = _try(everywhere, question, query.precise(question), aggregations)
    close = CLOSE_WORD if len(question.words) == 1 else CLOSE
    if not question.words or _best(precise) >= close:
        return chosen(precise)
    broad = _try(everywhere, question, query.broad(question), aggregations)
    if precise.window:
        return _joined(chosen(precise), chosen(broad))
    if _best(broad) >= FAINT:
        return _relaxed(chosen(broad))
    any_word = query.precise(question, enough=query.FEW)
    return _relaxed(_try(engine, question, any_word, aggregations))


def _try(
    engine: Engine, question: Question, asked: Query, aggregations: Mapping[str, Any]
) -> Selection:
    places, counted = engine.best(asked, WINDOW, aggregations)
    heard = [place.heard for place in places if place.heard]
    closeness = iter(rank.closeness(question.words, question.written, heard))
    # What older code wrote can't be compared, and keeps the engine's order.
    ranked = [Ranked(place, next(closeness) if place.heard else FAINT) for place in places]
    return Selection(asked, _in_order(ranked), counted)


def _best(selection: Selection) -> float:
    return selection.window[0].closeness if selection.window else 0.0


def _joined(precise: Selection, broad: Selection) -> Selection:
    """The broad selection, which contains the precise one, with the best of both."""
    best = {one.place.document_id: one for one in (*broad.window, *precise.window)}
    return Selection(broad.query, _in_order(best.values()), broad.counts)


def _in_order(ranked: Iterable[Ranked]) -> list[Ranked]:
    return sorted(
        ranked,
        key=lambda one: (-one.closeness, -(one.place.score or 0.0), one.place.document_id),
    )


def _relaxed(selection: Selection) -> Selection:
    return replace(selection, relaxed=bool(selection.window))
