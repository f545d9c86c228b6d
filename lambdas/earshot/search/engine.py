"""Asking OpenSearch for passages: only where they stand, which it answers without opening them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opensearchpy import OpenSearch

from earshot.search import facets
from earshot.search.facets import Chosen
from earshot.search.heard import Heard, unpack
from earshot.search.mapping import document_id
from earshot.search.query import Query
from earshot.search.request import SearchRequest

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
        self, query: Query, size: int, aggregations: Mapping[str, Any] | None = None
    ) -> tuple[list[Place], Mapping[str, Any]]:
        """The engine's best passages, with what ranking compares, and the aggregations.

        The chosen facets narrow the passages only: the aggregations see all of them.
        """
        answer = self._search(
            {
                "query": {"bool": {"must": [query], "filter": self.filters}},
                "post_filter": facets.any_of_each(self.chosen),
                "size": size,
                "aggs": aggregations or {},
                "docvalue_fields": ["recording_id", "n", "passages", "heard"],
            }
        )
        return list(_places(answer)), answer.get("aggregations", {})

    def aggregate(self, query: Query, aggregations: Mapping[str, Any]) -> Mapping[str, Any]:
        """Aggregations over every passage of the query, whatever facets are chosen."""
        answer = self._search(
            {
                "query": {"bool": {"filter": [query, *self.filters]}},
                "size": 0,
                "aggs": aggregations,
            }
        )
        found: Mapping[str, Any] = answer["aggregations"]
        return found

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
            "docvalue_fields": ["recording_id", "n", "passages"],
        }
        if after:
            body["search_after"] = list(after)
        return list(_places(self._search(body)))

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
                "docvalue_fields": ["recording_id", "n", "passages"],
            }
        )
        return {place.recording_id: place.n for place in _places(answer)}

    def holds(self, query: Query) -> bool:
        """Whether any passage at all, whatever the filters, answers the query."""
        body = {"query": query, "size": 0, "terminate_after": 1}
        return bool(self._search(body)["hits"]["total"]["value"])

    def documents(self, identities: Sequence[str]) -> dict[str, dict[str, Any]]:
        """The stored documents of these ids; one that was just deleted is missing."""
        if not identities:
            return {}
        answer = self.client.mget(index=self.alias, body={"ids": list(identities)})
        return {found["_id"]: found["_source"] for found in answer["docs"] if found.get("found")}

    def _search(self, body: dict[str, Any]) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self.client.search(
            index=self.alias, body={"stored_fields": "_none_", "timeout": PATIENCE, **body}
        )
        return answer


def _places(answer: Mapping[str, Any]) -> Iterator[Place]:
    for hit in answer["hits"]["hits"]:
        fields = hit["fields"]
        yield Place(
            recording_id=fields["recording_id"][0],
            n=fields["n"][0],
            passages=fields["passages"][0],
            score=hit["_score"],
            position=tuple(hit.get("sort", ())),
            heard=unpack(fields["heard"][0]) if "heard" in fields else None,
        )
