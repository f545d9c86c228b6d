"""The function between the table's stream and the index, on a real node."""

import base64
import importlib.util
import json
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import boto3
import pytest
from boto3.dynamodb.types import TypeSerializer
from opensearchpy import OpenSearch

from earshot.recordings.changes import Change
from earshot.recordings.ids import recording_id
from earshot.recordings.notices import Notice
from earshot.recordings.store import Recordings
from earshot.search.index import SearchIndex
from tests.search.recordings import transcript
from tests.unit.recordings.conftest import aws, event, recordings  # noqa: F401

# What the fixture of another file is called is what a test asks for.
# ruff: noqa: F811

HANDLER = Path(__file__).parents[2] / "lambdas" / "index" / "handler.py"


@pytest.fixture
def function(
    node: str, alias: str, recordings: Recordings, monkeypatch: pytest.MonkeyPatch
) -> ModuleType:
    url = boto3.client("sqs").create_queue(QueueName="failures")["QueueUrl"]
    for name, value in {
        "TABLE": "recordings",
        "AUDIO_BUCKET": "audio",
        "TRANSCRIPTS_BUCKET": "transcripts",
        "OPENSEARCH_URL": node,
        "INDEX": alias,
        "FAILURE_QUEUE_URL": url,
    }.items():
        monkeypatch.setenv(f"EARSHOT_{name}", value)
    spec = importlib.util.spec_from_file_location("index_handler", HANDLER)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def run(
    function: ModuleType, client: OpenSearch, alias: str
) -> Callable[..., tuple[int, list[dict[str, str]]]]:
    """Hands records to the function; how many documents there are then, and what it gave up."""

    def run(*records: dict[str, Any]) -> tuple[int, list[dict[str, str]]]:
        function.handler({"Records": list(records)}, None)
        client.indices.refresh(index=alias)
        sqs, url = boto3.client("sqs"), function.settings().failure_queue_url
        messages = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        return client.count(index=alias)["count"], [json.loads(one["Body"]) for one in messages]

    return run


def say(table: Recordings, key: str, sequencer: int = 1) -> dict[str, Any]:
    """A done recording in the table; its item."""
    one = event(sequencer, key=key)
    table.claim(one, "f00", {}, 1)
    assert table.finish(one, transcript("words"), 1)
    return item(table, key)


def item(table: Recordings, key: str) -> dict[str, Any]:
    found: dict[str, Any] = table._table.get_item(Key={"recording_id": recording_id(key)})["Item"]
    return found


def record(item: dict[str, Any], name: str = "MODIFY", **changed: Any) -> dict[str, Any]:
    """The stream's record of an item, as Lambda hands it over: binary values are base64."""
    image: dict[str, dict[str, Any]] = {
        field: {**TypeSerializer().serialize(value)} for field, value in (item | changed).items()
    }
    for value in image.values():
        if "B" in value:
            value["B"] = base64.b64encode(value["B"]).decode()
    keys = {"recording_id": image["recording_id"]}
    kind = "OldImage" if name == "REMOVE" else "NewImage"
    return {"eventName": name, "dynamodb": {"Keys": keys, kind: image}}


def test_what_changed_in_the_table_is_in_the_index(run: Any, recordings: Recordings) -> None:
    one, other = say(recordings, "a"), say(recordings, "b")
    assert run(record(one, "INSERT"), record(other), record(one)) == (2, [])
    assert run(record(one, "REMOVE")) == (1, [])


def test_a_poisoned_recording_goes_to_the_failure_queue_and_holds_up_no_other(
    run: Any, recordings: Recordings
) -> None:
    bad, good = say(recordings, "bad"), say(recordings, "good")
    unreadable = say(recordings, "unreadable")
    count, given_up = run(
        record(bad, uploaded_at="no date"), record(unreadable, body=b"no gzip"), record(good)
    )
    assert count == 1
    assert {one["recording_id"] for one in given_up} == {
        recording_id("bad"),
        recording_id("unreadable"),
    }


def test_a_recording_that_comes_back_after_its_tombstone_expired_is_indexed(
    run: Any, recordings: Recordings, function: ModuleType
) -> None:
    first = say(recordings, "a")
    recordings.remove(event(2, Change.REMOVED, key="a"))
    tombstone = item(recordings, "a")
    assert run(record(first), record(tombstone)) == (0, [])
    # A day later the index has forgotten the deletion; the tombstone's expiry must not renew it.
    assert isinstance(function.index(), SearchIndex)
    unseen = tombstone | {"recording_id": recording_id("other"), "revision": 7}
    assert run(record(unseen, "REMOVE")) == (0, [])
    assert run(record(say(recordings, "other"))) == (1, [])


def test_programs_are_told_once_the_search_finds_it(
    run: Any, recordings: Recordings, function: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    found: list[int] = []

    class Bus:
        def send(self, notices: list[Notice]) -> None:
            function.index()._client.indices.refresh(index=function.settings().index)
            found.extend(function.index()._client.count(index=function.settings().index)["count"]
                         for _ in notices)  # fmt: skip

    monkeypatch.setattr(function, "event_bus", Bus)
    run(record(say(recordings, "a"), "INSERT"))
    assert found == [1]
