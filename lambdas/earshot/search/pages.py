"""Pages of recordings out of passages, as deep as one likes.

A page is one hit per recording, its best passage. By relevance, the ranked window comes first and
the rest of what holds the question follows in the engine's order. Deep pages are walked to from
position to position (`search_after`), so there is no wall at 10,000; positions of the walk are
values, not a snapshot held open in the engine, which the public could exhaust.
"""

import base64
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from earshot.errors import InvalidRequest
from earshot.search.candidates import Ranked
from earshot.search.engine import Engine, Place
from earshot.search.request import Match, Order, SearchRequest
from earshot.search.selection import Selection

FIRST_STRIDE, STRIDE = 100, 5000  # passages a step, from few to many
MAX_SKIPPED = 100_000  # recordings before a page number; a cursor goes on from there
OTHERS_SHOWN = 3  # further passages of one recording

_LAST = 1 << 30
_GREATEST = 2.0**62  # of the engine's numbers: an infinite one, or none at all, is no position
# Within one recording the best passage first; recordings that are equal in order of their ids.
_WITHIN = ({"recording_id": "asc"}, {"_score": "desc"}, {"n": "asc"})
_SORTS: dict[Order, Sequence[dict[str, str]]] = {
    "relevance": ({"_score": "desc"}, {"recording_id": "asc"}, {"n": "asc"}),
    "newest": ({"uploaded_at": "desc"}, *_WITHIN),
    "oldest": ({"uploaded_at": "asc"}, *_WITHIN),
    "longest": ({"duration": "desc"}, *_WITHIN),
    "shortest": ({"duration": "asc"}, *_WITHIN),
    "confidence": ({"confidence": "desc"}, *_WITHIN),
}


@dataclass(frozen=True, slots=True)
class Group:
    """A recording by its best passage; `others` are more of its passages that match."""

    best: Place
    others: tuple[Place, ...] = ()
    closeness: float | None = None
    match: Match = "holds"


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page begins: how many recordings come before, and the engine's position if known.

    A position is one of an `order` and of one search, and means nothing in another.
    """

    offset: int
    position: tuple[Any, ...] = ()
    order: Order | None = None
    search: str = ""

    def encode(self) -> str:
        content = json.dumps([self.offset, self.position, self.order, self.search])
        return base64.urlsafe_b64encode(content.encode()).decode()

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Raises InvalidRequest for what `encode` did not make."""
        try:
            offset, position, order, search = json.loads(base64.urlsafe_b64decode(text.encode()))
            is_start = type(offset) is int and offset >= 0 and isinstance(search, str)
            if is_start and _is_position(position, order):
                return cls(offset, tuple(position), order, search)
        except (ValueError, TypeError, RecursionError):
            pass
        raise InvalidRequest("The cursor is not one that this API gave out.")


def start(request: SearchRequest) -> Cursor:
    """Where the wanted page begins. Raises InvalidRequest for a cursor of another search."""
    if not request.cursor:
        return Cursor((request.page - 1) * request.size, search=fingerprint(request))
    cursor = Cursor.decode(request.cursor)
    if cursor.search != fingerprint(request):
        raise InvalidRequest("The cursor is one of another query, other filters or another order.")
    return cursor


def fingerprint(request: SearchRequest) -> str:
    """Of all that decides which hits there are, and in which order."""
    facets = sorted((name, sorted(values)) for name, values in request.facets.items())
    deciding = (
        request.q, facets, request.after, request.before, str(request.confidence),
        request.prefix, request.sort, request.exact,
    )  # fmt: skip
    return blake2b(json.dumps(deciding).encode(), digest_size=6).hexdigest()


def page(
    engine: Engine, selection: Selection, order: Order, start: Cursor, size: int
) -> tuple[list[Group], Cursor | None]:
    """`size` recordings from `start` on, and where the next page starts if there may be one.

    Raises InvalidRequest when a page number leads deeper than a walk may take.
    """
    if start.offset > MAX_SKIPPED and not start.position:
        raise InvalidRequest("Page numbers end here; go on with the cursor, or narrow the search.")
    ranked = _grouped(selection.window) if order == "relevance" else []
    if order == "relevance" and selection.window and selection.is_whole:
        after = start.offset + size
        following = Cursor(after, (), None, start.search) if after < len(ranked) else None
        return ranked[start.offset : after], following
    found = ranked[start.offset : start.offset + size]
    position = start.position
    if len(found) < size:
        skip = 0 if position else max(0, start.offset - len(ranked))
        rest = _rest(engine, selection, order, ranked, position)
        for one in rest:
            if skip:
                skip -= 1
                continue
            if len(found) == size:
                break
            found.append(one)
            position = _after(one.best, order)
    if len(found) < size:
        return found, None
    return found, Cursor(start.offset + size, position, order, start.search)


def _grouped(window: Sequence[Ranked]) -> list[Group]:
    """The window's recordings, in the order of their best passages."""
    grouped: dict[str, list[Ranked]] = {}
    for ranked in window:
        grouped.setdefault(ranked.place.recording_id, []).append(ranked)
    return [
        Group(
            best.place,
            tuple(one.place for one in others[:OTHERS_SHOWN]),
            best.closeness,
            best.match,
        )
        for best, *others in grouped.values()
    ]


def _rest(
    engine: Engine,
    selection: Selection,
    order: Order,
    ranked: Sequence[Group],
    position: Sequence[Any],
) -> Iterator[Group]:
    """Every further recording once, from `position` on."""
    shown = [found.best.recording_id for found in ranked]
    seen: set[str] = set()
    middle = bool(position)
    stride = FIRST_STRIDE
    while True:
        places = engine.ordered(selection.query, _SORTS[order], stride, position, but=shown)
        better = _earlier(engine, selection, order, places) if middle else {}
        fresh: dict[str, list[Place]] = {}
        for place in places:
            if place.recording_id in seen:
                continue
            if better.get(place.recording_id, place.n) != place.n:
                continue  # its better passage was on a page before
            fresh.setdefault(place.recording_id, []).append(place)
        for recording_id, group in fresh.items():
            seen.add(recording_id)
            yield Group(group[0], tuple(group[1 : 1 + OTHERS_SHOWN]))
        if len(places) < stride:
            return
        position, stride = places[-1].position, STRIDE


def _earlier(
    engine: Engine, selection: Selection, order: Order, places: Sequence[Place]
) -> dict[str, int]:
    """For a walk that starts in the middle: the best passage of recordings that have several.

    In other orders than by relevance a recording's passages stand together.
    """
    several = list({place.recording_id for place in places if place.passages > 1})
    if order != "relevance" or not several:
        return {}
    return engine.best_of_each(selection.query, several)


def _after(place: Place, order: Order) -> tuple[Any, ...]:
    """The position behind this recording."""
    if order == "relevance":
        return place.position
    value, recording_id, _, _ = place.position
    return (value, recording_id, -1.0, _LAST)


def _is_position(position: object, order: object) -> bool:
    """Whether the engine would take `position` where it sorts by `order`."""
    if position == []:
        return True
    if not isinstance(position, list) or order not in _SORTS:
        return False
    fields = _SORTS[order]
    return len(position) == len(fields) and all(
        isinstance(value, str) if "recording_id" in field else _is_sortable(value)
        for value, field in zip(position, fields, strict=True)
    )


def _is_sortable(value: object) -> bool:
    # What is not a number at all (nan) is not within the bound either.
    return (
        isinstance(value, int | float) and not isinstance(value, bool) and abs(value) <= _GREATEST
    )
