"""What a claim on a recording found: whether the work is the caller's."""

from dataclasses import dataclass
from enum import StrEnum


class Claim(StrEnum):
    """What `claim` found."""

    TAKEN = "taken"  # the work is the caller's
    UNCHANGED = "unchanged"  # the same sound was transcribed by the same model before
    STALE = "stale"  # a newer event, or a repetition of this one, has been dealt with


@dataclass(frozen=True, slots=True)
class Claimed:
    claim: Claim
    passages: int = 0  # what earlier versions of the recording have in the index
