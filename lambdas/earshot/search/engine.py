"""Asking OpenSearch for passages: only where they stand, which it answers without opening them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from opensearchpy import OpenSearch

from earshot.search import facets
from earshot.search.facets import Chosen
from earshot.search.heard import Heard, unpack
from earshot.search.mapping import document_id
from earshot.search.query import Query
from earshot.search.request import SearchRequest

_PLACE = ("recording_id", "n", "passages")
PATIENCE = "5s"  # the engine then answers with what it has found so far


@dataclass(frozen=True, slots=True)
class Place:
    """A found passage. `position`: its sort values, from which a walk goes on."""

    recording_id: str
    n: int
    passages: int  # of its recording
    score: float | None
    position: tuple[Any, ...] = ()
    heard: Heard | None = None

    @property
    def document_id(self) -> str:
        return document_id(self.recording_id, self.n)


class Counts(NamedTuple):
    """How many passages answer, with the chosen facets, and aggregations over those without."""

    total: int
    aggregations: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Engine:
    """The passages behind `alias`, as far as filters and chosen facets let them show."""

    client: OpenSearch
    alias: str
    filters: Sequence[Query] = ()
    chosen: Chosen = field(default_factory=dict)

    @classmethod
    def of(cls, client: OpenSearch, alias: str, request: SearchRequest) -> "Engine":
        return cls(client, alias, facets.filters(request), request.facets)

    def best(
        self, query: Query, size: int, aggregations: Mapping[str, Any]
    ) -> tuple[list[Place], Counts]:
        """The engine's best passages, with what ranking compares, and how many there are.

        The chosen facets narrow the passages only: the aggregations see all of them.
        """
        body: dict[str, Any] = {
            "query": self._filtered(query),
            "size": size,
            "aggs": aggregations,
            "track_total_hits": True,
            "docvalue_fields": ["heard"],
        }
        if self.chosen:
            body["post_filter"] = facets.any_of_each(self.chosen)
        answer = self._search(body)
        places = _places(answer)
        if None in places:  # written by older code: until the index is rebuilt, all is asked for
            answer = self._search(body | {"docvalue_fields": ["heard", *_PLACE]})
            places = _places(answer)
        found = [place for place in places if place]
        return found, Counts(answer["hits"]["total"]["value"], answer["aggregations"])

    def aggregate(self, query: Query, aggregations: Mapping[str, Any]) -> Counts:
        """How many passages there are, without any of them."""
        return self.best(query, 0, aggregations)[1]

    def ordered(
        self,
        query: Query,
        sort: Sequence[Mapping[str, str]],
        size: int,
        after: Sequence[Any] = (),
        but: Sequence[str] = (),
    ) -> list[Place]:
        """Passages in a given order from a position on, without those of some recordings."""
        body: dict[str, Any] = {
            "query": {
                "bool": {
                    "must": [query],
                    "filter": [*self.filters, facets.any_of_each(self.chosen)],
                    "must_not": [{"terms": {"recording_id": list(but)}}],
                }
            },
            "sort": list(sort),
            "track_scores": True,
            "track_total_hits": False,
            "size": size,
            "docvalue_fields": list(_PLACE),
        }
        if after:
            body["search_after"] = list(after)
        return [place for place in _places(self._search(body)) if place]

    def best_of_each(self, query: Query, recording_ids: Sequence[str]) -> dict[str, int]:
        """Which passage of each of these recordings the engine holds for the best."""
        answer = self._search(
            {
                "query": {
                    "bool": {
                        "must": [query],
                        "filter": [{"terms": {"recording_id": list(recording_ids)}}],
                    }
                },
                "collapse": {"field": "recording_id"},
                "sort": [{"_score": "desc"}, {"n": "asc"}],
                "size": len(recording_ids),
                "docvalue_fields": list(_PLACE),
            }
        )
        return {place.recording_id: place.n for place in _places(answer) if place}

    def holds(self, query: Query) -> bool:
        """Whether any passage at all, whatever the filters, answers the query."""
        body = {"query": query, "size": 0, "terminate_after": 1}
        return bool(self._search(body)["hits"]["total"]["value"])

    def documents(self, identities: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The stored documents of these ids; one that was just deleted is missing."""
        if not identities:
            return {}
        answer = self.client.mget(
            index=self.alias, body={"ids": list(identities)}, params={"realtime": "false"}
        )
        return {found["_id"]: found["_source"] for found in answer["docs"] if found.get("found")}

    def _filtered(self, query: Query) -> Query:
        return {"bool": {"must": [query], "filter": list(self.filters)}} if self.filters else query

    def _search(self, body: dict[str, Any]) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self.client.search(
            index=self.alias, body={"stored_fields": "_none_", "timeout": PATIENCE, **body}
        )
        return answer


def _places(answer: Mapping[str, Any]) -> list[Place | None]:
    return [_place(hit) for hit in answer["hits"]["hits"]]


def _place(hit: Mapping[str, Any]) -> Place | None:
    """None when what was asked for does not tell."""
    fields, position = hit.get("fields", {}), tuple(hit.get("sort", ()))
    heard = unpack(fields["heard"][0]) if "heard" in fields else None
    if heard:
        return Place(heard.recording_id, heard.n, heard.passages, hit["_score"], position, heard)
    if not fields.keys() >= set(_PLACE):
        return None
    recording_id, n, passages = (fields[name][0] for name in _PLACE)
    return Place(recording_id, n, passages, hit["_score"], position)
