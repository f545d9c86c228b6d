"""How much likelier the sound must find the listener's words than the writer's, to show them."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

WEAK, STRONG = 0.85, 0.92
"""Mean confidence of a listener's words; between the two, its weight grows."""

PRIOR_CONFIDENCE, PRIOR_WORDS = 0.75, 3
"""A few words say little about a listener: as if it had had so many more of such confidence."""


@dataclass(frozen=True, slots=True)
class Margin:
    """Nats a letter by which the listener's words must be likelier to be shown.

    `least` where the writer's odds are even, and `odds` more for each nat of its log odds.
    """

    least: float
    odds: float


@dataclass(frozen=True, slots=True)
class Margins:
    """Of a listener that is unsure of itself and of one that is sure."""

    weak: Margin = Margin(4.0, 0.5)
    strong: Margin = Margin(0.75, 0.25)

    def of(self, confidences: Sequence[float]) -> Margin:
        """Of a listener whose words have these confidences."""
        share = float(np.clip((trust(confidences) - WEAK) / (STRONG - WEAK), 0, 1))
        return Margin(
            self.weak.least + share * (self.strong.least - self.weak.least),
            self.weak.odds + share * (self.strong.odds - self.weak.odds),
        )


def trust(confidences: Sequence[float]) -> float:
    """The mean confidence, drawn to PRIOR_CONFIDENCE where there are few words."""
    total = sum(confidences) + PRIOR_CONFIDENCE * PRIOR_WORDS
    return total / (len(confidences) + PRIOR_WORDS)


MARGINS = Margins()


def is_weak(confidences: Sequence[float]) -> bool:
    """Whether a listener with words of these confidences is unsure of itself."""
    return trust(confidences) < WEAK
