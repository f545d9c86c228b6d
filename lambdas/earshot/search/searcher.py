"""A search from the request to the page: plan -> ask -> rank -> page."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from opensearchpy import OpenSearch
from opensearchpy.exceptions import NotFoundError

from earshot.errors import InvalidRequest
from earshot.recordings.details import TEXTS
from earshot.search import display, facets, pages
from earshot.search.did_you_mean import did_you_mean
from earshot.search.digest import PassageDigest
from earshot.search.engine import Ask, Engine
from earshot.search.index import NO_INDEX
from earshot.search.marks import marks
from earshot.search.opensearch import OpenSearchEngine
from earshot.search.pages import Cursor, Group
from earshot.search.question import Question, parse
from earshot.search.request import (
    MAX_PREFIX_BYTES,
    MAX_SIZE,
    Hit,
    Match,
    SearchPage,
    SearchRequest,
    Stretch,
)
from earshot.search.selection import Selection, select
from earshot.search.sound_marks import with_sound


def search(client: OpenSearch, alias: str, request: SearchRequest) -> SearchPage:
    """The page of hits that a request asks for: recordings, each by its best passage.

    An index that is not made yet holds nothing. Raises InvalidRequest for what can't be asked.
    """
    began = time.monotonic()
    try:
        page = search_in(OpenSearchEngine.of(client, alias, request), request)
    except NotFoundError as error:
        if error.error != NO_INDEX:
            raise
        page = _nothing(request)
    return replace(page, took_ms=round((time.monotonic() - began) * 1000))


def search_in(engine: Engine, request: SearchRequest) -> SearchPage:
    """The same, of passages that are behind any engine."""
    _check(request)
    start = pages.start(request)
    question = parse(request.q, request.exact)
    if request.q.strip() and not question:
        return _nothing(request)  # typed, but nothing that can be said: "*"
    narrowed = any(request.facets.values())
    selection = select(engine, question, facets.counts(request.facets), narrowed)
    return _page(engine, request, question, selection, start)


def _page(
    engine: Engine,
    request: SearchRequest,
    question: Question,
    selection: Selection,
    start: Cursor,
) -> SearchPage:
    counted = _count(engine, question, selection, request)
    # Where nothing is asked, nothing is more relevant: the newest come first.
    order = "newest" if request.sort == "relevance" and not question else request.sort
    listed = counted.total + (selection.maybes if order == "relevance" else 0)
    found, following = (
        pages.page(engine, selection, order, start, request.size)
        if start.offset < listed
        else ([], None)
    )
    return SearchPage(
        total=counted.total,
        total_relation="eq" if counted.exact else "gte",
        took_ms=0,
        hits=_hits(engine, found, question, selection),
        facets=counted.facets,
        maybe=selection.maybes,
        relaxed=selection.relaxed,
        did_you_mean=did_you_mean(engine, request.q, question, selection),
        cursor=following.encode() if following and following.offset < listed else None,
    )


def _nothing(request: SearchRequest) -> SearchPage:
    nothing = facets.nothing(request.facets)
    return SearchPage(total=0, total_relation="eq", took_ms=0, hits=(), facets=nothing.facets)


def _check(request: SearchRequest) -> None:
    if not (1 <= request.size <= MAX_SIZE and request.page >= 1):
        raise InvalidRequest(f"Pages count from 1 and have 1 to {MAX_SIZE} hits.")
    if request.prefix and len(request.prefix.encode(errors="replace")) > MAX_PREFIX_BYTES:
        raise InvalidRequest(f"The prefix is longer than {MAX_PREFIX_BYTES} bytes.")
    facets.check(request.facets)


def _count(
    engine: Engine, question: Question, selection: Selection, request: SearchRequest
) -> facets.Counted:
    """Recordings by facet value; what each passage counts for is told apart only where needed."""
    again = None
    if question and facets.needs_distinct(selection.aggregations):
        asked = facets.distinct(request.facets, selection.aggregations)
        again = engine.ask([Ask(selection.query, 0, asked)])[0].aggregations
    return facets.read(request.facets, selection.total, selection.aggregations, again)


def _sounds(selection: Selection) -> dict[str, tuple[Stretch, ...]]:
    return {one.place.document_id: one.sound for one in selection.window if one.sound}


def _hits(
    engine: Engine, found: Sequence[Group], question: Question, selection: Selection
) -> tuple[Hit, ...]:
    wanted = [place.document_id for one in found for place in (one.best, *one.others)]
    documents = _documents(engine, wanted, selection)
    sounds = _sounds(selection)
    return tuple(
        _hit(
            *documents[one.best.document_id],
            question,
            one.match,
            one.closeness if question.words else None,  # phrases are there, or they are not
            sounds.get(one.best.document_id, ()),
            tuple(
                _hit(
                    *documents[other.document_id],
                    question,
                    one.match,
                    None,
                    sounds.get(other.document_id, ()),
                )
                for other in one.others
                if other.document_id in documents
            ),
        )
        for one in found
        if one.best.document_id in documents
    )


def _documents(
    engine: Engine, wanted: Sequence[str], selection: Selection
) -> dict[str, tuple[Mapping[str, Any], PassageDigest]]:
    """What a page shows came with what was compared; the rest is asked for."""
    compared = {one.place.document_id: one for one in selection.compared}
    known = {
        identity: (shown, one.digest)
        for identity in wanted
        if (one := compared.get(identity)) and one.display
        if (shown := display.unpack(one.display))
    }
    return known | engine.documents([one for one in wanted if one not in known])


def _hit(
    document: Mapping[str, Any],
    digest: PassageDigest,
    question: Question,
    match: Match,
    score: float | None,
    sound: tuple[Stretch, ...],
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
        marks=with_sound(marks(digest, question), words, sound),
        duration=document["duration"],
        age=document["age"],
        gender=document["gender"],
        accent=document["accent"],
        source=document["source"],
        model=document["model"],
        uploaded_at=document.get("uploaded_at", ""),
        playback=document.get("playback"),
        **{name: document.get(name) for name in TEXTS},
        recorded_at=document.get("recorded_at"),
        tags=tuple(document.get("tags", ())),
        confidence=document["confidence"],
        score=score if score is None else round(score, 4),
        match=match,
        sound=sound[0] if sound else None,
        estimated_times=document.get("estimated_times", False),  # indexed before it was noted
        others=others,
    )
