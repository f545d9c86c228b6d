"""Ask the index and make an answer of what it says."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError

from earshot.errors import InvalidRequest
from earshot.search import facets, pages, query, spelling
from earshot.search.engine import Engine
from earshot.search.index import NO_INDEX
from earshot.search.marks import marks
from earshot.search.pages import Cursor, Found
from earshot.search.query import Question
from earshot.search.request import MAX_SIZE, Hit, Order, SearchPage, SearchRequest
from earshot.search.selection import Selection, select


def search(client: OpenSearch, alias: str, request: SearchRequest) -> SearchPage:
    """The page of hits that a request asks for: recordings, each by its best passage.

    An index that is not made yet holds nothing. Raises InvalidRequest for what can't be asked.
    """
    began = time.monotonic()
    start = _start(request)
    facets.check(request.facets)
    question = query.parse(request.q)
    try:
        page = _page(client, alias, request, question, start)
    except NotFoundError as error:
        if error.error != NO_INDEX:
            raise
        nothing = facets.nothing(request.facets)
        page = SearchPage(total=0, total_relation="eq", took_ms=0, hits=(), facets=nothing.facets)
    return replace(page, took_ms=round((time.monotonic() - began) * 1000))


def _page(
    client: OpenSearch, alias: str, request: SearchRequest, question: Question, start: Cursor
) -> SearchPage:
    engine = Engine.of(client, alias, request)
    selection = select(engine, question, facets.counts(request.facets))
    counted = _count(engine, question, selection, request)
    found, following = (
        pages.page(engine, selection, _order(request, question), start, request.size)
        if start.offset < counted.total
        else ([], None)
    )
    return SearchPage(
        total=counted.total,
        total_relation="eq" if counted.exact else "gte",
        took_ms=0,
        hits=_hits(engine, found, question),
        facets=counted.facets,
        relaxed=selection.relaxed,
        did_you_mean=spelling.did_you_mean(engine, request.q, question, selection),
        cursor=following.encode() if following and following.offset < counted.total else None,
    )


def _start(request: SearchRequest) -> Cursor:
    if not (1 <= request.size <= MAX_SIZE and request.page >= 1):
        raise InvalidRequest(f"Pages count from 1 and have 1 to {MAX_SIZE} hits.")
    if request.cursor:
        return Cursor.decode(request.cursor)
    return Cursor((request.page - 1) * request.size)


def _order(request: SearchRequest, question: Question) -> Order:
    """Where nothing is asked, nothing is more relevant: the newest come first."""
    return "newest" if request.sort == "relevance" and not question else request.sort


def _count(
    engine: Engine, question: Question, selection: Selection, request: SearchRequest
) -> facets.Counted:
    total, aggregations = selection.counts
    again = None
    if question and facets.needs_distinct(aggregations):  # else each recording is there once
        asked = facets.distinct(request.facets, aggregations)
        again = engine.aggregate(selection.query, asked).aggregations
    return facets.read(request.facets, total, aggregations, again)


def _hits(engine: Engine, found: list[Found], question: Question) -> tuple[Hit, ...]:
    wanted = [place.document_id for one in found for place in (one.best, *one.others)]
    documents = engine.documents(wanted)
    return tuple(
        _hit(
            documents[one.best.document_id],
            question,
            one.closeness if question.words else None,  # phrases are there, or they are not
            tuple(
                _hit(documents[other.document_id], question, None)
                for other in one.others
                if other.document_id in documents
            ),
        )
        for one in found
        if one.best.document_id in documents
    )


def _hit(
    document: Mapping[str, Any],
    question: Question,
    score: float | None,
    others: tuple[Hit, ...] = (),
) -> Hit:
    words = tuple((str(text), float(start), float(end)) for text, start, end in document["words"])
    return Hit(
        recording_id=document["recording_id"],
        key=document["key"],
        text=document["text"],
        start=document["start"],
        end=document["end"],
        words=words,
        marks=marks([text for text, _, _ in words], question),
        duration=document["duration"],
        age=document["age"],
        gender=document["gender"],
        accent=document["accent"],
        source=document["source"],
        model=document["model"],
        uploaded_at=document.get("uploaded_at", ""),
        confidence=document["confidence"],
        score=score if score is None else round(score, 4),
        others=others,
    )
