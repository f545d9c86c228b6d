"""S3's notifications as they arrive in SQS messages."""

import json
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.ingest.events import MalformedEvent, object_events
from earshot.ingest.events import notification as notification_of
from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer

EVENTS = Path(__file__).resolve().parents[2] / "events"


def notification(*records: dict[str, object]) -> str:
    return json.dumps({"Records": list(records)})


def record(name: str, key: str = "a.mp3", sequencer: str = "01") -> dict[str, object]:
    return {
        "eventName": name,
        "eventTime": "2026-03-02T10:15:30.123Z",
        "s3": {"bucket": {"name": "b"}, "object": {"key": key, "sequencer": sequencer}},
    }


def test_a_recorded_put_gives_the_key_as_it_was_typed() -> None:
    message = json.loads((EVENTS / "s3_put_in_sqs.json").read_text())["Records"][0]
    (event,) = object_events(message["body"])
    assert event.key == "interviews/Anna + Ben é.mp3"
    assert event.change is Change.CREATED
    assert event.size == 40545


def test_all_records_of_a_message_count() -> None:
    body = notification(
        record("ObjectCreated:Put", "a.mp3"),
        record("ObjectCreated:CompleteMultipartUpload", "b.mp3"),
        record("ObjectRemoved:Delete", "c.mp3"),
        record("ObjectRemoved:DeleteMarkerCreated", "d.mp3"),
        record("LifecycleExpiration:Delete", "e.mp3"),
    )
    assert [(one.key, one.change) for one in object_events(body)] == [
        ("a.mp3", Change.CREATED),
        ("b.mp3", Change.CREATED),
        ("c.mp3", Change.REMOVED),
        ("d.mp3", Change.REMOVED),
        ("e.mp3", Change.REMOVED),
    ]


def test_test_events_folders_and_other_changes_mean_no_work() -> None:
    assert list(object_events((EVENTS / "s3_test_event.json").read_text())) == []
    body = notification(
        record("ObjectCreated:Put", "folder/"),
        record("ObjectTagging:Put"),
        record("ObjectRestore:Post"),
    )
    assert list(object_events(body)) == []


def test_sequencers_of_different_length_compare_as_s3_says() -> None:
    assert comparable_sequencer("0065A") < comparable_sequencer("0065A1")
    assert comparable_sequencer("0065a1") == comparable_sequencer("0065A10")
    assert comparable_sequencer("0066") > comparable_sequencer("0065FFFFFFFF")


@given(
    st.text()
    | st.recursive(st.none() | st.integers() | st.text(), st.lists, max_leaves=5).map(json.dumps)
)
def test_anything_else_is_refused_as_malformed(body: str) -> None:
    with pytest.raises(MalformedEvent):
        list(object_events(body))


@pytest.mark.parametrize("records", ["[]", "{}", '"text"', "null"])
def test_a_message_without_records_is_malformed(records: str) -> None:
    with pytest.raises(MalformedEvent):
        list(object_events(f'{{"Records": {records}}}'))


def test_what_s3_leaves_out_of_a_deletion_is_nothing() -> None:
    (event,) = object_events(notification(record("ObjectRemoved:Delete")))
    assert (event.size, event.etag, event.replaces) == (0, "", "")


@given(
    st.dictionaries(
        st.sampled_from(["eventName", "s3", "eventTime"]),
        st.none() | st.text() | st.dictionaries(st.text(), st.text()),
    )
)
def test_a_broken_record_is_malformed_or_nothing(broken: dict[str, object]) -> None:
    with suppress(MalformedEvent):
        assert list(object_events(notification(broken))) == []


def test_a_request_to_transcribe_again_survives_the_way_through_a_queue() -> None:
    one = ObjectEvent(
        Change.RETRANSCRIBE, "audio", "talks/Anna + Ben é.mp3", comparable_sequencer("65A"),
        "2026-03-03T00:00:00Z", "abc", 12, "2026-03-02T10:15:30.123Z",
    )  # fmt: skip
    assert list(object_events(notification_of(one))) == [one]
    old = replace(one, replaces="")
    assert list(object_events(notification_of(old))) == [old]


def test_an_event_of_that_name_from_elsewhere_means_no_work() -> None:
    assert list(object_events(notification(record("Retranscribe")))) == []
