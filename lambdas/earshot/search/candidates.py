"""The passages that were found for a question, in the order in which they answer it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from earshot.search import by_sound
from earshot.search.engine import Candidate, Place
from earshot.search.marks import marks
from earshot.search.question import Question
from earshot.search.rank import Closeness, Frequencies, Views, closeness, compare
from earshot.search.request import Match, Stretch

# What is less close is no maybe but chance; of the rest the best are shown.
FAINT_WORD, FAINT = 0.48, 0.35
MAX_MAYBES = 10
# A maybe comes before what holds the question only if it is so much closer; of one word never.
HOLDS_BONUS, WORD_HOLDS_BONUS = 0.02, 1.0


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


@dataclass(slots=True)
class Comparison:
    """Compares candidates with a question, each once."""

    question: Question
    frequencies: Frequencies = field(default_factory=Frequencies)
    _views: dict[str, Views] = field(default_factory=dict)
    _marked: dict[str, bool] = field(default_factory=dict)

    def in_order(
        self, holding: Sequence[Candidate], others: Sequence[Candidate], relaxed: bool
    ) -> tuple[list[Ranked], Closeness]:
        """What holds the question and the best of what may, and how close they are. Where fewer
        words had to do, holding them is no merit."""
        close = self._closeness([*holding, *others])
        bonus = WORD_HOLDS_BONUS if len(self.question.free) == 1 else HOLDS_BONUS
        ranked = [
            Ranked(one.place, value, "holds", value if relaxed else value + bonus)
            for one, value in zip(holding, close.values[: len(holding)], strict=True)
        ]
        maybes = self._maybes(others, close.values[len(holding) :])
        return _mixed(ranked, maybes), close

    def _maybes(self, candidates: Sequence[Candidate], close: Sequence[float]) -> list[Ranked]:
        """The best that are close enough, or sound like it, and can be marked."""
        faint = FAINT_WORD if len(self.question.free) == 1 else FAINT
        heard = by_sound.heard(self.question, candidates)
        ranked = [
            (Ranked(one.place, value, "maybe", value + sound.term, sound.stretches), one)
            for one, value, sound in zip(candidates, close, heard, strict=True)
            if value >= faint or sound.stretches
        ]
        ranked.sort(key=lambda pair: _order(pair[0]))
        shown = (best for best, one in ranked if self._has_mark(one, best))
        return list(islice(shown, MAX_MAYBES))

    def _has_mark(self, candidate: Candidate, ranked: Ranked) -> bool:
        """The sound marks the words where it is, if there are any."""
        if ranked.sound:
            return any(text.tokens for text in candidate.digest.texts)
        identity = candidate.place.document_id
        if identity not in self._marked:
            self._marked[identity] = bool(marks(candidate.digest, self.question))
        return self._marked[identity]

    def _closeness(self, candidates: Sequence[Candidate]) -> Closeness:
        fresh = [one for one in candidates if one.place.document_id not in self._views]
        views = compare(self.question, [one.digest for one in fresh], self.frequencies)
        self._views |= {one.place.document_id: view for one, view in zip(fresh, views, strict=True)}
        return closeness(self.question, [self._views[one.place.document_id] for one in candidates])


def joined(*found: Sequence[Candidate]) -> list[Candidate]:
    """Each once, as it was found first, with its letters if they were asked for at all."""
    each: dict[str, Candidate] = {}
    for one in (one for some in found for one in some):
        first = each.setdefault(one.place.document_id, one)
        if one.letters and not first.letters:
            each[one.place.document_id] = replace(first, letters=one.letters)
    return list(each.values())


def _mixed(holding: Sequence[Ranked], maybes: Sequence[Ranked]) -> list[Ranked]:
    """All in order by text; the sound decides only which maybe stands where one stands."""
    by_text = [replace(one, order=one.closeness) for one in maybes]
    places = sorted((*holding, *by_text), key=_order)
    best = iter(maybes)
    return [one if one.match == "holds" else replace(next(best), order=one.order) for one in places]


def _order(ranked: Ranked) -> tuple[float, float, str]:
    return -ranked.order, -(ranked.place.score or 0.0), ranked.place.document_id
