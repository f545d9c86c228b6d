"""Which passages answer a question, and the best of them in order.

plan -> ask -> rank: what is asked first settles most questions. What holds the question is counted;
the best of what only sounds like it is listed with it. More is asked only when nothing holds it, or
when nothing that was found is close.
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
MAYBE_WINDOW, BROAD_WINDOW = 40, 30
# The broad query is asked when nothing is closer. Of several words some are heard right. What is
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
    similar = query.similar(question, but=asked)
    found, alike, *said = engine.ask(
        [Ask(asked, WINDOW, counted), Ask(similar, MAYBE_WINDOW), *plan.frequency_asks(question)]
    )
    comparison = Comparison(question, plan.frequencies(question, said))

    def broad_asks(asked: Query) -> list[Ask]:
        """By letters, by sounds near the words', and by the sound itself."""
        broad = query.broad(question, but=asked)
        passages = comparison.frequencies.passages
        return by_sound.asks(question, asked, alike.candidates, broad, BROAD_WINDOW, passages)

    if _total_everywhere(found) or len(question.telling) == 1:
        selection = _selection(comparison, asked, found, alike.candidates)
        if not _is_close(question, selection):
            more = engine.ask(broad_asks(asked))
            selection = _selection(comparison, asked, found, joined(alike, *more))
    else:
        level = _fewer_words(engine, comparison)
        asked = level.query(question)
        found, *more = engine.ask(
            [
                Ask(asked, WINDOW, counted),
                *broad_asks(asked),
            ]
        )
        others = level.not_held(question, joined(alike, *more))
        selection = _selection(comparison, asked, found, others, relaxed=True)
    return selection if selection.is_whole else _checked(engine, selection)


def _fewer_words(engine: Engine, comparison: Comparison) -> plan.Level:
    """As many of the words as some passage says."""
    *levels, last = plan.fewer(comparison.question, comparison.frequencies)
    if not levels:
        return last
    answers = engine.ask([Ask(one.query(comparison.question), 1, chosen=False) for one in levels])
    there = (one for one, answer in zip(levels, answers, strict=True) if answer.candidates)
    return next(there, last)


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
