"""POST /jobs: sound of any length by one call, and then ask where it is."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.services import Fetches
from tests.unit.api.stage import AUTHORIZED, transcript

Put = Callable[..., str]
SOUND = "https://sound.example/talks/long%20one.mp3?v=2"


def asked(fetches: Fetches) -> list[dict[str, Any]]:
    answer = fetches.sqs.receive_message(QueueUrl=fetches.url, MaxNumberOfMessages=10)
    return [json.loads(one["Body"]) for one in answer.get("Messages", [])]


def test_an_address_becomes_a_recording_to_ask_for(client: TestClient, fetches: Fetches) -> None:
    answer = client.post("/jobs", json={"url": SOUND, "key": "talks/long.mp3"}, headers=AUTHORIZED)
    assert answer.status_code == 202, answer.text
    assert int(answer.headers["retry-after"]) > 0
    assert asked(fetches) == [{"url": SOUND, "key": "talks/long.mp3"}]
    state = client.get(f"/{answer.headers['location']}")
    assert (state.json()["status"], state.json()["key"]) == ("queued", "talks/long.mp3")
    assert int(state.headers["retry-after"]) > 0
    again = client.post("/jobs", json={"url": SOUND, "key": "talks/long.mp3"}, headers=AUTHORIZED)
    assert again.status_code == 409
    assert asked(fetches) == []


def test_without_a_key_it_is_named_as_the_file_is_there(
    client: TestClient, fetches: Fetches
) -> None:
    key = client.post("/jobs", json={"url": SOUND}, headers=AUTHORIZED).json()["key"]
    assert key.startswith("fetched/") and key.endswith("/long one.mp3")
    other = {"url": "https://sound.example/%00/.."}
    assert client.post("/jobs", json=other, headers=AUTHORIZED).json()["key"].endswith("/sound")


def test_what_was_uploaded_can_be_asked_for_in_the_same_way(client: TestClient, put: Put) -> None:
    identity = put("talks/a.mp3", transcript("hello"))
    answer = client.post("/jobs", json={"key": "talks/a.mp3"}, headers=AUTHORIZED)
    assert (answer.status_code, answer.json()["recording_id"]) == (202, identity)
    assert client.get(f"/{answer.headers['location']}").json()["status"] == "done"
    unknown = client.post("/jobs", json={"key": "talks/b.mp3"}, headers=AUTHORIZED)
    assert unknown.status_code == 404


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"url": "http://sound.example/a.mp3"}, 422),
        ({"url": "https://10.0.0.1/a.mp3"}, 422),
        ({"url": "https://nowhere.invalid/a.mp3"}, 422),
        ({"url": SOUND, "key": "../a.mp3"}, 422),
        ({"url": SOUND, "colour": "red"}, 422),
    ],
)
def test_what_cant_be_fetched_is_refused_before_any_work(
    client: TestClient, fetches: Fetches, body: dict[str, Any], status: int
) -> None:
    assert client.post("/jobs", json=body, headers=AUTHORIZED).status_code == status
    assert client.get("/recordings").json()["recordings"] == []
    assert asked(fetches) == []


def test_a_job_that_is_deleted_is_gone(client: TestClient) -> None:
    location = client.post("/jobs", json={"url": SOUND}, headers=AUTHORIZED).headers["location"]
    assert client.delete(f"/{location}", headers=AUTHORIZED).status_code == 202
    assert client.get(f"/{location}").status_code == 404
