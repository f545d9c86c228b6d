"""A real OpenSearch node for the session, and an index of its own for every test."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from opensearchpy import OpenSearch

from earshot.search.client import connect
from earshot.search.index import SearchIndex
from scripts.local import opensearch

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "")  # each process of pytest has a node of its own
HOME = Path(__file__).parents[2] / ".local" / f"test-opensearch{WORKER}"


@pytest.fixture(scope="session")
def node() -> Iterator[str]:
    url = opensearch.start(HOME)
    yield url
    opensearch.stop(HOME)


@pytest.fixture(scope="session")
def client(node: str) -> OpenSearch:
    return connect(node)


@pytest.fixture
def alias(client: OpenSearch) -> Iterator[str]:
    name = f"test-{uuid.uuid4().hex[:8]}"
    yield name
    client.indices.delete(index=f"{name}-*", ignore_unavailable=True)


@pytest.fixture
def index(client: OpenSearch, alias: str) -> SearchIndex:
    made = SearchIndex(client, alias, refresh_interval="-1")
    made.ensure()
    return made
