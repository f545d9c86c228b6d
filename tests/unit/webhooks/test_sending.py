"""Programs are told over HTTP: signed, again until they take it, and each apart from the others."""

import json
from typing import Any

import boto3
import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from earshot.errors import Conflict, InvalidRequest
from earshot.webhooks import store
from earshot.webhooks.hook import Event, new_hook, secret_bytes
from earshot.webhooks.message import signature
from earshot.webhooks.sending import MAX_RECEIVES, PAUSES_S, Sending, Sent, Undelivered, pause
from earshot.webhooks.store import Hooks
from tests.webhook_endpoint import Endpoint

ALL = frozenset(Event)


def event(key: str = "talks/a.mp3", what: str = "done", revision: int = 2) -> str:
    """As EventBridge puts it into the queue."""
    detail = {
        "version": "1",
        "id": f"v6jwmfu7t6vyfurh:{revision}",
        "recording_id": "v6jwmfu7t6vyfurh",
        "key": key,
        "status": what,
        "updated_at": "2024-05-01T12:00:02.345Z",
    }
    return json.dumps({"source": "earshot", "detail-type": f"Recording {what}", "detail": detail})


@pytest.fixture
def sqs(aws: None) -> Any:
    return boto3.client("sqs")


@pytest.fixture
def sending(hooks: Hooks, sqs: Any) -> Sending:
    return Sending(hooks, sqs, sqs.create_queue(QueueName="webhooks")["QueueUrl"], local=True)


def messages(sending: Sending) -> list[str]:
    """What waits in the queue, taken out."""
    found: list[str] = []
    while True:
        answer = sending.sqs.receive_message(QueueUrl=sending.queue_url, MaxNumberOfMessages=10)
        received = answer.get("Messages")
        if not received:
            return found
        for one in received:
            found.append(one["Body"])
            sending.sqs.delete_message(
                QueueUrl=sending.queue_url, ReceiptHandle=one["ReceiptHandle"]
            )


def told(sending: Sending, *events: str) -> list[str]:
    for one in events:
        assert sending.handle(one) is Sent.SPREAD
    return messages(sending)


def test_an_address_is_told_what_happened_signed_as_the_standard_has_it(
    sending: Sending, hooks: Hooks, endpoint: Endpoint
) -> None:
    hook = new_hook(endpoint.url, ALL)
    hooks.add(hook)
    (message,) = told(sending, event())
    assert sending.handle(message) is Sent.DELIVERED
    ((headers, body),) = endpoint.got
    payload = Webhook(hook.secret).verify(body, headers)
    assert payload["type"] == "recording.done"
    assert payload["timestamp"] == "2024-05-01T12:00:02.345Z"
    assert payload["data"]["key"] == "talks/a.mp3"
    with pytest.raises(WebhookVerificationError):
        Webhook(hook.secret).verify(body.replace(b"done", b"gone"), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(new_hook(endpoint.url, ALL).secret).verify(body, headers)


def test_an_address_that_is_down_for_a_while_loses_nothing(
    sending: Sending, hooks: Hooks, endpoint: Endpoint
) -> None:
    hooks.add(new_hook(endpoint.url, ALL))
    waiting = told(sending, *(event(f"{n}.mp3", revision=n) for n in range(5)))
    endpoint.answers = [(503, {}), (500, {}), (307, {"location": "http://x/"}), (404, {})] * 3
    attempts = 0
    while waiting:  # as the queue does: what is not taken comes again
        attempts += 1
        message = waiting.pop(0)
        try:
            sending.handle(message)
        except Undelivered:
            waiting.append(message)
    assert attempts == 12 + 5
    taken = [json.loads(body)["data"]["key"] for _, body in endpoint.got[12:]]
    assert sorted(taken) == [f"{n}.mp3" for n in range(5)]
    ids = {headers["webhook-id"] for headers, _ in endpoint.got}
    assert len(ids) == 5, "the same id at every attempt"


def test_nobody_listening_is_a_failure_that_is_tried_again(sending: Sending, hooks: Hooks) -> None:
    hooks.add(new_hook("http://127.0.0.1:9/", ALL))
    (message,) = told(sending, event())
    with pytest.raises(Undelivered, match="does not answer"):
        sending.handle(message)


def test_an_address_that_has_moved_inside_is_not_called(sending: Sending, hooks: Hooks) -> None:
    hooks.add(new_hook("https://10.0.0.1/", ALL))
    (message,) = told(sending, event())
    with pytest.raises(Undelivered, match="RefusedAddress"):
        sending.handle(message)


def test_each_hook_is_told_what_it_wants_and_a_repeated_event_has_the_same_ids(
    sending: Sending, hooks: Hooks, endpoint: Endpoint
) -> None:
    hooks.add(new_hook(f"{endpoint.url}/1", frozenset({Event.FAILED})))
    hooks.add(new_hook(f"{endpoint.url}/2", ALL, prefix="talks/"))
    assert len(told(sending, event("notes/a.mp3"))) == 0
    assert len(told(sending, event("talks/a.mp3", "failed"))) == 2
    assert len(told(sending, event(what="deleted"))) == 1
    assert sorted(told(sending, event())) == sorted(told(sending, event()))


def test_one_that_is_down_does_not_hold_up_the_others(
    sending: Sending, hooks: Hooks, endpoint: Endpoint
) -> None:
    hooks.add(new_hook("http://127.0.0.1:9/", ALL))
    hooks.add(new_hook(endpoint.url, ALL))
    outcomes: list[Sent | None] = []
    for message in told(sending, event()):
        try:
            outcomes.append(sending.handle(message))
        except Undelivered:
            outcomes.append(None)
    assert sorted(outcomes, key=str) == [None, Sent.DELIVERED]


def test_an_address_that_is_gone_for_good_is_told_nothing_more(
    sending: Sending, hooks: Hooks, endpoint: Endpoint
) -> None:
    hooks.add(new_hook(endpoint.url, ALL))
    endpoint.answers = [(410, {})]
    first, second = told(sending, event(), event(revision=3))
    assert sending.handle(first) is Sent.DROPPED
    assert sending.handle(second) is Sent.DROPPED
    assert told(sending, event(revision=4)) == []
    assert len(endpoint.got) == 1
    assert hooks.all()[0].ended_at is not None


def test_what_waits_for_a_hook_that_was_deleted_is_dropped(
    sending: Sending, hooks: Hooks, endpoint: Endpoint
) -> None:
    hook = new_hook(endpoint.url, ALL)
    hooks.add(hook)
    (message,) = told(sending, event())
    assert hooks.remove(hook.hook_id)
    assert sending.handle(message) is Sent.DROPPED
    assert endpoint.got == []


def test_pauses_grow_and_an_address_may_ask_for_longer_ones(
    sending: Sending, hooks: Hooks, endpoint: Endpoint
) -> None:
    hooks.add(new_hook(endpoint.url, ALL))
    (message,) = told(sending, event())
    endpoint.answers = [(429, {"retry-after": "120"})]
    with pytest.raises(Undelivered) as raised:
        sending.handle(message)
    assert pause(1, raised.value.wait_s) == 120
    for number, longest in enumerate(PAUSES_S, 1):
        assert 0.8 * longest <= pause(number) <= longest
    assert pause(MAX_RECEIVES) == 0, "then it is a dead letter at once"
    assert pause(1, 10**6) <= 12 * 3600 - 600, "SQS hides a message for 12 hours"
    assert sum(PAUSES_S) > 60 * 3600, "longer than a weekend"


def test_a_secret_of_ones_own_is_taken_if_it_is_one() -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    assert new_hook("https://example.org/", ALL, secret=secret).secret == secret
    assert signature(secret, "msg_1", 1614265330, b"{}").startswith("v1,")
    for wrong in (
        "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
        "whsec_short",
        "whsec_!",
        "whsec_" + "A" * 92,
    ):
        with pytest.raises(InvalidRequest):
            secret_bytes(wrong)


def test_a_hook_does_not_show_its_secret_when_it_is_logged() -> None:
    hook = new_hook("https://example.org/", ALL)
    assert hook.secret not in repr(hook)


def test_there_are_only_so_many_hooks(hooks: Hooks, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "MAX_HOOKS", 3)  # a hundred take moto seconds
    for _ in range(3):
        hooks.add(new_hook("https://example.org/", ALL))
    with pytest.raises(Conflict):
        hooks.add(new_hook("https://example.org/", ALL))
