"""Pages as deep as one likes, and questions of any kind, where there is much to find."""

from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from earshot.errors import InvalidRequest
from earshot.search import pages
from earshot.search.client import connect
from earshot.search.index import SearchIndex
from earshot.search.request import MAX_QUERY_CHARS, SearchPage, SearchRequest
from earshot.search.searcher import search
from tests.search.recordings import recording

Ask = Callable[..., SearchPage]


@pytest.fixture(scope="module")
def many(node: str) -> Iterator[Ask]:
    """400 recordings that all say the same, some of them long."""
    client, alias = connect(node), "test-many"
    client.indices.delete(index=f"{alias}-*", ignore_unavailable=True)
    index = SearchIndex(client, alias, refresh_interval="-1")
    index.ensure()
    long = "again and again " * 60
    index.project(
        [
            recording(
                long if n % 40 == 0 else f"again {'and ' * (n % 7)}again",
                key=f"{n:03}",
                passages=9,
                uploaded_at=f"2026-01-{n % 28 + 1:02}T00:00:00Z",
            )
            for n in range(400)
        ]
    )
    client.indices.refresh(index=alias)
    yield lambda q="", **more: search(client, alias, SearchRequest(q, **more))
    client.indices.delete(index=f"{alias}-*")


@pytest.mark.parametrize("q", ["again", ""])
@pytest.mark.parametrize("sort", ["relevance", "oldest"])
@pytest.mark.parametrize("by", ["page", "cursor"])
def test_paging_to_the_end_shows_every_recording_once(
    many: Ask, monkeypatch: pytest.MonkeyPatch, q: str, sort: str, by: str
) -> None:
    monkeypatch.setattr(pages, "FIRST_STRIDE", 30)
    monkeypatch.setattr(pages, "STRIDE", 70)
    seen: list[str] = []
    page = many(q, sort=sort, size=60)
    assert page.total == 400
    for number in range(2, 20):
        seen += [hit.key for hit in page.hits]
        if page.cursor is None:
            break
        page = (
            many(q, sort=sort, size=60, page=number)
            if by == "page"
            else many(q, sort=sort, size=60, cursor=page.cursor)
        )
    assert len(seen) == len(set(seen)) == 400


def test_a_page_beyond_the_last_is_empty(many: Ask) -> None:
    page = many("again", page=10_001, size=100)
    assert (page.hits, page.total, page.cursor) == ((), 400, None)


@pytest.mark.parametrize("cursor", ["x", "W10=", "WzEsW11d", "eyJhIjoxfQ==", "WyItMSIsW11d"])
def test_a_forged_cursor_is_refused_or_shows_a_page(many: Ask, cursor: str) -> None:
    try:
        many("again", cursor=cursor)
    except InvalidRequest as error:
        assert "cursor" in error.message


def test_a_cursor_of_another_order_is_refused(many: Ask) -> None:
    cursor = many("again", sort="newest", size=60).cursor
    with pytest.raises(InvalidRequest, match="another order"):
        many("again", sort="relevance", size=60, cursor=cursor)


@pytest.mark.parametrize(
    "other", [{"q": "and again"}, {"facets": {"accent": ("us",)}}, {"prefix": "0"}, {"exact": True}]
)
def test_a_cursor_of_another_search_is_refused(many: Ask, other: dict[str, object]) -> None:
    cursor = many("again", size=60).cursor
    with pytest.raises(InvalidRequest, match="another query"):
        many(**({"q": "again", "cursor": cursor, "size": 60} | other))


def test_a_position_far_from_any_document_shows_a_page(many: Ask) -> None:
    search = pages.fingerprint(SearchRequest("again"))
    far = pages.Cursor(60, (2.0**62, "x", 1 << 62), "relevance", search)
    assert isinstance(many("again", cursor=far.encode()), SearchPage)


def test_many_long_words_are_a_question(many: Ask) -> None:
    words = [f"{first}{second}ation" for first in "bdfglmst" for second in ("ound", "arit", "ives")]
    for q in (" ".join(words), "the " + " ".join((words * 2)[:38])):
        assert len(q) <= MAX_QUERY_CHARS
        assert isinstance(many(q), SearchPage)


@pytest.mark.parametrize(
    "q",
    ["*", "/.*/", "a AND (", "_source", "\x00\x1b", "🎧", "שלום עולם", "'''", '"', "a" * 500,
     "{}", "<script>", "((((((", "%%%", "1" * 30, "\ud800", "a\u0301" * 100, "$.*^",
     "12.5", "rain 15.2 mm"],
)  # fmt: skip
def test_hostile_queries_get_an_answer(many: Ask, q: str) -> None:
    assert isinstance(many(q), SearchPage)


@pytest.mark.parametrize(
    "wrong",
    [
        {"q": "x" * 10_000},
        {"q": "ab " * 41},
        {"facets": {"accent": tuple(map(str, range(1000)))}},
        {"facets": {"nothing": ("x",)}},
        {"facets": {"duration": ("long",)}},
        {"page": 0},
        {"size": 1000},
        {"cursor": "!"},
    ],
)
def test_what_cannot_be_asked_is_refused(many: Ask, wrong: dict[str, object]) -> None:
    with pytest.raises(InvalidRequest):
        many(**wrong)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(q=st.text(max_size=60))
@example(q="1&")  # "one and", which nobody says in a row: all hits are maybes
def test_any_text_is_a_query(many: Ask, q: str) -> None:
    page = many(q)
    assert page.total >= sum(hit.match == "holds" for hit in page.hits)
    assert page.maybe >= sum(hit.match == "maybe" for hit in page.hits)
    for hit in page.hits:
        assert all(0 <= mark.word < len(hit.words) for mark in hit.marks)
