"""Which passages answer a question, and the best of them in order.

plan -> ask -> rank: what is asked first settles most questions. What holds the question is counted;
the best of what only sounds like it is listed after it. More is asked only when nothing holds it,
and of the sound when nothing that was found is close. What is like a whole phrase holds it, though
its telling word was misheard; then all is counted once more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from itertools import islice
from typing import Any

from earshot.search import by_sound, plan, query
from earshot.search.candidates import Comparison, Ranked, joined
from earshot.search.engine import Ask, Candidate, Engine, Found
from earshot.search.frequencies import Frequencies
from earshot.search.query import Query
from earshot.search.question import Question
from earshot.search.rank import NOTHING_CLOSE, Closeness

WINDOW = 40  # of the engine's best passages that are put in order by how close they are
MAYBE_WINDOW = 50  # of what may hold it, by each query
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

    `window` is the best of it in order, and then what may hold the question too. `relaxed`:
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
        return self.total <= sum(one.match == "holds" for one in self.window)

    @property
    def maybes(self) -> int:
        """How many recordings may hold the question."""
        return len({one.place.recording_id for one in self.window if one.match == "maybe"})


def select(
    engine: Engine, question: Question, counted: Mapping[str, Any], narrowed: bool = False
) -> Selection:
    """The passages that hold a question, or if none does, those that hold most of it.

    `narrowed`: some facet's values are chosen, so that the engine shows no others.
    """
    counted = {**counted, _EVERYWHERE: {"filter": {"match_all": {}}}}
    level = plan.Level(query.enough(question), question.telling)
    asked = level.query(question)
    if not question:
        (found,) = engine.ask([Ask(asked, 0, counted)])
        return Selection(asked, found.total, found.aggregations or {})
    if question.exact or not question.telling:  # nothing is a maybe
        (found,) = engine.ask([Ask(asked, WINDOW, counted)])
        return _whole(_selection(Comparison(question), _Answer(level, found, found), ()))
    maybes = [Ask(one, MAYBE_WINDOW) for one in query.maybes(question)]
    first = [by_sound.is_there(), *_levels([level], counted, narrowed, question), *maybes]
    everywhere = [replace(one, chosen=False) for one in maybes] if narrowed else []
    answers = iter(engine.ask([*first, *everywhere, *plan.frequency_asks(question)]))
    (sound, *enough) = islice(answers, len(first) - len(maybes))
    alike = joined(*(one.candidates for one in islice(answers, len(maybes))))
    elsewhere = joined(*(one.candidates for one in islice(answers, len(everywhere))))
    comparison = Comparison(question, plan.frequencies(question, list(answers)))
    answer = _Answer(level, enough[0], enough[-1])
    passages = comparison.frequencies.passages
    sounding = partial(by_sound.asks, question, seen=alike, passages=passages)
    if not answer.is_any and len(question.telling) > 1:
        levels = plan.fewer(question, comparison.frequencies)
        asks = sounding(levels[0].query(question)) if sound.candidates else []
        answer, more = _fewer(engine, comparison, levels, counted, narrowed, asks)
        alike = joined(alike, more)
    # Whatever is chosen, the same passages hold the question.
    as_said = _as_good_as_said(comparison, answer, joined(alike, elsewhere))
    selection = _selection(comparison, answer, alike, as_said)
    if sound.candidates and not (answer.relaxed or as_said or _is_close(question, selection)):
        alike = joined(alike, *(one.candidates for one in engine.ask(sounding(asked))))
        selection = _selection(comparison, answer, alike)
    return _whole(_recounted(engine, selection, as_said, counted) if as_said else selection)


@dataclass(frozen=True, slots=True)
class _Answer:
    """What was found to say enough words, and the same whatever values are chosen."""

    level: plan.Level
    found: Found
    everywhere: Found
    relaxed: bool = False

    @property
    def is_any(self) -> bool:
        """Whether anything says so many words, whatever is chosen."""
        return bool(_total_everywhere(self.found))


def _levels(
    levels: Sequence[plan.Level], counted: Mapping[str, Any], narrowed: bool, question: Question
) -> list[Ask]:
    """What says so many words; then the same whatever is chosen, if anything is."""
    queries = [level.query(question) for level in levels]
    chosen = [Ask(one, WINDOW, counted) for one in queries]
    return chosen + [Ask(one, WINDOW, {}, chosen=False) for one in queries if narrowed]


def _fewer(
    engine: Engine,
    comparison: Comparison,
    levels: Sequence[plan.Level],
    counted: Mapping[str, Any],
    narrowed: bool,
    sounding: Sequence[Ask],
) -> tuple[_Answer, list[Candidate]]:
    """What says as many of the words as some passage does, and what else sounds like them."""
    asks = _levels(levels, counted, narrowed, comparison.question)
    answers = engine.ask([*asks, *sounding])
    several = [
        _Answer(level, found, everywhere, relaxed=True)
        for level, found, everywhere in zip(
            levels, answers, answers[len(asks) - len(levels) :], strict=False
        )
    ]
    answer = next((one for one in several if one.is_any), several[-1])
    return answer, joined(*(one.candidates for one in answers[len(asks) :]))


def _as_good_as_said(
    comparison: Comparison, answer: _Answer, alike: Sequence[Candidate]
) -> frozenset[str]:
    others = _others(comparison, answer.level, answer.everywhere, alike)
    return comparison.as_good_as_said(answer.everywhere.candidates, others)


def _recounted(
    engine: Engine, selection: Selection, as_said: frozenset[str], counted: Mapping[str, Any]
) -> Selection:
    """With what is as good as said in the query and in all counts."""
    asked = query.either(selection.query, query.these(sorted(as_said)))
    (found,) = engine.ask([Ask(asked, 0, counted)])
    return replace(selection, query=asked, total=found.total, aggregations=found.aggregations or {})


def _selection(
    comparison: Comparison,
    answer: _Answer,
    alike: Sequence[Candidate],
    as_said: frozenset[str] = frozenset(),
) -> Selection:
    """What was found holds the question, and so does what is `as_said`; the rest of what is
    `alike` may."""
    found = answer.found
    others = _others(comparison, answer.level, found, alike)
    holding = [*found.candidates, *(one for one in others if one.place.document_id in as_said)]
    known = {one.place.recording_id for one in holding}
    others = [one for one in others if one.place.recording_id not in known]
    window, close = comparison.in_order(holding, others, answer.relaxed)
    return Selection(
        answer.level.query(comparison.question),
        found.total,
        found.aggregations or {},
        window,
        # Where nothing says any of the words, nothing was relaxed either.
        answer.relaxed and answer.is_any,
        comparison.frequencies,
        compared=[*found.candidates, *alike],
        close=close,
    )


def _others(
    comparison: Comparison, level: plan.Level, found: Found, alike: Sequence[Candidate]
) -> list[Candidate]:
    """Of what is alike the passages of recordings that were not found."""
    known = {one.place.recording_id for one in found.candidates}
    others = [one for one in alike if one.place.recording_id not in known]
    if found.total > len(found.candidates):  # some of what holds it was not fetched
        return level.not_held(comparison.question, others)
    return others


def _is_close(question: Question, selection: Selection) -> bool:
    if len(question.words) == 1:
        return selection.closest >= CLOSE_WORD
    words = len(question.words)
    as_phrase = selection.close.as_phrase
    nearly = words > 2 and (as_phrase >= NEARLY_PHRASE or words >= LONG_PHRASE_WORDS)
    has_all = len(question.telling) > 1 and selection.close.words >= HAS_ALL
    return selection.closest >= CLOSE and (has_all or not nearly or as_phrase >= CLOSE_PHRASE)


def _whole(selection: Selection) -> Selection:
    """Maybes come after all that holds the question: none where not all of it was compared."""
    if selection.is_whole:
        return selection
    return replace(selection, window=[one for one in selection.window if one.match == "holds"])


def _total_everywhere(found: Found) -> int:
    return int((found.aggregations or {})[_EVERYWHERE]["doc_count"])
