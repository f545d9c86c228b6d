"""GET /search and GET /suggest: what was said, and where."""

from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Response
from pydantic import BaseModel, Field

from api import caching
from api.moments import Moment
from api.parameters import OnlyKnownParameters
from api.services import Index
from earshot.recordings.ids import MAX_KEY_BYTES
from earshot.search.facets import parse_range
from earshot.search.request import (
    DETAIL_FACETS,
    MAX_FACET_VALUES,
    MAX_QUERY_CHARS,
    MAX_SIZE,
    Order,
    SearchPage,
    SearchRequest,
)

router = APIRouter(tags=["search"])

MAX_PAGE_NUMBER = 1_000_000  # no answer has so many; what lies beyond would not fit the engine
MAX_SUGGESTIONS = 20
MAX_PREFIX_CHARS = 100

Choice = Annotated[
    list[Annotated[str, Field(max_length=100)]],
    Query(max_length=MAX_FACET_VALUES, description="Repeat it for alternatives."),
]
Ranges = Annotated[
    list[Annotated[str, Field(max_length=40)]],
    Query(
        max_length=MAX_FACET_VALUES,
        description="In seconds, such as 5-10, 60- or -5. Repeat it for alternatives.",
    ),
]


class Suggestions(BaseModel):
    """Words and phrases that were said, and that continue what was typed."""

    suggestions: list[str]


def asked(
    q: Annotated[
        str,
        Query(
            max_length=MAX_QUERY_CHARS,
            description='Words, at most 40; "in quotes" for exactly these; a OR b; -without.',
        ),
    ] = "",
    exact: Annotated[
        bool, Query(description="Only these very words: no other form, nothing that sounds so.")
    ] = False,
    age: Choice = [],  # noqa: B006 - FastAPI copies defaults
    gender: Choice = [],  # noqa: B006
    accent: Choice = [],  # noqa: B006
    source: Choice = [],  # noqa: B006
    model: Choice = [],  # noqa: B006
    duration: Ranges = [],  # noqa: B006
    speaker: Choice = [],  # noqa: B006
    place: Choice = [],  # noqa: B006
    collection: Choice = [],  # noqa: B006
    tags: Choice = [],  # noqa: B006
    facet: Annotated[
        list[Literal["speaker", "place", "collection", "tags"]],
        Query(max_length=len(DETAIL_FACETS), description="Count the values of these, too."),
    ] = [],  # noqa: B006
    confidence: Annotated[
        str | None, Query(max_length=40, description="Mean of a recording's words, such as 0.8-1.")
    ] = None,
    after: Annotated[
        Moment | None,
        Query(max_length=40, description="Uploaded on this day, at this time, or later."),
    ] = None,
    before: Annotated[
        Moment | None, Query(max_length=40, description="Uploaded before this day or time.")
    ] = None,
    prefix: Annotated[
        str | None, Query(max_length=MAX_KEY_BYTES, description="Keys that begin with this.")
    ] = None,
    sort: Annotated[Order, Query()] = "relevance",
    page: Annotated[int, Query(ge=1, le=MAX_PAGE_NUMBER)] = 1,
    size: Annotated[int, Query(ge=1, le=MAX_SIZE)] = 10,
    cursor: Annotated[
        str | None, Query(max_length=2000, description="The `cursor` of the page before.")
    ] = None,
) -> SearchRequest:
    """What the address asks for."""
    choices = {
        "age": age,
        "gender": gender,
        "accent": accent,
        "source": source,
        "model": model,
        "duration": duration,
        "speaker": speaker,
        "place": place,
        "collection": collection,
        "tags": tags,
    }
    asked = {name: tuple(values) for name, values in choices.items() if values or name in facet}
    return SearchRequest(
        q=q,
        facets=asked,
        after=after,
        before=before,
        confidence=parse_range(confidence) if confidence else None,
        prefix=prefix,
        sort=sort,
        page=page,
        size=size,
        cursor=cursor,
        exact=exact,
    )


Asked = Annotated[SearchRequest, Depends(asked)]


@router.get("/search", dependencies=[OnlyKnownParameters])
def search(index: Index, request: Asked, response: Response) -> SearchPage:
    """Recordings in which `q`, or something like it, was said, each by its best passage.

    `total` counts those that hold it, `maybe` those listed that only sound like it; each hit's
    `match` says which it is.
    `words` are [text, start, end]; `marks` are indexes into them, with how each answers the query.
    Facets are counted as if their own choice had not been made.
    """
    found = index.search(request)
    response.headers.update(caching.SEARCH)
    return found


@router.get("/suggest", dependencies=[OnlyKnownParameters])
def suggest(
    index: Index,
    response: Response,
    q: Annotated[
        str, Query(max_length=MAX_PREFIX_CHARS, description="What was typed so far.")
    ] = "",
    size: Annotated[int, Query(ge=1, le=MAX_SUGGESTIONS)] = 8,
) -> Suggestions:
    """Completions of what is being typed, out of what was really said."""
    found = index.suggest(q, size)
    response.headers.update(caching.SUGGEST)
    return Suggestions(suggestions=found)
