"""What failed is tried again, and nothing of it is lost."""

import json
from dataclasses import replace
from typing import Any

import boto3
import pytest
from opensearchpy import OpenSearch

from earshot.cli.redrive import redrive_events, redrive_index
from earshot.recordings.store import Recordings
from earshot.search.index import SearchIndex
from tests.search.recordings import transcript
from tests.unit.recordings.conftest import aws, event, recordings  # noqa: F401

# What the fixture of another file is called is what a test asks for.
# ruff: noqa: F811


@pytest.fixture
def sqs(aws: None) -> Any:
    return boto3.client("sqs")


def queue(sqs: Any, name: str, *bodies: object) -> str:
    url: str = sqs.create_queue(QueueName=name)["QueueUrl"]
    for body in bodies:
        sqs.send_message(QueueUrl=url, MessageBody=json.dumps(body))
    return url


def left(sqs: Any, url: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return sum(int(found[name]) for name in names)


def say(table: Recordings, key: str) -> str:
    one = event(1, key=key)
    table.claim(one, "f00", {}, 1)
    table.finish(one, transcript("words"), 1)
    return one.recording_id


def test_dead_object_events_go_back_to_their_queue(sqs: Any) -> None:
    bodies = [{"n": n} for n in range(23)]
    dead, back = queue(sqs, "dead", *bodies), queue(sqs, "events")
    redriven = redrive_events(sqs, dead, back)
    assert (redriven.done, redriven.failures) == (23, [])
    assert (left(sqs, dead), left(sqs, back)) == (0, 23)


def test_recordings_that_could_not_be_written_are_written_as_they_are_now(
    sqs: Any, client: OpenSearch, alias: str, index: SearchIndex, recordings: Recordings
) -> None:
    one = say(recordings, "a.mp3")
    url = queue(sqs, "failures", {"recording_id": one, "reason": "x"}, {"recording_id": "gone"})
    redriven = redrive_index(sqs, url, recordings, index)
    assert (redriven.done, redriven.failures, left(sqs, url)) == (2, [], 0)
    client.indices.refresh(index=alias)
    assert client.count(index=alias)["count"] == 1


def test_a_batch_that_lambda_gave_up_is_made_good_by_all_that_changed_since(
    sqs: Any, client: OpenSearch, alias: str, index: SearchIndex, recordings: Recordings
) -> None:
    say(recordings, "a.mp3")
    say(recordings, "b.mp3")
    note = {"DDBStreamBatchInfo": {"approximateArrivalOfFirstRecord": "2026-01-02T03:04:05.678Z"}}
    url = queue(sqs, "failures", note)
    assert redrive_index(sqs, url, recordings, index).done == 1
    client.indices.refresh(index=alias)
    assert client.count(index=alias)["count"] == 2


def test_what_fails_again_stays_in_the_queue(
    sqs: Any,
    index: SearchIndex,
    recordings: Recordings,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bad, good = say(recordings, "bad.mp3"), say(recordings, "good.mp3")
    current = recordings.current

    def poisoned(identity: str) -> Any:
        one = current(identity)
        return replace(one, uploaded_at="no date") if one and identity == bad else one

    monkeypatch.setattr(recordings, "current", poisoned)
    url = queue(sqs, "failures", {"recording_id": bad}, {"recording_id": good}, "nonsense")
    redriven = redrive_index(sqs, url, recordings, index)
    assert redriven.done == 1
    assert {one for one, _ in redriven.failures} == {"bad.mp3", "a message"}
    assert left(sqs, url) == 2
