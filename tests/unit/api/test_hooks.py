"""POST, GET and DELETE /hooks: programs say where they want to be told."""

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import services
from api.settings import ApiSettings
from tests.unit.api.stage import AUTHORIZED

HERE = "https://hooks.example/earshot"


def test_a_hook_is_made_listed_and_deleted_and_its_secret_is_shown_once(client: TestClient) -> None:
    made = client.post("/hooks", json={"url": HERE}, headers=AUTHORIZED)
    assert made.status_code == 201, made.text
    hook = made.json()
    assert hook["secret"].startswith("whsec_")
    assert hook["events"] == ["recording.deleted", "recording.done", "recording.failed"]
    (listed,) = client.get("/hooks", headers=AUTHORIZED).json()["hooks"]
    assert listed == {name: value for name, value in hook.items() if name != "secret"}
    assert client.delete(f"/hooks/{hook['hook_id']}", headers=AUTHORIZED).status_code == 204
    assert client.delete(f"/hooks/{hook['hook_id']}", headers=AUTHORIZED).status_code == 404
    assert client.get("/hooks", headers=AUTHORIZED).json() == {"hooks": []}


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org/",
        "http://10.0.0.1/",
        "https://169.254.169.254/x",
        "ftp://x/",
        "x",
        "https://127.0.0.1/",
        "https://nowhere.invalid/",
    ],
)
def test_an_address_inside_or_not_https_is_refused(client: TestClient, url: str) -> None:
    answer = client.post("/hooks", json={"url": url}, headers=AUTHORIZED)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"]["code"] == "refused_address"


def test_only_a_local_stack_may_tell_this_machine(app: FastAPI, settings: ApiSettings) -> None:
    client = TestClient(app)
    here = {"url": "http://127.0.0.1:9/"}
    assert client.post("/hooks", json=here, headers=AUTHORIZED).status_code == 422
    local = settings.model_copy(update={"local_addresses": True})
    app.dependency_overrides[services.settings] = lambda: local
    assert client.post("/hooks", json=here, headers=AUTHORIZED).status_code == 201


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"url": HERE, "events": []},
        {"url": HERE, "events": ["recording.born"]},
        {"url": HERE, "colour": "red"},
    ],
)
def test_what_is_wrong_in_a_hook_is_named(client: TestClient, body: dict[str, object]) -> None:
    answer = client.post("/hooks", json=body, headers=AUTHORIZED)
    assert answer.status_code == 422
    assert answer.json()["error"]["code"] == "invalid_request"


def test_a_secret_that_is_none_is_refused(client: TestClient) -> None:
    answer = client.post("/hooks", json={"url": HERE, "secret": "guess"}, headers=AUTHORIZED)
    assert answer.status_code == 400
    assert "guess" not in answer.text
