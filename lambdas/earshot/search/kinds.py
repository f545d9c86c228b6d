"""The ways in which a word of a passage answers one that was asked for: one table for all.

The query takes `boost` from it, ranking `likeness`, marks and the page `worth`.
"""

from dataclasses import dataclass
from typing import Literal

MatchKind = Literal["exact", "stem", "near", "sound"]


@dataclass(frozen=True, slots=True)
class KindValues:
    """`boost` in the engine's score; `likeness`, 0..1, the most that such a word counts in ranking;
    `worth`: of two kinds the one that is shown."""

    boost: float
    likeness: float
    worth: int


KINDS: dict[MatchKind, KindValues] = {
    "exact": KindValues(boost=1.0, likeness=1.0, worth=4),
    "stem": KindValues(boost=0.8, likeness=0.83, worth=3),
    "near": KindValues(boost=0.15, likeness=0.8, worth=2),
    "sound": KindValues(boost=0.3, likeness=0.8, worth=1),
}
