"""Where recordings are decoded: this machine, the bucket's pipeline, or the API."""

from collections.abc import Callable, Sequence
from typing import Protocol

from earshot.cli.decoding.clip import Clip
from earshot.cli.decoding.outcome import Outcome

Done = Callable[[Clip, Outcome], None]


class Stopped(Exception):
    """Nothing more can be decoded, and trying on would not help; the message says why."""


class Source(Protocol):
    """Decodes recordings. Results of two sources with different names are never mixed."""

    @property
    def name(self) -> str: ...

    def decode(self, clips: Sequence[Clip], done: Done) -> None:
        """Tells the outcome of each clip as it ends, in any order, with a bounded number under
        way. Raises Stopped."""
        ...
