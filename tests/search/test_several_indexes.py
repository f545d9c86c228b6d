"""The routes past one index (docs/scale.md): stacks with an index each on one domain, one index of
which may be read-only, and one search over all of them."""

from dataclasses import replace
from datetime import date

import pytest
from opensearchpy import OpenSearch

from earshot.recordings.record import Recording, Status
from earshot.recordings.store import Recordings
from earshot.search.index import SearchIndex
from earshot.search.overview import overview
from earshot.search.rebuild import rebuild, roll_back
from earshot.search.request import SearchPage, SearchRequest
from earshot.search.searcher import search
from earshot.search.suggest import suggest
from earshot.search.versions import versions
from tests.search.recordings import recording
from tests.search.test_lifecycle import say
from tests.unit.recordings.conftest import aws, recordings  # noqa: F401

# What the fixture of another file is called is what a test asks for.
# ruff: noqa: F811

OLD = ("the harbour lights went out", "a storm over the harbour", "nobody rowed home")
NEW = ("the harbour was rebuilt", "a quiet morning")


@pytest.fixture
def old(client: OpenSearch, alias: str) -> SearchIndex:
    return _index(client, f"{alias}-old")


@pytest.fixture
def new(client: OpenSearch, alias: str) -> SearchIndex:
    return _index(client, f"{alias}-new")


@pytest.fixture
def both(alias: str, old: SearchIndex, new: SearchIndex) -> str:
    """What a search over both asks: their names, with a comma."""
    old.project([_said(text, "old") for text in OLD])
    new.project([_said(text, "new") for text in NEW])
    return f"{alias}-old,{alias}-new"


def _index(client: OpenSearch, name: str) -> SearchIndex:
    made = SearchIndex(client, name, refresh_interval="-1", pause=lambda _: None)
    made.ensure()
    return made


def _said(text: str, period: str, revision: int = 1, key: str | None = None) -> Recording:
    return recording(text, key=key or f"{period}/{text}.mp3", revision=revision, accent=period)


def _page(client: OpenSearch, asked: str, request: SearchRequest) -> SearchPage:
    client.indices.refresh(index=asked)
    return search(client, asked, request)


def _texts(client: OpenSearch, asked: str, q: str = "") -> set[str]:
    return {hit.text for hit in _page(client, asked, SearchRequest(q, size=100)).hits}


def test_one_search_over_several_indexes_finds_counts_and_pages_as_over_one(
    client: OpenSearch, alias: str, both: str
) -> None:
    single = _index(client, f"{alias}-single")
    single.project([*(_said(one, "old") for one in OLD), *(_said(one, "new") for one in NEW)])
    for request in (
        SearchRequest("harbour"),
        SearchRequest('"the harbour"'),
        SearchRequest("harber"),
        SearchRequest("harbour", facets={"accent": ("old",)}),
        SearchRequest("", size=100),
    ):
        over_both = _page(client, both, request)
        over_one = _page(client, f"{alias}-single", request)
        assert {hit.key for hit in over_both.hits} == {hit.key for hit in over_one.hits}
        assert over_both.total == over_one.total
        assert over_both.facets == over_one.facets
    first = _page(client, both, SearchRequest("", size=3, sort="newest"))
    rest = _page(client, both, SearchRequest("", size=3, sort="newest", cursor=first.cursor))
    assert {hit.text for hit in (*first.hits, *rest.hits)} == {*OLD, *NEW}
    assert "harbour" in suggest(client, both, "harb", 5)
    assert overview(client, both, date(2026, 1, 3)).recordings == len(OLD) + len(NEW)


def test_what_becomes_of_a_recording_goes_to_its_own_index_in_any_order(
    client: OpenSearch, alias: str, old: SearchIndex, both: str
) -> None:
    corrected = _said("the harbour lights came on", "old", 3, key=f"old/{OLD[0]}.mp3")
    gone = replace(_said(OLD[1], "old", 2), status=Status.DELETED, transcript=None)
    for one in (corrected, gone, _said(OLD[0], "old", 1), _said(OLD[1], "old", 1), gone):
        assert old.project([one]) == []
    assert _texts(client, both, "harbour") == {corrected.transcript.text, NEW[0]}  # type: ignore[union-attr]
    assert _texts(client, f"{alias}-new") == set(NEW)


def test_rebuilding_one_index_leaves_the_others_and_searches_over_all_follow(
    client: OpenSearch, alias: str, both: str, recordings: Recordings
) -> None:
    for text in OLD:
        say(recordings, text, key=f"old/{text}.mp3")
    say(recordings, "found in the table", key="old/more.mp3")
    before = versions(client, f"{alias}-new")
    rebuild(client, f"{alias}-old", recordings)
    assert _texts(client, both) == {*OLD, "found in the table", *NEW}
    assert _page(client, both, SearchRequest("", size=100)).total == len(OLD) + 1 + len(NEW)
    assert versions(client, f"{alias}-new") == before
    roll_back(client, f"{alias}-old", recordings)
    assert _texts(client, both) == {*OLD, "found in the table", *NEW}


def test_a_read_only_index_is_searched_names_what_it_refuses_and_takes_it_once_it_is_writable(
    client: OpenSearch, alias: str, old: SearchIndex, new: SearchIndex, both: str
) -> None:
    """As UltraWarm keeps indexes: its own block can't be had here, and a write block is the same to
    who writes."""
    _block(client, f"{alias}-old", True)
    corrected = _said("corrected too late", "old", 2, key=f"old/{OLD[0]}.mp3")
    gone = replace(_said(OLD[1], "old", 2), status=Status.DELETED, transcript=None)
    refused = old.project([corrected, gone])
    assert [one for one, _ in refused] == [corrected, gone]
    assert all("blocked" in reason for _, reason in refused)
    assert new.project([_said("said today", "new")]) == []
    assert _texts(client, both) == {*OLD, *NEW, "said today"}
    _block(client, f"{alias}-old", False)
    assert old.project([corrected, gone]) == []
    assert _texts(client, both) == {"corrected too late", OLD[2], *NEW, "said today"}


def _block(client: OpenSearch, alias: str, on: bool) -> None:
    client.indices.put_settings(index=alias, body={"index.blocks.write": on})
