"""Where reading is not public: every route that tells of recordings wants a key or a session."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from api import auth, services
from api.auth import NamedKeys
from api.settings import ApiSettings
from earshot.access import session as sessions
from earshot.access.keys import Scope, mint
from earshot.access.session import COOKIE, Session
from earshot.access.store import Keys
from earshot.recordings.store import Recordings
from tests.session_keys import pair
from tests.unit.api.stage import AUTHORIZED, ToldSearch, ready_app, transcript

# They tell of the API, or that there is nothing; not of any recording.
OPEN = {"/ping", "/docs", "/openapi.json", "/v1/models", "/v1/models/{name}"}


@pytest.fixture
def client(
    settings: ApiSettings, store: Recordings, keys: Keys, bucket: Any
) -> Iterator[TestClient]:
    app = ready_app(private=True)
    told_search = ToldSearch()
    told = settings.model_copy(update={"reading": "sign-in", "session_key": pair().public})
    app.dependency_overrides = {
        services.settings: lambda: told,
        services.recordings: lambda: store,
        services.audio_bucket: lambda: bucket,
        services.index: lambda: told_search,
        auth.named_keys: lambda: NamedKeys(keys),
    }
    yield TestClient(app, follow_redirects=False)
    app.dependency_overrides = {}


@pytest.fixture
def person() -> Callable[..., dict[str, str]]:
    def header(*scopes: Scope, ago: timedelta = timedelta(), key: str = "") -> dict[str, str]:
        now = datetime.now(UTC)  # not when the tests were collected: a session lasts 15 minutes
        ada = Session("ada", "Ada", frozenset(scopes), since=now)
        return {"cookie": f"{COOKIE}={sessions.sign(ada, key or pair().private, now - ago)}"}

    return header


def reading(app: FastAPI) -> list[str]:
    """The address of every route that reads and is not open."""
    paths = app.openapi()["paths"]
    return [
        path.replace("{recording_id}", "a" * 16).replace("{name}", "x")
        for path, item in paths.items()
        if "get" in item and path not in OPEN
    ]


def test_every_route_that_reads_is_closed_to_strangers(client: TestClient) -> None:
    app: Any = client.app
    addresses = reading(app)
    assert {"/search", "/suggest", "/recordings"} <= set(addresses)
    for address in addresses:
        for header in ({}, {"authorization": "Bearer wrong"}, {"cookie": f"{COOKIE}=wrong"}):
            answer = client.get(address, headers=header)
            assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
            assert "access-control-allow-origin" not in answer.headers


def test_what_tells_nothing_of_recordings_stays_open(client: TestClient) -> None:
    for path in ("/ping", "/docs", "/openapi.json", "/v1/models", "/"):
        assert client.get(path).status_code in (200, 307), path
    assert client.get("/missing/x").status_code == 404


def test_who_is_signed_in_or_has_a_key_reads(
    client: TestClient, keys: Keys, put: Callable[..., str], person: Callable[..., dict[str, str]]
) -> None:
    identity = put("a.mp3", transcript("hello there"))
    key, text = mint("team", frozenset({Scope.READ}))
    keys.add(key)
    for header in (person(Scope.READ), {"authorization": f"Bearer {text}"}, AUTHORIZED):
        for path in (f"/recordings/{identity}", f"/recordings/{identity}.txt", "/search?q=hello"):
            answer = client.get(path, headers=header)
            assert answer.status_code == 200, path
            assert "public" not in answer.headers["cache-control"], path
            assert "s-maxage" not in answer.headers["cache-control"], path


def test_a_key_that_only_writes_does_not_read(client: TestClient, keys: Keys) -> None:
    key, text = mint("team", frozenset({Scope.UPLOAD}))
    keys.add(key)
    answer = client.get("/recordings", headers={"authorization": f"Bearer {text}"})
    assert answer.status_code == 403


def test_a_session_that_is_over_or_forged_reads_nothing(
    client: TestClient, person: Callable[..., dict[str, str]]
) -> None:
    over = person(Scope.READ, ago=sessions.LIFETIME + timedelta(seconds=1))
    from joserfc.jwk import RSAKey

    forged = person(Scope.READ, key=RSAKey.generate_key(2048).as_pem(private=True).decode())
    for header in (over, forged):
        assert client.get("/recordings", headers=header).status_code == 401


def test_only_who_may_change_things_changes_them(
    client: TestClient, put: Callable[..., str], person: Callable[..., dict[str, str]]
) -> None:
    identity = put("a.mp3", transcript("hello there"))
    reader, editor = person(Scope.READ), person(*Scope)
    upload = {"key": "b.mp3", "content_type": "audio/mpeg"}
    assert client.post("/uploads", json=upload).status_code == 401
    assert client.post("/uploads", json=upload, headers=reader).status_code == 403
    assert client.delete(f"/recordings/{identity}", headers=reader).status_code == 403
    assert client.post("/uploads", json=upload, headers=editor).status_code in (200, 201)
    assert client.delete(f"/recordings/{identity}", headers=editor).status_code == 202


def test_another_sites_page_changes_nothing_in_a_persons_name(
    client: TestClient, put: Callable[..., str], person: Callable[..., dict[str, str]]
) -> None:
    identity = put("a.mp3", transcript("hello there"))
    header = person(*Scope) | {"sec-fetch-site": "cross-site"}
    assert client.delete(f"/recordings/{identity}", headers=header).status_code == 401


def test_where_reading_is_public_no_session_is_looked_at(
    app: FastAPI, person: Callable[..., dict[str, str]]
) -> None:
    app.dependency_overrides[auth.named_keys] = lambda: None
    answer = TestClient(app).delete("/recordings/x", headers=person(*Scope))
    assert answer.status_code == 401
