"""What its owner says of a recording: by PATCH, with an upload, and in a search."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from earshot.recordings.details import from_metadata
from tests.unit.api.stage import AUTHORIZED, ToldSearch, transcript

Put = Callable[..., str]
NOBODY: dict[str, Any] = {
    "title": None,
    "speaker": None,
    "place": None,
    "collection": None,
    "recorded_at": None,
    "tags": [],
}


def details(answer: Any) -> dict[str, Any]:
    return {name: answer.json()[name] for name in NOBODY}


def test_a_recording_is_described_and_taken_back_field_by_field(
    client: TestClient, put: Put
) -> None:
    address = f"/recordings/{put('a.mp3', transcript('hello'))}"
    assert details(client.get(address)) == NOBODY
    before = client.get(address).headers["etag"]
    said = {
        "title": "  Monday's   talk ",
        "speaker": "Ann",
        "recorded_at": "2024-05-01T12:00:00+02:00",
        "tags": ["river", "bank", "river"],
    }
    answer = client.patch(address, json=said, headers=AUTHORIZED)
    assert answer.status_code == 200, answer.text
    described = NOBODY | {
        "title": "Monday's talk",
        "speaker": "Ann",
        "recorded_at": "2024-05-01T10:00:00Z",
        "tags": ["river", "bank"],
    }
    assert details(answer) == details(client.get(address)) == described
    assert client.get(address).headers["etag"] != before
    assert client.get("/recordings").json()["recordings"][0]["title"] == "Monday's talk"
    client.patch(address, json={"speaker": None, "tags": []}, headers=AUTHORIZED)
    assert details(client.get(address)) == described | {"speaker": None, "tags": []}
    assert answer.json()["text"] == "hello", "the transcript stays"


@pytest.mark.parametrize(
    "body",
    [
        {"title": "x" * 201},
        {"recorded_at": "yesterday"},
        {"tags": ["x"] * 21},
        {"tags": "river"},
        {"colour": "red"},
        {"title": 5},
    ],
)
def test_what_is_wrong_is_named_and_nothing_is_written(
    client: TestClient, put: Put, body: dict[str, Any]
) -> None:
    address = f"/recordings/{put('a.mp3', transcript('hello'))}"
    answer = client.patch(address, json=body, headers=AUTHORIZED)
    assert answer.status_code == 422
    assert next(iter(body)) in answer.json()["error"]["message"]
    assert details(client.get(address)) == NOBODY


def test_an_unknown_recording_and_one_without_a_key_are_refused(
    client: TestClient, put: Put
) -> None:
    unknown = "/recordings/aaaaaaaaaaaaaaaa"
    assert client.patch(unknown, json={"title": "x"}, headers=AUTHORIZED).status_code == 404
    address = f"/recordings/{put('a.mp3')}"
    assert client.patch(address, json={"title": "x"}).status_code == 401


def test_an_upload_brings_what_is_said_of_it(client: TestClient) -> None:
    wanted = {
        "key": "a.mp3",
        "content_type": "audio/mpeg",
        "title": "Über den Fluß",
        "recorded_at": "2024-05-01",
        "tags": ["river", "bank"],
    }
    form = client.post("/uploads", json=wanted, headers=AUTHORIZED).json()
    metadata = {
        name.removeprefix("x-amz-meta-"): value
        for name, value in form["fields"].items()
        if name.startswith("x-amz-meta-")
    }
    assert all(value.isascii() for value in metadata.values())
    assert from_metadata(metadata) == {
        "title": "Über den Fluß",
        "recorded_at": "2024-05-01",
        "tags": ["river", "bank"],
    }


def test_more_than_a_files_metadata_holds_is_refused_before_the_upload(client: TestClient) -> None:
    wanted = {
        "key": "a.mp3",
        "content_type": "audio/mpeg",
        "tags": ["é" * 64 + str(n) for n in range(20)],
    }
    wanted["tags"] = [tag[-64:] for tag in wanted["tags"]]
    answer = client.post("/uploads", json=wanted, headers=AUTHORIZED)
    assert answer.status_code == 422
    assert "sidecar" in answer.json()["error"]["message"]


def test_a_search_narrows_by_details_and_counts_those_that_are_asked_for(
    client: TestClient, finds: ToldSearch
) -> None:
    query = "/search?q=river&speaker=Ann&speaker=Bob&tags=bank&facet=collection&facet=speaker"
    assert client.get(query).status_code == 200
    assert finds.asked[0].facets == {
        "speaker": ("Ann", "Bob"),
        "collection": (),
        "tags": ("bank",),
    }
    assert client.get("/search?facet=colour").status_code == 400
