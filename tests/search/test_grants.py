"""On AWS a request that was not granted is refused; no node here would. So they are compared."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from opensearchpy import OpenSearch

from earshot.search.index import SearchIndex
from earshot.search.request import SearchRequest
from earshot.search.searcher import search
from earshot.search.suggest import suggest
from infra.search_domain import READER_METHODS, READER_PATHS, WRITER_METHODS
from tests.search.recordings import of

Asked = list[tuple[str, str]]


@contextmanager
def recorded(client: OpenSearch) -> Iterator[Asked]:
    """The (method, path) of every request meanwhile."""
    asked: Asked = []
    perform: Callable[..., Any] = client.transport.perform_request

    def record(method: str, url: str, *arguments: Any, **options: Any) -> Any:
        asked.append((method.capitalize(), url))
        return perform(method, url, *arguments, **options)

    client.transport.perform_request = record
    try:
        yield asked
    finally:
        client.transport.perform_request = perform


def test_the_api_asks_only_what_its_function_may_ask(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    index.project(of(["the old lighthouse by the sea", "a lighthouse keeper sings"]))
    client.indices.refresh(index=alias)
    with recorded(client) as asked:
        for request in (
            SearchRequest(q="lighthouse"),
            SearchRequest(q='"old lighthouse" sea', facets={"accent": ("us",)}),
            SearchRequest(q="litehause kiper"),
            SearchRequest(q="nothing of the kind"),
            SearchRequest(q="", size=1, page=2, sort="newest"),
        ):
            search(client, alias, request)
        suggest(client, alias, "ligh", 5)
    assert asked
    assert {path for _, path in asked} <= {f"/{alias}/{path}" for path in READER_PATHS}
    assert {method for method, _ in asked} <= set(READER_METHODS)


def test_the_index_function_asks_only_what_it_may_ask(client: OpenSearch, alias: str) -> None:
    with recorded(client) as asked:
        index = SearchIndex(client, alias, refresh_interval="-1")
        index.ensure()
        index.project(of(["the old lighthouse by the sea"]))
    assert {method for method, _ in asked} <= set(WRITER_METHODS)
