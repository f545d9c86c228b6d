"""When a word was said."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """From `start` to `end`, in seconds."""

    start: float
    end: float
