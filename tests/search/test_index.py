from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from opensearchpy import OpenSearch

from earshot.recordings.record import Recording, Status
from earshot.search import mapping
from earshot.search.index import SearchIndex
from earshot.search.request import SearchRequest
from earshot.search.searcher import search
from tests.search.recordings import of, recording


def found(client: OpenSearch, alias: str, q: str = "") -> set[str]:
    client.indices.refresh(index=alias)
    return {hit.text for hit in search(client, alias, SearchRequest(q, size=100)).hits}


def test_a_done_recording_is_found_by_what_was_said(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    assert index.project(of(["the quick brown fox", "a lazy dog"])) == []
    assert found(client, alias, "brown fox") == {"the quick brown fox"}


def test_repeated_and_late_writes_change_nothing(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    new = recording("the new words", key="a", revision=7)
    old = recording("the old words", key="a", revision=3)
    for one in (new, old, new, old):
        assert index.project([one]) == []
    assert found(client, alias) == {"the new words"}


def test_a_removal_that_overtook_the_creation_wins(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    created = recording("never mind", key="a", revision=1)
    removed = replace(created, revision=2, status=Status.DELETED, transcript=None)
    index.project([removed])
    index.project([created])
    assert found(client, alias) == set()


def test_a_shorter_version_leaves_none_of_the_longer_ones_passages(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    long = recording("word " * 400, key="a", passages=6)
    assert index.project([long]) == []
    assert client.cat.count(index=alias, format="json", v=False) is not None
    index.project([recording("short now", key="a", revision=2, passages=6)])
    client.indices.refresh(index=alias)
    assert client.count(index=alias)["count"] == 1
    assert found(client, alias) == {"short now"}


def test_a_recording_that_cannot_be_indexed_fails_alone(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    poison = replace(recording("poison", key="p"), uploaded_at="not a date")
    good = of(["good one", "good two"])
    ((failed, reason),) = index.project([good[0], poison, good[1]])
    assert failed.key == "p"
    assert "uploaded_at" in reason
    assert found(client, alias) == {"good one", "good two"}


def test_a_recording_that_our_own_code_trips_over_fails_alone(
    client: OpenSearch, alias: str, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    def documents(one: Recording) -> Iterator[tuple[str, dict[str, Any]]]:
        if one.key == "p":
            raise ValueError("no such word")
        return mapping.documents(one)

    monkeypatch.setattr("earshot.search.index.documents", documents)
    good = of(["good one", "good two"])
    ((failed, reason),) = index.project([good[0], recording("poison", key="p"), good[1]])
    assert (failed.key, reason) == ("p", "ValueError: no such word")
    assert found(client, alias) == {"good one", "good two"}


def test_an_index_that_was_deleted_is_made_again_by_the_next_write(
    client: OpenSearch, alias: str, index: SearchIndex
) -> None:
    client.indices.delete(index=f"{alias}-*")
    assert index.project(of(["back again"])) == []
    assert found(client, alias) == {"back again"}
