"""A new index out of the table, while searches and writes go on."""

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from opensearchpy import OpenSearch

from earshot.recordings.ids import recording_id
from earshot.recordings.store import Recordings
from earshot.search import digest
from earshot.search import rebuild as rebuilding
from earshot.search import versions as versioning
from earshot.search.index import SearchIndex
from earshot.search.mapping import index_body
from earshot.search.rebuild import Disagreement, rebuild, roll_back
from earshot.search.request import SearchRequest
from earshot.search.searcher import search
from earshot.search.versions import UnderWay, versions
from tests.search.recordings import transcript
from tests.unit.recordings.conftest import aws, event, recordings  # noqa: F401

# What the fixture of another file is called is what a test asks for.
# ruff: noqa: F811

WORDS = ("first light", "second thought", "third time lucky")


def say(table: Recordings, text: str, key: str | None = None, sequencer: int = 1) -> str:
    """A done recording in the table, as transcribing leaves one; its id."""
    one = event(sequencer, key=key or f"{text}.mp3")
    table.claim(one, "f00", {}, 1)
    assert table.finish(one, transcript(text), 1)
    return one.recording_id


def texts(client: OpenSearch, alias: str) -> set[str]:
    client.indices.refresh(index=alias)
    return {hit.text for hit in search(client, alias, SearchRequest("", size=100)).hits}


@pytest.fixture
def table(recordings: Recordings) -> Recordings:
    for text in WORDS:
        say(recordings, text)
    return recordings


def test_a_rebuilt_index_holds_what_the_table_holds_and_the_old_one_is_kept(
    client: OpenSearch, alias: str, index: SearchIndex, table: Recordings
) -> None:
    made = rebuild(client, alias, table)
    assert (made.documents, made.failures) == (3, [])
    assert texts(client, alias) == set(WORDS)
    assert [(one.number, one.live) for one in versions(client, alias)] == [(1, False), (2, True)]
    rebuild(client, alias, table)
    assert [one.number for one in versions(client, alias)] == [2, 3]


@pytest.mark.parametrize(
    ("given", "after"),
    [({}, ("0-1", "0")), ({"auto_expand_replicas": "false", "number_of_replicas": 2}, (None, "2"))],
)
def test_a_second_node_gets_a_copy_unless_replicas_were_set_by_hand(
    client: OpenSearch, alias: str, index: SearchIndex, table: Recordings,
    given: dict[str, Any], after: tuple[str | None, str],
) -> None:  # fmt: skip
    index.ensure()
    client.indices.put_settings(index=alias, body={"index": given or {"refresh_interval": "1s"}})
    rebuild(client, alias, table)
    ((_, made),) = client.indices.get_settings(index=alias).items()
    settings = made["settings"]["index"]
    assert (settings.get("auto_expand_replicas"), settings["number_of_replicas"]) == after


def test_an_index_that_was_deleted_is_rebuilt_from_nothing(
    client: OpenSearch, alias: str, table: Recordings
) -> None:
    rebuild(client, alias, table)
    assert texts(client, alias) == set(WORDS)
    assert [one.live for one in versions(client, alias)] == [True]


def test_going_back_brings_what_the_previous_index_missed(
    client: OpenSearch, alias: str, index: SearchIndex, table: Recordings
) -> None:
    rebuild(client, alias, table)
    rebuild(client, alias, table)
    say(table, "said after the swap")
    roll_back(client, alias, table)
    assert texts(client, alias) == {*WORDS, "said after the swap"}
    assert [(one.number, one.live) for one in versions(client, alias)] == [(2, True), (3, False)]


def test_there_is_nothing_to_go_back_to_before_a_rebuild(
    client: OpenSearch, alias: str, index: SearchIndex, table: Recordings
) -> None:
    with pytest.raises(Disagreement, match="no previous"):
        roll_back(client, alias, table)


def test_an_index_that_disagrees_with_the_table_is_not_put_in_use(
    client: OpenSearch,
    alias: str,
    index: SearchIndex,
    table: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    rebuild(client, alias, table)
    before = versions(client, alias)
    project = SearchIndex.project
    monkeypatch.setattr(SearchIndex, "project", lambda self, all_: project(self, all_[1:]))
    with pytest.raises(Disagreement, match="holds 2 passages and should hold 3"):
        rebuild(client, alias, table)
    assert versions(client, alias) == before
    assert texts(client, alias) == set(WORDS)


def test_what_vanished_from_the_table_meanwhile_is_not_in_the_new_index(
    client: OpenSearch,
    alias: str,
    index: SearchIndex,
    table: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def judge_late(*arguments: object) -> None:
        table._table.delete_item(Key={"recording_id": recording_id("first light.mp3")})

    monkeypatch.setattr(rebuilding, "_judge", judge_late)
    rebuild(client, alias, table)
    assert texts(client, alias) == set(WORDS[1:])


@pytest.fixture
def atomic(table: Recordings, monkeypatch: pytest.MonkeyPatch) -> None:
    """One call at a time: moto's update shows a reader a half-written item, DynamoDB does not."""
    client: Any = table._table.meta.client
    lock = threading.RLock()
    call = client._make_api_call

    def locked(*arguments: object) -> object:
        with lock:
            return call(*arguments)

    monkeypatch.setattr(client, "_make_api_call", locked)


def test_what_was_said_while_the_new_index_was_judged_is_in_it(
    client: OpenSearch,
    alias: str,
    index: SearchIndex,
    table: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(rebuilding, "_judge", lambda *_: say(table, "said meanwhile"))
    rebuild(client, alias, table)
    assert texts(client, alias) == {*WORDS, "said meanwhile"}


def test_a_second_rebuild_and_a_way_back_are_refused_while_one_runs(
    client: OpenSearch,
    alias: str,
    index: SearchIndex,
    table: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    refused: list[str] = []

    def judge_while_another_comes(*arguments: object) -> None:
        for another in (rebuild, roll_back):
            with pytest.raises(UnderWay) as raised:
                another(client, alias, table)
            refused.append(str(raised.value))

    rebuild(client, alias, table)
    monkeypatch.setattr(rebuilding, "_judge", judge_while_another_comes)
    made = rebuild(client, alias, table)
    assert refused == [f"{made.name} is being made already."] * 2
    assert texts(client, alias) == set(WORDS)


def test_of_two_rebuilds_in_the_same_moment_one_gets_the_number(
    client: OpenSearch, alias: str, index: SearchIndex, monkeypatch: pytest.MonkeyPatch
) -> None:
    (live,) = versions(client, alias)
    monkeypatch.setattr(versioning, "unfinished", lambda *_: [])
    monkeypatch.setattr(versioning, "versions", lambda *_: [live])
    assert versioning.create(client, alias, live) == f"{alias}-2"
    with pytest.raises(UnderWay):
        versioning.create(client, alias, live)


def test_what_a_killed_rebuild_left_is_taken_over(
    client: OpenSearch, alias: str, index: SearchIndex, table: Recordings
) -> None:
    client.indices.create(index=f"{alias}-2", body=index_body("-1"))
    with pytest.raises(UnderWay):
        rebuild(client, alias, table)
    rebuild(client, alias, table, take_over=True)
    assert [(one.number, one.live) for one in versions(client, alias)] == [(1, False), (2, True)]


@contextmanager
def beside(step: Callable[[], None], every_s: float) -> Iterator[Callable[[int], None]]:
    """Takes `step` again and again meanwhile. Waits for so many more of them; a fault ends that."""
    stop = threading.Event()
    taken = 0

    def work() -> None:
        nonlocal taken
        while not stop.wait(every_s):
            step()
            taken += 1

    with ThreadPoolExecutor(1) as pool:
        working = pool.submit(work)

        def wait_for(more: int) -> None:
            wanted = taken + more
            while taken < wanted and not working.done():
                time.sleep(0.01)

        try:
            yield wait_for
        finally:
            stop.set()
        working.result()


def test_no_search_fails_and_no_write_is_lost_while_the_index_is_rebuilt(
    client: OpenSearch, alias: str, index: SearchIndex, table: Recordings, atomic: None
) -> None:
    found: list[int] = []
    said: set[str] = set()

    def ask() -> None:
        found.append(search(client, alias, SearchRequest("")).total)

    def write() -> None:
        text = f"spoken while it went on {len(said)}"
        one = table.current(say(table, text))
        assert one is not None and index.project([one]) == []
        said.add(text)

    rebuild(client, alias, table)
    with beside(ask, 0.02) as asked, beside(write, 0.05) as written:
        asked(3)
        written(3)
        rebuild(client, alias, table)
        written(3)
    assert min(found) >= len(WORDS)
    client.indices.refresh(index=alias)
    assert client.count(index=alias)["count"] == len(WORDS) + len(said)


def test_an_index_made_by_older_code_goes_on_taking_writes(
    client: OpenSearch, alias: str, table: Recordings
) -> None:
    older = index_body("-1") | {"aliases": {alias: {}}}
    older["mappings"] = {
        "dynamic": "strict",
        "properties": {"recording_id": {"type": "keyword"}, "n": {"type": "integer"}},
    }
    client.indices.create(index=f"{alias}-1", body=older)
    index = SearchIndex(client, alias)
    index.ensure()
    assert index.project(list(table.scan())) == []
    assert texts(client, alias) == set(WORDS)


def test_passages_that_older_code_wrote_are_found_until_the_index_is_rebuilt(
    client: OpenSearch,
    alias: str,
    index: SearchIndex,
    table: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with monkeypatch.context() as older:
        older.setattr(digest, "FORMAT", "0")
        index.project(list(table.scan()))
    client.indices.refresh(index=alias)
    page = search(client, alias, SearchRequest("second thought"))
    assert [hit.text for hit in page.hits] == ["second thought"]
