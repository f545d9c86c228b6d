"""Programs are told what became of a recording, by a rule of their own on the stack's bus."""

import json
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from earshot.cli.outputs import Outputs
from earshot.recordings.ids import recording_id
from tests.pipeline.conftest import Bucket, eventually

SOON_S = 2.0
"""The local index refreshes every 0.2 s; the rest is for a busy machine."""

Told = Callable[[str], list[dict[str, Any]]]


@pytest.fixture
def told(stack: Outputs) -> Told:
    """What a queue behind the bus was told of a key so far."""
    events, sqs = stack.client("events"), stack.client("sqs")
    buses = [one["Name"] for one in events.list_event_buses()["EventBuses"]]
    (bus,) = (name for name in buses if name != "default")
    name = f"told-{uuid.uuid4().hex[:8]}"
    url = sqs.create_queue(QueueName=name)["QueueUrl"].replace("//localhost:", "//127.0.0.1:")
    attributes = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])
    events.put_rule(Name=name, EventBusName=bus, EventPattern=json.dumps({"source": ["earshot"]}))
    target = {"Id": "queue", "Arn": attributes["Attributes"]["QueueArn"]}
    events.put_targets(Rule=name, EventBusName=bus, Targets=[target])
    seen: list[dict[str, Any]] = []

    def told(key: str) -> list[dict[str, Any]]:
        answer = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)
        for message in answer.get("Messages", []):
            seen.append(json.loads(message["Body"]))
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [one for one in seen if one["detail"]["key"] == key]

    return told


def test_a_program_is_told_what_is_done_what_failed_and_what_was_deleted(
    bucket: Bucket, sample: Path, told: Told
) -> None:
    good, bad = bucket.put("good.mp3", sample), bucket.put("bad.mp3", b"This is text.")
    for _ in eventually():
        if told(good) and told(bad):
            break
    (done,), (failed,) = told(good), told(bad)
    assert done["detail-type"] == "Recording done"
    assert done["detail"]["recording_id"] == recording_id(good)
    for _ in eventually(SOON_S):
        if bucket.is_searchable(good):
            break
    else:
        pytest.fail("what is told to be done is not found at the index's next refresh")
    assert failed["detail-type"] == "Recording failed"
    assert failed["detail"]["error"]["code"] == "not_audio"
    bucket.delete(good)
    for _ in eventually():
        if len(told(good)) == 2:
            break
    assert told(good)[1]["detail-type"] == "Recording deleted"
