"""Filters, and how many recordings each further choice would show.

The values of one facet are alternatives, so its own counts ignore what is chosen in it and respect
what is chosen in the others ("disjunctive" facets). Recordings are counted, not passages.
"""

from collections.abc import Mapping
from typing import Any

from earshot.errors import InvalidRequest
from earshot.search.mapping import KEYWORD_FACETS
from earshot.search.request import FILTERS, MAX_FACET_VALUES, FacetValue, Range, SearchRequest

Chosen = Mapping[str, tuple[str, ...]]

DURATIONS = ("0-5", "5-10", "10-30", "30-60", "60-300", "300-")  # seconds
_SHOWN = 50  # values of one facet
_EXACT_UP_TO = 40_000  # recordings; the engine estimates beyond


def parse_range(text: str) -> Range:
    """ "5-10", "5-" or "-10" as a range. Raises InvalidRequest for anything else."""
    low, dash, high = text.partition("-")
    try:
        if not dash or not (low or high):
            raise ValueError
        return Range(float(low) if low else None, float(high) if high else None)
    except ValueError:
        raise InvalidRequest("A range looks like 5-10, 5- or -10.") from None


def filters(request: SearchRequest) -> list[dict[str, Any]]:
    """The filters that are no facets."""
    clauses: list[dict[str, Any]] = []
    if request.prefix:
        clauses.append({"prefix": {"key": request.prefix}})
    if request.confidence:
        clauses.append(_range("confidence", request.confidence))
    bounds = {"gte": request.after, "lt": request.before}
    if any(bounds.values()):
        given = {bound: date for bound, date in bounds.items() if date}
        clauses.append({"range": {"uploaded_at": given}})
    return clauses


def chosen(facets: Chosen, but: str | None = None) -> dict[str, Any]:
    """The chosen values of every facet `but` one, as one filter."""
    return {
        "bool": {
            "filter": [
                _any_of(name, facets[name]) for name in facets if name != but and facets[name]
            ]
        }
    }


def ask(facets: Chosen) -> dict[str, Any]:
    """The aggregations that count every facet's values, and the recordings in all."""
    unknown = set(facets) - set(FILTERS)
    if unknown:
        raise InvalidRequest(f"There is no facet {min(unknown)}.")
    if any(len(values) > MAX_FACET_VALUES for values in facets.values()):
        raise InvalidRequest(f"More than {MAX_FACET_VALUES} values of one facet are chosen.")
    recordings = {"cardinality": {"field": "recording_id", "precision_threshold": _EXACT_UP_TO}}
    counts: dict[str, Any] = {
        "recordings": {"filter": chosen(facets), "aggs": {"chosen": recordings}}
    }
    for name in FILTERS:
        if name == "duration":
            ranges = [
                _bounds(parse_range(text), "from", "to") | {"key": text} for text in DURATIONS
            ]
            values: dict[str, Any] = {"range": {"field": name, "ranges": ranges}}
        else:
            values = {"terms": {"field": name, "size": _SHOWN}}
        values["aggs"] = {"recordings": recordings}
        counts[name] = {"filter": chosen(facets, but=name), "aggs": {"values": values}}
    return counts


def read(answer: Mapping[str, Any], facets: Chosen) -> dict[str, tuple[FacetValue, ...]]:
    """The counted values of every facet; chosen ones are there even when they count nothing."""
    found: dict[str, tuple[FacetValue, ...]] = {}
    for name in FILTERS:
        selected = facets.get(name, ())
        counted = {
            bucket["key"]: bucket["recordings"]["value"]
            for bucket in answer[name]["values"]["buckets"]
            if bucket["doc_count"] or bucket["key"] in selected
        }
        counted |= {value: 0 for value in selected if value not in counted}
        found[name] = tuple(
            FacetValue(value, count, value in selected) for value, count in counted.items()
        )
    return found


def _any_of(name: str, values: tuple[str, ...]) -> dict[str, Any]:
    if name in KEYWORD_FACETS:
        return {"terms": {name: list(values)}}
    return {"bool": {"should": [_range(name, parse_range(value)) for value in values]}}


def _range(field: str, range_: Range) -> dict[str, Any]:
    return {"range": {field: _bounds(range_, "gte", "lt")}}


def _bounds(range_: Range, low: str, high: str) -> dict[str, float]:
    given = {low: range_.low, high: range_.high}
    return {name: value for name, value in given.items() if value is not None}
