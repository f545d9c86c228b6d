"""Ask the index and make an answer of what it says."""

import time
from typing import Any

from opensearchpy import OpenSearch

from earshot.search import facets, query
from earshot.search.marks import marks
from earshot.search.query import Question
from earshot.search.request import Hit, SearchPage, SearchRequest

_FEW = "1"
_SORTS: dict[str, list[Any]] = {
    "relevance": [{"_score": "desc"}],
    "newest": [{"uploaded_at": "desc"}],
    "oldest": [{"uploaded_at": "asc"}],
    "longest": [{"duration": "desc"}],
    "shortest": [{"duration": "asc"}],
    "confidence": [{"confidence": "desc"}],
}


def search(client: OpenSearch, alias: str, request: SearchRequest) -> SearchPage:
    """The page of hits that a request asks for, the best passage of each recording.

    Raises InvalidRequest for what can't be asked.
    """
    began = time.monotonic()
    question = query.parse(request.q)
    answer = client.search(index=alias, body=_body(question, request, query.ENOUGH))
    relaxed = False
    if question.words and answer["hits"]["total"]["value"] == 0:
        answer = client.search(index=alias, body=_body(question, request, _FEW))
        relaxed = answer["hits"]["total"]["value"] > 0
    return SearchPage(
        total=answer["aggregations"]["recordings"]["chosen"]["value"],
        total_relation="eq",
        took_ms=round((time.monotonic() - began) * 1000),
        hits=tuple(_hit(raw, question) for raw in answer["hits"]["hits"]),
        facets=facets.read(answer["aggregations"], request.facets),
        relaxed=relaxed,
    )


def _body(question: Question, request: SearchRequest, enough: str) -> dict[str, Any]:
    return {
        "query": {
            "bool": {"must": [query.build(question, enough)], "filter": facets.filters(request)}
        },
        "post_filter": facets.chosen(request.facets),
        "aggs": facets.ask(request.facets),
        "collapse": {"field": "recording_id"},
        "sort": [*_SORTS[request.sort], {"recording_id": "asc"}],
        "track_scores": True,
        "track_total_hits": True,
        "from": (request.page - 1) * request.size,
        "size": request.size,
    }


def _hit(raw: dict[str, Any], question: Question) -> Hit:
    source = raw["_source"]
    words = tuple((str(text), float(start), float(end)) for text, start, end in source["words"])
    return Hit(
        recording_id=source["recording_id"],
        key=source["key"],
        text=source["text"],
        start=source["start"],
        end=source["end"],
        words=words,
        marks=marks([text for text, _, _ in words], question.tokens),
        duration=source["duration"],
        age=source["age"],
        gender=source["gender"],
        accent=source["accent"],
        source=source["source"],
        model=source["model"],
        uploaded_at=source.get("uploaded_at", ""),
        confidence=source["confidence"],
        score=raw["_score"],
    )
