"""The passages that were found for a question, in the order in which they answer it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import islice

from earshot.search import by_sound
from earshot.search.engine import Candidate, Place
from earshot.search.frequencies import Frequencies
from earshot.search.marks import marks
from earshot.search.question import Question
from earshot.search.rank import Closeness, Views, closeness, compare
from earshot.search.request import Match, Stretch

# What is less close is no maybe but chance; of the rest the best are shown. Of a single word, a
# maybe must have its share of what is closest too.
FAINT_WORD, FAINT, FAINT_WORD_SHARE = 0.48, 0.35, 0.6
MAX_MAYBES = 10
# A passage that is so like a whole phrase as good as says it, whichever of its words were misheard.
# For the closest of all less is enough, if it is that much closer than what has enough words.
MIN_PHRASE_WORDS = 3
LIKE_PHRASE, CLOSEST_LIKE_PHRASE, LEAD = 0.85, 0.7, 0.02


@dataclass(frozen=True, slots=True)
class Ranked:
    """A passage that was compared: its `closeness` in 0..1.

    `sound`: where a maybe sounds like what was asked, the likeliest stretch first.
    """

    place: Place
    closeness: float
    match: Match
    sound: tuple[Stretch, ...] = ()


@dataclass(slots=True)
class Comparison:
    """Compares candidates with a question, each once."""

    question: Question
    frequencies: Frequencies = field(default_factory=Frequencies)
    _views: dict[str, Views] = field(default_factory=dict)
    _marked: dict[str, bool] = field(default_factory=dict)

    def as_good_as_said(
        self, holding: Sequence[Candidate], others: Sequence[Candidate]
    ) -> frozenset[str]:
        """The documents of `others` that hold the question too: they are like the whole phrase."""
        if len(self.question.words) < MIN_PHRASE_WORDS or len(self.question.free) < 2:
            return frozenset()
        values = self._closeness([*holding, *others]).values
        held, close = values[: len(holding)], values[len(holding) :]
        lead = max((*close, *(value + LEAD for value in held)), default=0.0)
        return frozenset(
            one.place.document_id
            for one, value in zip(others, close, strict=True)
            if self._is_like_phrase(one, is_closest=value >= lead) and self._has_mark(one)
        )

    def _is_like_phrase(self, candidate: Candidate, is_closest: bool) -> bool:
        enough = CLOSEST_LIKE_PHRASE if is_closest else LIKE_PHRASE
        return self._views[candidate.place.document_id].as_phrase >= enough

    def in_order(
        self, holding: Sequence[Candidate], others: Sequence[Candidate], relaxed: bool
    ) -> tuple[list[Ranked], Closeness]:
        """What holds the question, then the best of what may, and how close they are."""
        close = self._closeness([*holding, *others])
        holds = [
            Ranked(one.place, value, "holds")
            for one, value in zip(holding, close.values[: len(holding)], strict=True)
        ]
        holds.sort(key=lambda one: _order(one.place, one.closeness))
        close_others = close.values[len(holding) :]
        if holding and not relaxed:
            close_others = self._telling(others, close_others)
        return [*holds, *self._maybes(others, close_others, self._faint(close))], close

    def _faint(self, close: Closeness) -> float:
        if len(self.question.free) > 1:
            return FAINT
        return max(FAINT_WORD, FAINT_WORD_SHARE * max(close.values, default=0.0))

    def _maybes(
        self, candidates: Sequence[Candidate], close: Sequence[float], faint: float
    ) -> list[Ranked]:
        """The best that are close enough, or sound like it, and can be marked."""
        heard = by_sound.heard(self.question, candidates)
        found = [
            (one, value, sound)
            for one, value, sound in zip(candidates, close, heard, strict=True)
            if value >= faint or sound.stretches
        ]
        found.sort(key=lambda each: _order(each[0].place, each[1] + each[2].term))
        shown = (
            Ranked(one.place, value, "maybe", sound.stretches)
            for one, value, sound in found
            if (_has_words(one) if sound.stretches else self._has_mark(one))
        )
        return list(islice(shown, MAX_MAYBES))

    def _telling(self, candidates: Sequence[Candidate], close: Sequence[float]) -> list[float]:
        """How close they are; not at all with no more of the question than stop words, and letters
        by chance."""
        views = (self._views[one.place.document_id] for one in candidates)
        return [value if one.telling > 0 else 0.0 for value, one in zip(close, views, strict=True)]

    def _has_mark(self, candidate: Candidate) -> bool:
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


def _has_words(candidate: Candidate) -> bool:
    """The sound marks the words where it is, if there are any."""
    return any(text.tokens for text in candidate.digest.texts)


def _order(place: Place, value: float) -> tuple[float, float, str]:
    return -value, -(place.score or 0.0), place.document_id
