"""How much each word of a question tells: the rarer it is in this very index, the more.

A small index knows little of how rare words are: in forty recordings "leave" may be as rare as
"train". So until there are enough, the language counts as so many passages more.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from earshot.search import language
from earshot.search.question import Question, Slot

STOP_WORD_SHARE = 0.05  # of what the rarest word weighs
PRIOR_PASSAGES, PASSAGE_WORDS = 200, 50  # that the language counts as, and words of each
FEW_PASSAGES = 10 * PRIOR_PASSAGES  # from here on the index knows enough


@dataclass(frozen=True, slots=True)
class Frequencies:
    """In how many of all `passages` each asked word is said, in some form."""

    passages: int = 0
    said: Mapping[str, int] = field(default_factory=dict)

    @property
    def prior(self) -> int:
        return PRIOR_PASSAGES if self.passages < FEW_PASSAGES else 0

    def rarity(self, word: str) -> float:
        """The logarithm of one in how many passages says it (inverse document frequency)."""
        said = float(self.said.get(word, 0))
        if self.prior:
            said += self.prior * min(language.share(word) * PASSAGE_WORDS, 1.0)
        return math.log(1 + (self.passages + self.prior + 1) / (said + 1))

    def weight(self, slot: Slot, question: Question) -> float:
        if slot.is_stop_word:
            rarest = math.log(2 + self.passages + self.prior)
            return rarest * (1.0 if slot in question.telling else STOP_WORD_SHARE)
        rarities = (max(map(self.rarity, term.tokens)) for term in slot.terms if term.tokens)
        return min(rarities)
