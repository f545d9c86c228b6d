"""What search needs of an engine that holds the passages: a port, with values in and out.

OpenSearch stands behind it (earshot.search.opensearch); tests put plain values there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Protocol

from earshot.search.digest import PassageDigest
from earshot.search.mapping import document_id
from earshot.search.query import Query


@dataclass(frozen=True)
class Place:
    """Where a found passage stands. `position`: its sort values, from which a walk goes on."""

    recording_id: str
    n: int
    passages: int  # of its recording
    score: float | None
    position: tuple[Any, ...] = ()

    @cached_property
    def document_id(self) -> str:
        return document_id(self.recording_id, self.n)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A found passage with what ranking compares and, packed, what a page shows of it (None where
    older code wrote it); its packed frame letters only if asked for."""

    place: Place
    digest: PassageDigest
    display: str | None = None
    letters: bytes | None = None


@dataclass(frozen=True, slots=True)
class Ask:
    """One search: the `size` best passages, and what is to be counted.

    `counted`: aggregations, which see the passages of all facets. Without them nothing is counted,
    which spares the engine most of the work. `filtered` and `chosen`: whether the request's filters
    and its chosen facets narrow what is found.
    """

    query: Query
    size: int = 0
    counted: Mapping[str, Any] | None = None
    filtered: bool = True
    chosen: bool = True
    letters: bool = False  # fetch the candidates' frame letters too: ten kilobytes each


@dataclass(frozen=True, slots=True)
class Found:
    """What one search found. `total` passages with the chosen facets, if it counted."""

    candidates: Sequence[Candidate] = ()
    total: int = 0
    aggregations: Mapping[str, Any] | None = None


class Engine(Protocol):
    """The passages, as far as the filters and the chosen facets of one request let them show."""

    def ask(self, asks: Sequence[Ask]) -> list[Found]:
        """Several searches in one round trip."""
        ...

    def ordered(
        self,
        query: Query,
        sort: Sequence[Mapping[str, str]],
        size: int,
        after: Sequence[Any] = (),
        but: Sequence[str] = (),
    ) -> list[Place]:
        """Passages in a given order from a position on, without those of some recordings."""
        ...

    def best_of_each(self, query: Query, recording_ids: Sequence[str]) -> dict[str, int]:
        """Which passage of each of these recordings has the best score."""
        ...

    def documents(
        self, document_ids: Sequence[str]
    ) -> dict[str, tuple[Mapping[str, Any], PassageDigest]]:
        """The stored documents of these ids; one that was just deleted is missing."""
        ...
