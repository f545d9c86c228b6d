"""Filters, and how many recordings each further choice would show.

The values of one facet are alternatives, so its own counts ignore what is chosen in it and respect
what is chosen in the others ("disjunctive" facets).

Recordings are counted, not passages. The engine counts passages for nearly nothing, and distinct
recordings dearly; so only the passages of recordings that have several are counted a second time,
and only when the first answer holds some.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from earshot.errors import InvalidRequest
from earshot.search.request import (
    CHOICES,
    DETAIL_FACETS,
    FILTERS,
    MAX_FACET_VALUES,
    FacetValue,
    Range,
    SearchRequest,
)

Chosen = Mapping[str, tuple[str, ...]]
Aggregations = Mapping[str, Any]

DURATIONS = ("0-5", "5-10", "10-30", "30-60", "60-300", "300-")  # seconds
_SHOWN = 50  # values of one facet
_TOTAL_EXACT_UP_TO = 40_000  # recordings with several passages; the engine estimates beyond
_VALUE_EXACT_UP_TO = 3_000
_SEVERAL = {"range": {"passages": {"gt": 1}}}
_NO_FILTER: dict[str, Any] = {"bool": {"filter": []}}


class Counted(NamedTuple):
    """Recordings in all (`exact` or estimated), and by facet value."""

    total: int
    exact: bool
    facets: Mapping[str, tuple[FacetValue, ...]]


def parse_range(text: str) -> Range:
    """ "5-10", "5-" or "-10" as a range. Raises InvalidRequest for anything else."""
    low, dash, high = text.partition("-")
    try:
        bounds = [float(bound) if bound else None for bound in (low, high)]
        given = [bound for bound in bounds if bound is not None]
        if not dash or not given or not all(map(math.isfinite, given)):
            raise ValueError
        return Range(*bounds)
    except ValueError:
        raise InvalidRequest("A range looks like 5-10, 5- or -10.") from None


def check(chosen: Chosen) -> None:
    """Raises InvalidRequest for choices that can't be made."""
    unknown = set(chosen) - set(CHOICES)
    if unknown:
        raise InvalidRequest(f"There is no facet {min(unknown)}.")
    if any(len(values) > MAX_FACET_VALUES for values in chosen.values()):
        raise InvalidRequest(f"More than {MAX_FACET_VALUES} values of one facet are chosen.")


def filters(request: SearchRequest) -> list[dict[str, Any]]:
    """The filters that are no facets."""
    clauses: list[dict[str, Any]] = []
    if request.prefix:
        clauses.append({"prefix": {"key": request.prefix}})
    if request.confidence:
        clauses.append(_range("confidence", request.confidence))
    bounds = {"gte": request.after, "lt": request.before}
    if given := {bound: date for bound, date in bounds.items() if date}:
        clauses.append({"range": {"uploaded_at": given}})
    return clauses


def any_of_each(chosen: Chosen, but: str | None = None) -> dict[str, Any]:
    """One of the chosen values of every facet `but` one, as one filter."""
    wanted = [_any_of(name, chosen[name]) for name in chosen if name != but and chosen[name]]
    return {"bool": {"filter": wanted}}


def counts(chosen: Chosen) -> dict[str, Any]:
    """The aggregations that count passages for every facet's values."""
    asked: dict[str, Any] = {"most": {"max": {"field": "passages"}}}
    for name in _counted(chosen):
        asked[name] = _under(any_of_each(chosen, but=name), _values(name, chosen))
    return asked


def needs_distinct(counted: Aggregations) -> bool:
    """Whether some of the counted passages may be of one recording."""
    return (counted["most"]["value"] or 0) > 1


def distinct(chosen: Chosen, counted: Aggregations) -> dict[str, Any]:
    """The aggregations that count the recordings with several passages, for the same values."""
    asked: dict[str, Any] = {
        "total": {
            "filter": {"bool": {"filter": [_SEVERAL, any_of_each(chosen)]}},
            "aggs": {"recordings": _recordings(_TOTAL_EXACT_UP_TO)},
        }
    }
    for name in _counted(chosen):
        values = _values(name, chosen)
        if name != "duration":
            values["terms"]["include"] = list(_buckets(counted[name]))
        values["aggs"] = {"recordings": _recordings(_VALUE_EXACT_UP_TO)}
        asked[name] = _under({"bool": {"filter": [_SEVERAL, any_of_each(chosen, name)]}}, values)
    return asked


def read(chosen: Chosen, total: int, counted: Aggregations, again: Aggregations | None) -> Counted:
    """The counts of recordings. Chosen values are there even when they count nothing."""
    several = 0
    if again:
        several = again["total"]["recordings"]["value"]
        total += several - again["total"]["doc_count"]
    found: dict[str, tuple[FacetValue, ...]] = {}
    for name in _counted(chosen):
        selected = chosen.get(name, ())
        passages = _buckets(counted[name])
        twice = _buckets(again[name]) if again else {}
        values = {
            value: bucket["doc_count"] - _surplus(twice.get(value))
            for value, bucket in passages.items()
            if bucket["doc_count"] or value in selected
        }
        values |= {value: 0 for value in selected if value not in values}
        found[name] = tuple(
            FacetValue(value, count, value in selected) for value, count in values.items()
        )
    return Counted(total, several < _TOTAL_EXACT_UP_TO, found)


def nothing(chosen: Chosen) -> Counted:
    """The counts where there is nothing to count."""
    return read(chosen, 0, {name: {"buckets": ()} for name in _counted(chosen)}, None)


def _counted(chosen: Chosen) -> tuple[str, ...]:
    """The facets that every page has, and those of its owner's that were named."""
    return (*FILTERS, *(name for name in DETAIL_FACETS if name in chosen))


def _under(filter_: dict[str, Any], values: dict[str, Any]) -> dict[str, Any]:
    """The values of what passes the filter; each filter costs, so there is none without need."""
    if filter_ == _NO_FILTER:
        return values
    return {"filter": filter_, "aggs": {"values": values}}


def _surplus(bucket: Aggregations | None) -> int:
    """How many more passages than recordings there are."""
    return int(bucket["doc_count"] - bucket["recordings"]["value"]) if bucket else 0


def _buckets(facet: Aggregations) -> dict[str, Aggregations]:
    return {bucket["key"]: bucket for bucket in facet.get("values", facet)["buckets"]}


def _values(name: str, chosen: Chosen) -> dict[str, Any]:
    if name == "duration":
        shown = dict.fromkeys((*DURATIONS, *chosen.get(name, ())))
        bounds = [_bounds(parse_range(text), "from", "to") | {"key": text} for text in shown]
        return {"range": {"field": name, "ranges": bounds}}
    return {"terms": {"field": name, "size": _SHOWN}}


def _recordings(exact_up_to: int) -> dict[str, Any]:
    return {"cardinality": {"field": "recording_id", "precision_threshold": exact_up_to}}


def _any_of(name: str, values: Sequence[str]) -> dict[str, Any]:
    if name != "duration":
        return {"terms": {name: list(values)}}
    return {"bool": {"should": [_range(name, parse_range(value)) for value in values]}}


def _range(field: str, range_: Range) -> dict[str, Any]:
    return {"range": {field: _bounds(range_, "gte", "lt")}}


def _bounds(range_: Range, low: str, high: str) -> dict[str, float]:
    given = {low: range_.low, high: range_.high}
    return {name: value for name, value in given.items() if value is not None}
