"""What programs are told of a recording, from the table's stream to a queue behind the bus."""

import base64
import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import boto3
import jsonschema
import pytest
from boto3.dynamodb.types import TypeSerializer

from earshot.errors import Unavailable
from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.event_bus import EventBus, tell
from earshot.recordings.ids import recording_id
from earshot.recordings.imports import Import
from earshot.recordings.notices import notice_of
from earshot.recordings.record import Failure
from earshot.recordings.store import Recordings
from tests.unit.recordings.conftest import event, make_table, transcript

SCHEMA = json.loads(
    (Path(__file__).parents[3] / "docs" / "recording-event.schema.json").read_text()
)
KEY = "talks/a.mp3"
Watch = Callable[[Callable[[Recordings], Any]], dict[str, Any]]


@pytest.fixture
def table(aws: None) -> Any:
    return make_table()


@pytest.fixture
def store(table: Any) -> Recordings:
    return Recordings(table)


@pytest.fixture
def watch(store: Recordings, table: Any) -> Watch:
    """The stream's record of what a change did to the recording of KEY."""

    def image() -> dict[str, Any] | None:
        item = table.get_item(Key={"recording_id": recording_id(KEY)}).get("Item")
        if item is None:
            return None
        serialized: dict[str, dict[str, Any]] = {
            name: {**TypeSerializer().serialize(value)} for name, value in item.items()
        }
        for value in serialized.values():
            if "B" in value:
                value["B"] = base64.b64encode(value["B"]).decode()
        return serialized

    def watch(change: Callable[[Recordings], Any]) -> dict[str, Any]:
        before = image()
        change(store)
        after = image()
        images = {"OldImage": before, "NewImage": after}
        return {
            "eventName": "REMOVE" if after is None else "MODIFY" if before else "INSERT",
            "dynamodb": {"Keys": {"recording_id": {"S": recording_id(KEY)}}}
            | {name: one for name, one in images.items() if one is not None},
        }

    return watch


def put(n: int, change: Change = Change.CREATED) -> ObjectEvent:
    return event(n, change, key=KEY)


def claim(n: int) -> Callable[[Recordings], Any]:
    return lambda store: store.claim(put(n), "f1", {}, 1)


def finish(n: int) -> Callable[[Recordings], Any]:
    return lambda store: store.finish(put(n), transcript("HELLO"), 1)


def fail(n: int) -> Callable[[Recordings], Any]:
    return lambda store: store.fail(put(n), Failure("empty", "The file is empty."))


def told(record: Mapping[str, Any]) -> Mapping[str, Any] | None:
    notice = notice_of(record)
    if notice is not None:
        jsonschema.validate(dict(notice.detail), SCHEMA)
    return notice.detail if notice else None


def test_a_recording_is_told_when_it_is_done_and_not_before(watch: Watch) -> None:
    assert told(watch(claim(1))) is None
    detail = told(watch(finish(1)))
    assert detail is not None
    assert (detail["status"], detail["key"], detail["error"]) == ("done", KEY, None)
    assert detail["recording_id"] == recording_id(KEY)
    assert detail["duration"] > 0
    assert detail["model"]
    assert detail["id"] == f"{detail['recording_id']}:{detail['revision']}"


def test_a_failure_says_why(watch: Watch) -> None:
    watch(claim(1))
    detail = told(watch(fail(1)))
    assert detail is not None
    assert (detail["status"], detail["duration"], detail["model"]) == ("failed", None, None)
    assert detail["error"] == {"code": "empty", "message": "The file is empty."}


def test_a_deletion_still_names_the_key(watch: Watch) -> None:
    watch(claim(1))
    watch(finish(1))
    detail = told(watch(lambda store: store.remove(put(2, Change.REMOVED))))
    assert detail is not None
    assert (detail["status"], detail["key"]) == ("deleted", KEY)


def test_an_item_that_an_operator_deletes_is_a_deletion_and_an_expiry_is_none(
    watch: Watch, table: Any
) -> None:
    def delete(store: Recordings) -> None:
        table.delete_item(Key={"recording_id": recording_id(KEY)})

    watch(claim(1))
    watch(finish(1))
    detail = told(watch(delete))
    assert detail is not None
    assert (detail["status"], detail["key"]) == ("deleted", KEY)
    watch(claim(2))
    watch(lambda store: store.remove(put(3, Change.REMOVED)))
    assert told(watch(delete)) is None


def test_what_is_transcribed_anew_is_told_again(watch: Watch) -> None:
    watch(claim(1))
    first = told(watch(finish(1)))
    watch(claim(2))
    second = told(watch(finish(2)))
    assert first is not None
    assert second is not None
    assert second["revision"] > first["revision"]


def test_corrections_and_repairs_are_not_told(watch: Watch) -> None:
    watch(claim(1))
    watch(finish(1))
    assert told(watch(lambda store: store.raise_revision(recording_id(KEY), 50))) is None
    same = put(1)
    later = ObjectEvent(same.change, same.bucket, KEY, put(2).sequencer, same.time, same.etag, 1)
    fingerprint = transcript("HELLO").provenance.weights
    assert told(watch(lambda store: store.claim(later, fingerprint, {"age": "teens"}, 1))) is None


def test_an_import_is_told_at_once(watch: Watch) -> None:
    one = Import(KEY, {}, transcript("HELLO"), 1)
    detail = told(watch(lambda store: store.add_imported([one])))
    assert detail is not None
    assert (detail["status"], detail["source"]) == ("done", "import")


def test_a_rule_takes_what_is_done_to_a_queue(watch: Watch) -> None:
    events, sqs = boto3.client("events"), boto3.client("sqs")
    url = sqs.create_queue(QueueName="done")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]
    events.create_event_bus(Name="ours")
    pattern = json.dumps({"source": ["earshot"], "detail-type": ["Recording done"]})
    events.put_rule(Name="done", EventBusName="ours", EventPattern=pattern)
    events.put_targets(
        Rule="done", EventBusName="ours", Targets=[{"Id": "queue", "Arn": arn["QueueArn"]}]
    )
    records = [watch(step) for step in (claim(1), fail(1), claim(2), finish(2))]
    unreadable = {"eventName": "MODIFY", "dynamodb": records[0]["dynamodb"] | {"NewImage": {}}}
    tell([unreadable, *records], EventBus(events, "ours"))
    (message,) = sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10)["Messages"]
    body = json.loads(message["Body"])
    assert (body["source"], body["detail-type"]) == ("earshot", "Recording done")
    assert body["detail"]["key"] == KEY


class Busy:
    """A bus that takes a part of each call at first; keeps what it took."""

    def __init__(self, refusals: int) -> None:
        self.refusals = refusals
        self.took: list[str] = []

    def put_events(self, Entries: list[dict[str, str]]) -> Any:  # noqa: N803 - as boto3 has it
        assert len(Entries) <= 10
        answers: list[dict[str, str]] = []
        for entry in Entries:
            if self.refusals:
                self.refusals -= 1
                answers.append({"ErrorCode": "ThrottlingException"})
            else:
                self.took.append(json.loads(entry["Detail"])["id"])
                answers.append({"EventId": "1"})
        return {"Entries": answers}


def test_what_a_busy_bus_refuses_is_sent_again_and_nothing_else(watch: Watch) -> None:
    watch(claim(1))
    record = watch(finish(1))
    busy: Any = Busy(refusals=3)
    shut: Any = Busy(refusals=99)
    tell([record] * 12, EventBus(busy, "ours"))
    assert len(busy.took) == 12
    with pytest.raises(Unavailable):
        tell([record], EventBus(shut, "ours"))


def test_the_example_in_the_docs_is_one(watch: Watch) -> None:
    page = (Path(__file__).parents[3] / "docs" / "events.md").read_text()
    example = json.loads(page.split("```json\n")[1].split("```")[0])
    jsonschema.validate(example, SCHEMA)
    watch(claim(1))
    assert set(example) == set(told(watch(finish(1))) or {})
