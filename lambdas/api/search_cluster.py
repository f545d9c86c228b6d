"""The passages in OpenSearch, as the routes that search ask for them."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Self

from opensearchpy import OpenSearch
from opensearchpy.exceptions import ConnectionError as NoConnection
from opensearchpy.exceptions import TransportError

from earshot.errors import EarshotError, Unavailable
from earshot.search import overview, searcher, suggest
from earshot.search.client import connect
from earshot.search.overview import Overview
from earshot.search.request import SearchPage, SearchRequest

_AWAY = (404, 408, 429, 502, 503, 504)  # away, busy or without an index yet: worth another try


class Refused(EarshotError):
    """OpenSearch could not read a request of ours: a fault of ours."""


@dataclass(frozen=True, slots=True)
class SearchCluster:
    """The passages behind `alias`. Its methods raise Unavailable and Refused."""

    client: OpenSearch
    alias: str

    @classmethod
    def at(cls, url: str, region: str | None, alias: str) -> Self:
        """Those of the node at `url`; with a region and https, requests are signed for AWS."""
        return cls(connect(url, region), alias)

    def search(self, request: SearchRequest) -> SearchPage:
        with _faults_named():
            return searcher.search(self.client, self.alias, request)

    def suggest(self, typed: str, size: int) -> list[str]:
        with _faults_named():
            return list(suggest.suggest(self.client, self.alias, typed, size))

    def overview(self, today: date) -> Overview:
        with _faults_named():
            return overview.overview(self.client, self.alias, today)


@contextmanager
def _faults_named() -> Iterator[None]:
    try:
        yield
    except TransportError as error:
        if isinstance(error, NoConnection) or error.status_code in _AWAY:
            raise Unavailable("Earshot can't answer this at the moment; try again soon.") from error
        raise Refused("OpenSearch refused a request of ours.") from error
