"""Which passages answer a question, and the best of them in order.

plan -> ask -> rank: what is asked first settles most questions. What holds the question is counted;
the best of what only sounds like it is listed with it. More is asked only when nothing holds it,
and of the sound when nothing that was found is close.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from earshot.search import by_sound, plan, query
from earshot.search.candidates import Comparison, Ranked, joined
from earshot.search.engine import Ask, Candidate, Engine, Found
from earshot.search.query import Query
from earshot.search.question import Question
from earshot.search.rank import NOTHING_CLOSE, Closeness, Frequencies

WINDOW = 40  # of the engine's best passages that are put in order by how close they are
MAYBE_WINDOW = 60  # of what may hold it, by each query
# The sound is looked into when nothing is closer. Of several words some are heard right. What is
# nearly like a phrase may be a part of it, and the rest elsewhere; of a long phrase nothing that is
# said in a few words may be like it. Neither counts where some passage has all telling words.
CLOSE_WORD, CLOSE = 0.9, 0.7
HAS_ALL = 0.95
NEARLY_PHRASE, CLOSE_PHRASE, LONG_PHRASE_WORDS = 0.7, 0.8, 5

_EVERYWHERE = "everywhere"  # counts what holds the question whatever facets are chosen


@dataclass(frozen=True, slots=True)
class Selection:
    """What `query` selects holds the question: `total` passages, with `aggregations`.

    `window` is the best of it, and among it what may hold the question too, in order. `relaxed`:
    fewer words had to do. `compared` are all passages that were looked at.
    """

    query: Query
    total: int
    aggregations: Mapping[str, Any]
    window: Sequence[Ranked] = ()
    relaxed: bool = False
    frequencies: Frequencies = field(default_factory=Frequencies)
    compared: Sequence[Candidate] = ()
    close: Closeness = NOTHING_CLOSE

    @property
    def closest(self) -> float:
        return max((one.closeness for one in self.window), default=0.0)

    @property
    def is_whole(self) -> bool:
        """Whether all that holds the question is in the window."""
        return self.total <= WINDOW

    @property
    def maybes(self) -> int:
        """How many recordings may hold the question."""
        return len({one.place.recording_id for one in self.window if one.match == "maybe"})


def select(engine: Engine, question: Question, counted: Mapping[str, Any]) -> Selection:
    """The passages that hold a question, or if none does, those that hold most of it."""
    counted = {**counted, _EVERYWHERE: {"filter": {"match_all": {}}}}
    asked = query.holds(question, query.enough(question))
    if not question:
        (found,) = engine.ask([Ask(asked, 0, counted)])
        return Selection(asked, found.total, found.aggregations or {})
    if question.exact or not question.telling:  # nothing is a maybe
        (found,) = engine.ask([Ask(asked, WINDOW, counted)])
        return _selection(Comparison(question), asked, found, ())
    maybes = [Ask(one, MAYBE_WINDOW) for one in query.maybes(question, but=asked)]
    first = [Ask(asked, WINDOW, counted), by_sound.is_there(), *maybes]
    answers = engine.ask([*first, *plan.frequency_asks(question)])
    found, sound, *alike = answers[: len(first)]
    frequencies = plan.frequencies(question, answers[len(first) :])
    comparison = Comparison(question, frequencies)
    others = joined(*(one.candidates for one in alike))
    if _total_everywhere(found) or len(question.telling) == 1:
        selection = _selection(comparison, asked, found, others)
        if sound.candidates and not _is_close(question, selection):
            more = engine.ask(by_sound.asks(question, asked, others, frequencies.passages))
            others = joined(others, *(one.candidates for one in more))
            selection = _selection(comparison, asked, found, others)
    else:
        selection = _relaxed(engine, comparison, others, counted, bool(sound.candidates))
    return selection if selection.is_whole else _checked(engine, selection)


def _relaxed(
    engine: Engine,
    comparison: Comparison,
    others: Sequence[Candidate],
    counted: Mapping[str, Any],
    has_sound: bool,
) -> Selection:
    """What holds as many of the words as some passage says."""
    question, frequencies = comparison.question, comparison.frequencies
    levels = plan.fewer(question, frequencies)
    asked = [one.query(question) for one in levels]
    asks = [Ask(one, WINDOW, counted) for one in asked]
    if has_sound:
        asks += by_sound.asks(question, asked[0], others, frequencies.passages)
    answers = engine.ask(asks)
    found, more = answers[: len(levels)], answers[len(levels) :]
    said = (n for n, one in enumerate(found) if _total_everywhere(one))
    n = next(said, len(levels) - 1)
    others = joined(others, *(one.candidates for one in more))
    others = levels[n].not_held(question, others)
    return _selection(comparison, asked[n], found[n], others, relaxed=True)


def _selection(
    comparison: Comparison,
    asked: Query,
    found: Found,
    alike: Sequence[Candidate],
    relaxed: bool = False,
) -> Selection:
    known = {one.place.recording_id for one in found.candidates}
    others = [one for one in alike if one.place.recording_id not in known]
    window, close = comparison.in_order(found.candidates, others, relaxed)
    return Selection(
        asked,
        found.total,
        found.aggregations or {},
        window,
        # Where nothing says any of the words, nothing was relaxed either.
        relaxed and bool(_total_everywhere(found)),
        comparison.frequencies,
        compared=[*found.candidates, *alike],
        close=close,
    )


def _is_close(question: Question, selection: Selection) -> bool:
    if len(question.words) == 1:
        return selection.closest >= CLOSE_WORD
    words = len(question.words)
    as_phrase = selection.close.as_phrase
    nearly = words > 2 and (as_phrase >= NEARLY_PHRASE or words >= LONG_PHRASE_WORDS)
    has_all = len(question.telling) > 1 and selection.close.words >= HAS_ALL
    return selection.closest >= CLOSE and (has_all or not nearly or as_phrase >= CLOSE_PHRASE)


def _checked(engine: Engine, selection: Selection) -> Selection:
    """Where more holds the question than was compared: without maybes of recordings that hold it,
    or that would come before what was not compared."""
    last = min(one.order for one in selection.window if one.match == "holds")
    maybes = [one for one in selection.window if one.match == "maybe" and one.order > last]
    unsure = {one.place.recording_id for one in maybes if one.place.passages > 1}
    holding = engine.best_of_each(selection.query, sorted(unsure)) if unsure else {}
    shown = {one.place.document_id for one in maybes if one.place.recording_id not in holding}
    window = [
        one for one in selection.window if one.match == "holds" or one.place.document_id in shown
    ]
    return replace(selection, window=window)


def _total_everywhere(found: Found) -> int:
    return int((found.aggregations or {})[_EVERYWHERE]["doc_count"])
