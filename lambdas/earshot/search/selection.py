"""Which passages answer a question, and the best of them in order.

plan -> ask -> rank: what is asked first settles most questions. What holds the question is counted;
the best of what only sounds like it is listed behind. More is asked only when nothing holds it, or
when nothing that was found is close.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from earshot.search import by_sound, plan, query
from earshot.search.engine import Ask, Candidate, Engine, Found, Place
from earshot.search.marks import marks
from earshot.search.query import Query
from earshot.search.question import Question
from earshot.search.rank import Closeness, Frequencies, Views, closeness, compare
from earshot.search.request import Match, Stretch

WINDOW = 60  # of the engine's best passages that are put in order by how close they are
MAYBE_WINDOW, BROAD_WINDOW = 40, 30
# The broad query is asked when nothing is closer. Of several words some are heard right. What is
# nearly like the whole phrase may be a part of it, and the rest elsewhere.
CLOSE_WORD, CLOSE, NEARLY_PHRASE = 0.9, 0.7, (0.7, 0.8)
# What is less close is no maybe but chance; of the rest the best are shown.
FAINT_WORD, FAINT = 0.48, 0.3
MAX_MAYBES = 10
# A maybe comes before what holds the question only if it is so much closer; of one word never.
HOLDS_BONUS, WORD_HOLDS_BONUS = 0.02, 1.0

_EVERYWHERE = "everywhere"  # counts what holds the question whatever facets are chosen


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage that was compared: its `closeness` in 0..1, and what it is put in `order` by.

    `sound`: where a maybe sounds like what was asked, the likeliest stretch first.
    """

    place: Place
    closeness: float
    match: Match
    order: float
    sound: tuple[Stretch, ...] = ()


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
    as_phrase: float = 0.0  # how like the likest passage is to the question as a phrase

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
        return _selection(question, asked, found, (), _Compared(question))
    similar = query.similar(question, but=asked)
    found, alike, said = engine.ask(
        [Ask(asked, WINDOW, counted), Ask(similar, MAYBE_WINDOW), plan.frequency_ask(question)]
    )
    compared = _Compared(question, plan.frequencies(said))
    if not _total_everywhere(found) and len(question.telling) > 1:
        return _relaxed(engine, question, alike, similar, compared, counted)
    selection = _selection(question, asked, found, alike.candidates, compared)
    if not _is_close(question, selection):
        more = engine.ask(_broad_asks(question, asked, similar, compared.frequencies.passages))
        candidates = _joined(alike, *more)
        selection = _selection(question, asked, found, candidates, compared)
    return selection if selection.is_whole else _checked(engine, selection)


def _relaxed(
    engine: Engine,
    question: Question,
    alike: Found,
    similar: Query,
    compared: "_Compared",
    counted: Mapping[str, Any],
) -> Selection:
    """What holds fewer of the words. Which number of them is found first, and then counted."""
    levels = plan.fewer(question, compared.frequencies)
    answers = engine.ask([Ask(one, 1, chosen=False) for one in levels])
    asked = next(
        (one for one, answer in zip(levels, answers, strict=True) if answer.candidates), levels[-1]
    )
    broad = _broad_asks(question, asked, similar, compared.frequencies.passages)
    found, *more = engine.ask([Ask(asked, WINDOW, counted), *broad])
    candidates = _joined(alike, *more)
    selection = _selection(question, asked, found, candidates, compared, relaxed=True)
    return selection if selection.is_whole else _checked(engine, selection)


def _broad_asks(question: Question, asked: Query, similar: Query, passages: int) -> list[Ask]:
    """More broadly, by text and by sound."""
    broad = [Ask(one, BROAD_WINDOW) for one in query.broad(question, but=asked)]
    return by_sound.asks(question, asked, Ask(similar, MAYBE_WINDOW), broad, passages)


@dataclass(slots=True)
class _Compared:
    """Each candidate is compared with the question once."""

    question: Question
    frequencies: Frequencies = field(default_factory=Frequencies)
    _views: dict[str, Views] = field(default_factory=dict)

    def closeness(self, candidates: Sequence[Candidate]) -> Closeness:
        fresh = [one for one in candidates if one.place.document_id not in self._views]
        views = compare(self.question, [one.digest for one in fresh], self.frequencies)
        self._views |= {one.place.document_id: view for one, view in zip(fresh, views, strict=True)}
        known = [self._views[one.place.document_id] for one in candidates]
        return closeness(self.question, known)


def _selection(
    question: Question,
    asked: Query,
    found: Found,
    alike: Sequence[Candidate],
    compared: _Compared,
    relaxed: bool = False,
) -> Selection:
    """All candidates in order."""
    holding = list(found.candidates)
    known = {one.place.recording_id for one in holding}
    maybes = [one for one in alike if one.place.recording_id not in known]
    close = compared.closeness([*holding, *maybes])
    bonus = 0.0 if relaxed else WORD_HOLDS_BONUS if len(question.free) == 1 else HOLDS_BONUS
    ranked = [
        Ranked(one.place, value, "holds", value + bonus)
        for one, value in zip(holding, close.values[: len(holding)], strict=True)
    ]
    likely = _maybes(question, maybes, close.values[len(holding) :])
    return Selection(
        asked,
        found.total,
        found.aggregations or {},
        _in_order(ranked, likely),
        # Where nothing was found because of the chosen facets, nothing was relaxed either.
        relaxed and bool(_total_everywhere(found)),
        compared.frequencies,
        compared=[*holding, *alike],
        as_phrase=close.as_phrase,
    )


def _is_close(question: Question, selection: Selection) -> bool:
    if len(question.words) == 1:
        return selection.closest >= CLOSE_WORD
    least, most = NEARLY_PHRASE
    nearly = len(question.words) > 2 and least <= selection.as_phrase < most
    return selection.closest >= CLOSE and not nearly


def _checked(engine: Engine, selection: Selection) -> Selection:
    """Where more holds the question than was compared: without maybes of recordings that hold it,
    or that would come before what was not compared."""
    last = min(one.order for one in selection.window if one.match == "holds")
    maybes = [one for one in selection.window if one.match == "maybe" and one.order > last]
    unsure = {
        one.place.recording_id for one in maybes if selection.relaxed or one.place.passages > 1
    }
    holding = engine.best_of_each(selection.query, sorted(unsure)) if unsure else {}
    shown = {one.place.document_id for one in maybes if one.place.recording_id not in holding}
    window = [
        one for one in selection.window if one.match == "holds" or one.place.document_id in shown
    ]
    return replace(selection, window=window)


def _maybes(
    question: Question, candidates: Sequence[Candidate], close: Sequence[float]
) -> list[Ranked]:
    """The best that are close enough, or sound like it, and can be marked."""
    faint = FAINT_WORD if len(question.free) == 1 else FAINT
    heard = by_sound.heard(question, candidates)
    ranked = [
        (Ranked(one.place, value, "maybe", value + sound.term, sound.stretches), one)
        for one, value, sound in zip(candidates, close, heard, strict=True)
        if value >= faint or sound.stretches
    ]
    ranked.sort(key=lambda pair: _order(pair[0]))
    shown = (best for best, one in ranked if _has_mark(one, best, question))
    return list(islice(shown, MAX_MAYBES))


def _has_mark(candidate: Candidate, ranked: Ranked, question: Question) -> bool:
    """The sound marks the words where it is, if there are any."""
    if ranked.sound:
        return any(text.tokens for text in candidate.digest.texts)
    return bool(marks(candidate.digest, question))


def _in_order(holding: Sequence[Ranked], maybes: Sequence[Ranked]) -> list[Ranked]:
    """All in order by text; the sound decides only which maybe stands where one stands."""
    by_text = [replace(one, order=one.closeness) for one in maybes]
    places = sorted((*holding, *by_text), key=_order)
    best = iter(maybes)
    return [one if one.match == "holds" else replace(next(best), order=one.order) for one in places]


def _order(ranked: Ranked) -> tuple[float, float, str]:
    return -ranked.order, -(ranked.place.score or 0.0), ranked.place.document_id


def _total_everywhere(found: Found) -> int:
    return int((found.aggregations or {})[_EVERYWHERE]["doc_count"])


def _joined(*found: Found) -> list[Candidate]:
    """Each once, as it was found last: with its sound, if that was asked for."""
    return list({one.place.document_id: one for some in found for one in some.candidates}.values())
