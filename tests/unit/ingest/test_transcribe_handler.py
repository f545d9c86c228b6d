"""The transcribe function's answer to SQS: only what must come again is reported."""

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from earshot.ingest.ingest import Outcome
from earshot.recordings.changes import ObjectEvent

EVENTS = Path(__file__).resolve().parents[2] / "events"
CONTEXT: Any = SimpleNamespace(
    function_name="transcribe",
    memory_limit_in_mb=1024,
    invoked_function_arn="arn:aws:lambda:eu-central-1:123456789012:function:transcribe",
    aws_request_id="1",
    get_remaining_time_in_millis=lambda: 30_000,
)


class FakeIngest:
    """Fails for keys that say so; remembers what it saw."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, bool]] = []

    def handle(self, event: ObjectEvent, last_attempt: bool = False) -> Outcome:
        self.seen.append((event.key, last_attempt))
        if "unlucky" in event.key:
            raise ConnectionError("S3 is away")
        return Outcome.DONE


@pytest.fixture
def ingest(monkeypatch: pytest.MonkeyPatch) -> FakeIngest:
    from transcribe import handler as module

    for name in ("TABLE", "AUDIO_BUCKET", "TRANSCRIPTS_BUCKET", "MODEL"):
        monkeypatch.setenv(f"EARSHOT_{name}", "x")
    fake = FakeIngest()
    monkeypatch.setattr(module, "ingest", lambda: fake)
    return fake


def message(
    identity: str, *keys: str, receives: int = 1, body: str | None = None
) -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads((EVENTS / "s3_put_in_sqs.json").read_text())["Records"][0]
    notification = json.loads(recorded["body"])
    (template,) = notification["Records"]
    notification["Records"] = [
        template | {"s3": template["s3"] | {"object": template["s3"]["object"] | {"key": key}}}
        for key in keys
    ]
    return recorded | {
        "messageId": identity,
        "body": json.dumps(notification) if body is None else body,
        "attributes": recorded["attributes"] | {"ApproximateReceiveCount": str(receives)},
    }


def invoke(*messages: dict[str, Any]) -> list[str]:
    from transcribe.handler import handler

    answer = handler({"Records": list(messages)}, CONTEXT)
    return [one["itemIdentifier"] for one in answer["batchItemFailures"]]


def test_only_the_message_that_failed_comes_again(ingest: FakeIngest) -> None:
    failed = invoke(message("1", "a.mp3"), message("2", "unlucky.mp3"), message("3", "c.mp3"))
    assert failed == ["2"]
    assert [key for key, _ in ingest.seen] == ["a.mp3", "unlucky.mp3", "c.mp3"]


def test_one_bad_record_does_not_hold_up_the_others_in_its_message(ingest: FakeIngest) -> None:
    assert invoke(message("1", "unlucky.mp3", "b.mp3")) == ["1"]
    assert [key for key, _ in ingest.seen] == ["unlucky.mp3", "b.mp3"]


def test_a_batch_of_failures_alone_is_reported_not_raised(ingest: FakeIngest) -> None:
    assert invoke(message("1", "unlucky.mp3"), message("2", "unlucky.mp3")) == ["1", "2"]


def test_what_is_no_s3_event_is_dropped(ingest: FakeIngest) -> None:
    test_event = (EVENTS / "s3_test_event.json").read_text()
    assert invoke(message("1", body="{}"), message("2", body=test_event)) == []
    assert ingest.seen == []


def test_the_last_attempt_is_known_as_such(ingest: FakeIngest) -> None:
    invoke(message("1", "a.mp3", receives=4), message("2", "b.mp3", receives=5))
    assert ingest.seen == [("a.mp3", False), ("b.mp3", True)]


class FakeSqs:
    """Remembers what was asked of it."""

    def __init__(self) -> None:
        self.hidden: list[int] = []
        self.sent: list[tuple[str, str]] = []

    def change_message_visibility(self, **asked: Any) -> None:
        assert asked["QueueUrl"] == "https://queue"
        self.hidden.append(asked["VisibilityTimeout"])

    def send_message(self, **asked: Any) -> None:
        self.sent.append((asked["QueueUrl"], asked["MessageBody"]))


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> FakeSqs:
    from transcribe import handler as module

    monkeypatch.setenv("EARSHOT_QUEUE_URL", "https://queue")
    monkeypatch.setenv("EARSHOT_BULK_QUEUE_URL", "https://bulk")
    fake = FakeSqs()
    module.settings.cache_clear()
    monkeypatch.setattr(module, "sqs", lambda: fake)
    return fake


def test_a_failed_message_comes_back_soon_at_first_and_later_each_time(
    ingest: FakeIngest, sqs: FakeSqs
) -> None:
    for receives in range(1, 6):
        assert invoke(message("1", "unlucky.mp3", receives=receives)) == ["1"]
    assert invoke(message("2", "a.mp3")) == []
    first, *_, last = sqs.hidden
    assert len(sqs.hidden) == 5, "those that went well are let alone"
    assert 15 <= first <= 30
    assert sqs.hidden[:4] == sorted(sqs.hidden[:4])
    assert last == 0, "the next receive makes it a dead letter"


def test_what_is_too_long_for_the_function_goes_to_the_bulk_queue_as_it_came(
    ingest: FakeIngest, sqs: FakeSqs
) -> None:
    from earshot.ingest.events import object_events
    from earshot.ingest.messages import Queue

    (event,) = object_events(message("1", "a%2Bb/c d é.mp3")["body"])
    Queue(lambda: sqs, "https://bulk", max_receives=5).send(event)
    ((url, body),) = sqs.sent
    assert url == "https://bulk"
    assert list(object_events(body)) == [event]
