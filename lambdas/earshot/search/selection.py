"""Which passages answer a question, and the best of them in order.

plan -> ask -> rank: what is asked first settles most questions. What holds the question is counted;
the best of what only sounds like it is listed behind. More is asked only when nothing holds it, or
when nothing that was found is close.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Any

from earshot.search import by_sound, query
from earshot.search.engine import Ask, Candidate, Engine, Found, Place
from earshot.search.marks import marks
from earshot.search.query import Query
from earshot.search.question import Question, Slot
from earshot.search.rank import Frequencies, closeness
from earshot.search.request import Match, Stretch

WINDOW = 100  # of the engine's best passages that are put in order by how close they are
MAYBE_WINDOW = 60
# The broad query is asked when nothing is closer. Of several words some are heard right. What is
# nearly like the whole phrase may be a part of it, and the rest elsewhere.
CLOSE_WORD, CLOSE, NEARLY_PHRASE = 0.9, 0.7, (0.7, 0.8)
# What is less close is no maybe but chance; of the rest the best are shown.
FAINT_WORD, FAINT = 0.48, 0.3
MAX_MAYBES = 10
# Where nothing says enough words, the rarest words that were said at all have to do: those of at
# least this share of the rarest one's weight.
RARE_SHARE = 0.75
FEWER_WORDS_TRIED = 3

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
        return _selection(question, asked, found, _Heard())
    similar = query.similar(question, but=asked)
    found, alike, said = engine.ask(
        [Ask(asked, WINDOW, counted), Ask(similar, MAYBE_WINDOW), _frequency_ask(question)]
    )
    heard = _Heard(alike.candidates, _frequencies(said))
    relaxed = False
    if not _total_everywhere(found) and len(question.telling) > 1:
        for level, answer in _fewer(engine, question, heard.frequencies, counted):
            if _total_everywhere(answer):
                asked, found, relaxed = level, answer, True
                break
    selection = _selection(question, asked, found, heard, relaxed)
    if not _is_close(question, selection):
        wide = query.broad(question, but=asked)
        passages = heard.frequencies.passages
        more = engine.ask(by_sound.asks(question, asked, similar, wide, MAYBE_WINDOW, passages))
        heard = _Heard(_joined(alike, *more), heard.frequencies)
        selection = _selection(question, asked, found, heard, relaxed)
    return selection if selection.is_whole else _checked(engine, selection)


@dataclass(frozen=True, slots=True)
class _Heard:
    """What may hold the question, and how often its words are said."""

    candidates: Sequence[Candidate] = ()
    frequencies: Frequencies = field(default_factory=Frequencies)


def _selection(
    question: Question, asked: Query, found: Found, heard: _Heard, relaxed: bool = False
) -> Selection:
    """All candidates in order."""
    holding = list(found.candidates)
    known = {one.place.recording_id for one in holding}
    maybes = [one for one in heard.candidates if one.place.recording_id not in known]
    close = closeness(question, [one.digest for one in (*holding, *maybes)], heard.frequencies)
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
        relaxed,
        heard.frequencies,
        compared=[*holding, *heard.candidates],
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


def _frequency_ask(question: Question) -> Ask:
    filters = query.said_counts(question)
    counted = {"said": {"filters": {"filters": filters}}} if filters else {}
    return Ask({"match_all": {}}, 0, counted, everywhere=True)


def _frequencies(found: Found) -> Frequencies:
    buckets = (found.aggregations or {}).get("said", {"buckets": {}})["buckets"]
    return Frequencies(found.total, {word: bucket["doc_count"] for word, bucket in buckets.items()})


def _total_everywhere(found: Found) -> int:
    return int((found.aggregations or {})[_EVERYWHERE]["doc_count"])


def _fewer(
    engine: Engine, question: Question, frequencies: Frequencies, counted: Mapping[str, Any]
) -> list[tuple[Query, Found]]:
    """What holds fewer and fewer of the words, at last any of the rarest that were said."""
    needed = query.enough(question)
    weights = {
        slot: frequencies.weight(slot, question)
        for slot in question.telling
        if _is_said(slot, frequencies)
    }
    least = RARE_SHARE * max(weights.values(), default=0.0)
    rare = [slot for slot in question.telling if weights.get(slot, least) >= least]
    numbers = list(range(needed - 1, 1, -1))[:FEWER_WORDS_TRIED]
    levels = [*(query.holds(question, n) for n in numbers), query.holds(question, 1, rare)]
    answers = engine.ask([Ask(one, WINDOW, counted) for one in levels])
    return list(zip(levels, answers, strict=True))


def _is_said(slot: Slot, frequencies: Frequencies) -> bool:
    return any(all(frequencies.said.get(token, 0) for token in term.tokens) for term in slot.terms)


def _joined(*found: Found) -> list[Candidate]:
    """Each once, as it was found last: with its sound, if that was asked for."""
    return list({one.place.document_id: one for some in found for one in some.candidates}.values())
