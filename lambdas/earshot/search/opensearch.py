"""Passages asked of OpenSearch: their places and digests, which it answers without opening them."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from opensearchpy import OpenSearch, TransportError
from opensearchpy.exceptions import HTTP_EXCEPTIONS

from earshot.search import facets
from earshot.search.digest import PassageDigest, Text, unpack
from earshot.search.engine import Ask, Candidate, Found, Place
from earshot.search.facets import Chosen
from earshot.search.query import Query
from earshot.search.request import SearchRequest

TIME_LIMIT = "5s"  # the engine then answers with what it has found so far
_PLACE = ("recording_id", "n", "passages")
_COMPARED = ("digest", "display")
_UNKNOWN_CONFIDENCE = 1.0


@dataclass(frozen=True, slots=True)
class OpenSearchEngine:
    """The passages behind `alias`, as far as filters and chosen facets let them show."""

    client: OpenSearch
    alias: str
    filters: Sequence[Query] = ()
    chosen: Chosen = field(default_factory=dict)

    @classmethod
    def of(cls, client: OpenSearch, alias: str, request: SearchRequest) -> "OpenSearchEngine":
        return cls(client, alias, facets.filters(request), request.facets)

    def ask(self, asks: Sequence[Ask]) -> list[Found]:
        if not asks:
            return []
        if len(asks) == 1:
            body = self._body(asks[0])
            return [self._found(self._search(body), body)]
        bodies = [self._body(one) for one in asks]
        lines = [line for body in bodies for line in ({}, _limited(body))]
        answers = self.client.msearch(index=self.alias, body=lines)["responses"]
        return [
            self._found(_or_raise(one), body) for one, body in zip(answers, bodies, strict=True)
        ]

    def ordered(
        self,
        query: Query,
        sort: Sequence[Mapping[str, str]],
        size: int,
        after: Sequence[Any] = (),
        but: Sequence[str] = (),
    ) -> list[Place]:
        filtered = {
            "bool": {
                "must": [query],
                "filter": [*self.filters, facets.any_of_each(self.chosen)],
                "must_not": [{"terms": {"recording_id": list(but)}}],
            }
        }
        body: dict[str, Any] = {
            "query": filtered,
            "sort": list(sort),
            "track_scores": True,
            "track_total_hits": False,
            "size": size,
            "docvalue_fields": list(_PLACE),
        }
        if after:
            body["search_after"] = list(after)
        return [_place(hit) for hit in self._search(body)["hits"]["hits"]]

    def best_of_each(self, query: Query, recording_ids: Sequence[str]) -> dict[str, int]:
        among = {"terms": {"recording_id": list(recording_ids)}}
        answer = self._search(
            {
                "query": {"bool": {"must": [query], "filter": [among]}},
                "collapse": {"field": "recording_id"},
                "sort": [{"_score": "desc"}, {"n": "asc"}],
                "size": len(recording_ids),
                "docvalue_fields": list(_PLACE),
            }
        )
        places = [_place(hit) for hit in answer["hits"]["hits"]]
        return {place.recording_id: place.n for place in places}

    def documents(
        self, document_ids: Sequence[str]
    ) -> dict[str, tuple[Mapping[str, Any], PassageDigest]]:
        if not document_ids:
            return {}
        answer = self.client.search(
            index=self.alias,
            body={
                "query": {"ids": {"values": list(document_ids)}},
                "size": len(document_ids),
                "track_total_hits": False,
                "docvalue_fields": ["digest"],
            },
        )
        return {
            hit["_id"]: (hit["_source"], _digest(hit) or _digest_of_source(hit["_source"]))
            for hit in answer["hits"]["hits"]
        }

    def _body(self, ask: Ask) -> dict[str, Any]:
        filters = list(self.filters) if ask.filtered else []
        chosen = self.chosen if ask.chosen else {}
        body: dict[str, Any] = {"size": ask.size}
        if ask.size:
            body["docvalue_fields"] = [*_COMPARED, "letters"] if ask.letters else _COMPARED
        if ask.counted is None:
            body["track_total_hits"] = False
            if chosen:
                filters.append(facets.any_of_each(chosen))
        else:
            body |= {"track_total_hits": True}
            if ask.counted:
                body["aggs"] = ask.counted
            if chosen:
                body["post_filter"] = facets.any_of_each(chosen)
        query = ask.query
        body["query"] = {"bool": {"must": [query], "filter": filters}} if filters else query
        return body

    def _found(self, answer: Mapping[str, Any], body: Mapping[str, Any]) -> Found:
        hits = answer["hits"]["hits"]
        digests = [_digest(hit) for hit in hits]
        if None in digests:  # written by older code: until the index is rebuilt, they are opened
            opened = self.client.search(index=self.alias, body={**body, "timeout": TIME_LIMIT})
            hits = opened["hits"]["hits"]
            digests = [_digest(hit) or _digest_of_source(hit["_source"]) for hit in hits]
        return Found(
            [_candidate(hit, one) for hit, one in zip(hits, digests, strict=True) if one],
            answer["hits"].get("total", {}).get("value", 0),
            answer.get("aggregations"),
        )

    def _search(self, body: dict[str, Any]) -> Mapping[str, Any]:
        answer: Mapping[str, Any] = self.client.search(index=self.alias, body=_limited(body))
        return answer


def _limited(body: Mapping[str, Any]) -> dict[str, Any]:
    return {"stored_fields": "_none_", "timeout": TIME_LIMIT, **body}


def _or_raise(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of several searches each may fail by itself. Raises as a single search would."""
    if "error" in answer:
        raise HTTP_EXCEPTIONS.get(answer["status"], TransportError)(
            answer["status"], answer["error"].get("type", "error"), {"error": answer["error"]}
        )
    return answer


def _candidate(hit: Mapping[str, Any], digest: PassageDigest) -> Candidate:
    place = Place(digest.recording_id, digest.n, digest.passages, hit["_score"])
    return Candidate(place, digest, _packed(hit, "display"), _letters(hit))


def _digest(hit: Mapping[str, Any]) -> PassageDigest | None:
    packed = _packed(hit, "digest")
    return unpack(packed) if packed else None


def _letters(hit: Mapping[str, Any]) -> bytes | None:
    packed = _packed(hit, "letters")
    # Doc values come without padding.
    return base64.b64decode(packed + "=" * (-len(packed) % 4)) if packed else None


def _packed(hit: Mapping[str, Any], name: str) -> str | None:
    values = hit.get("fields", {}).get(name)
    return str(values[0]) if values else None


def _digest_of_source(source: Mapping[str, Any]) -> PassageDigest:
    words = [str(text) for text, *_ in source["words"]]
    text = Text.of(words, [_UNKNOWN_CONFIDENCE] * len(words))
    return PassageDigest(source["recording_id"], source["n"], source["passages"], (text,))


def _place(hit: Mapping[str, Any]) -> Place:
    recording_id, n, passages = (hit["fields"][name][0] for name in _PLACE)
    return Place(recording_id, n, passages, hit["_score"], tuple(hit.get("sort", ())))
