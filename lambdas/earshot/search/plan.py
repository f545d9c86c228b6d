"""What is asked beside the question itself: how rare its words are, and fewer of them."""

from collections.abc import Sequence
from dataclasses import dataclass

from earshot.search import query
from earshot.search.engine import Ask, Candidate, Found
from earshot.search.frequencies import Frequencies
from earshot.search.marks import is_said
from earshot.search.query import Query
from earshot.search.question import Question, Slot

# Where nothing says enough words, the rarest words that were said at all have to do: those of at
# least this share of the rarest one's weight.
RARE_SHARE = 0.75
FEWER_WORDS_TRIED = 3


@dataclass(frozen=True, slots=True)
class Level:
    """What has to do: `needed` of the words of these slots."""

    needed: int
    slots: Sequence[Slot]

    def query(self, question: Question) -> Query:
        return query.holds(question, self.needed, self.slots)

    def not_held(self, question: Question, candidates: Sequence[Candidate]) -> list[Candidate]:
        """The passages that don't say so many of the words."""
        return [
            one
            for one in candidates
            if sum(is_said(one.digest, slot, question) for slot in self.slots) < self.needed
        ]


def frequency_asks(question: Question) -> list[Ask]:
    """How many passages there are, and how many say each word. Each is a search of its own, which
    the engine answers from its dictionary: counted in one pass they would cost one of the index."""
    counted = [{"match_all": {}}, *query.said_counts(question).values()]
    return [Ask(one, 0, {}, filtered=False, chosen=False) for one in counted]


def frequencies(question: Question, found: Sequence[Found]) -> Frequencies:
    """From the answers to `frequency_asks`."""
    passages, *said = (one.total for one in found)
    return Frequencies(passages, dict(zip(query.said_counts(question), said, strict=True)))


def fewer(question: Question, frequencies: Frequencies) -> list[Level]:
    """Fewer and fewer of the words, at last any of the rarest that were said."""
    needed = query.enough(question)
    weights = {
        slot: frequencies.weight(slot, question)
        for slot in question.telling
        if _is_said(slot, frequencies)
    }
    least = RARE_SHARE * max(weights.values(), default=0.0)
    rare = [slot for slot in question.telling if weights.get(slot, least) >= least]
    numbers = list(range(needed - 1, 1, -1))[:FEWER_WORDS_TRIED]
    return [*(Level(n, question.telling) for n in numbers), Level(1, rare)]


def _is_said(slot: Slot, frequencies: Frequencies) -> bool:
    return any(all(frequencies.said.get(token, 0) for token in term.tokens) for term in slot.terms)
