"""Named keys: each opens what its scopes say, until it ends, and no more often than it may."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient
from openai import OpenAI, RateLimitError

from api import auth
from api.auth import NamedKeys
from earshot.access.keys import Key, Scope, mint
from earshot.access.store import Keys

ROUTES = {
    Scope.TRANSCRIBE: [("POST", "/asr"), ("POST", "/v1/audio/transcriptions")],
    Scope.UPLOAD: [("POST", "/uploads"), ("POST", "/recordings/aaaaaaaaaaaaaaaa/retranscribe")],
    Scope.DELETE: [("DELETE", "/recordings/aaaaaaaaaaaaaaaa")],
    Scope.NOTIFY: [("POST", "/hooks"), ("GET", "/hooks"), ("DELETE", "/hooks/x")],
}
NOW = datetime.now(UTC)


def given(keys: Keys, *scopes: Scope, **options: Any) -> tuple[Key, dict[str, str]]:
    """A key in the table, and the header that shows it."""
    key, text = mint("team", frozenset(scopes), **options)
    keys.add(key)
    return key, {"authorization": f"Bearer {text}"}


@pytest.mark.parametrize("scope", ROUTES)
def test_a_key_opens_what_its_scope_says_and_nothing_else(
    client: TestClient, keys: Keys, scope: Scope
) -> None:
    _, header = given(keys, scope)
    for wanted, routes in ROUTES.items():
        for method, address in routes:
            status = client.request(method, address, headers=header).status_code
            assert (status not in (401, 403)) is (wanted is scope), address
            if wanted is not scope:
                assert status == 403


def test_a_refusal_says_what_the_key_may_not_do(client: TestClient, keys: Keys) -> None:
    _, header = given(keys, Scope.UPLOAD)
    answer = client.post("/asr", headers=header, files={"file": b"mp3"})
    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (403, "forbidden")
    assert "may not transcribe" in error["message"]


def test_a_key_that_ended_or_is_another_is_no_key(client: TestClient, keys: Keys) -> None:
    key, header = given(keys, Scope.TRANSCRIBE)
    _, over = given(keys, Scope.TRANSCRIBE, lifetime=timedelta(days=1), now=NOW - timedelta(days=2))
    forged = {"authorization": header["authorization"][:-4] + "aaaa"}
    unknown, text = mint("stranger", frozenset(Scope))
    for wrong in (over, forged, {"authorization": f"Bearer {text}"}):
        answer = client.post("/asr", headers=wrong, files={"file": b"mp3"})
        assert answer.status_code == 401
    assert client.post("/asr", headers=header, files={"file": b"mp3"}).status_code == 200
    assert key.key_id != unknown.key_id


def test_a_revoked_key_is_refused_within_a_minute(app: FastAPI, keys: Keys) -> None:
    clock = [0.0]
    named = NamedKeys(keys, lambda: clock[0])
    app.dependency_overrides[auth.named_keys] = lambda: named
    client = TestClient(app)
    key, header = given(keys, Scope.TRANSCRIBE)
    assert client.post("/asr", headers=header, files={"file": b"mp3"}).status_code == 200
    keys.end(key, datetime.now(UTC), revoked=True)
    assert client.post("/asr", headers=header, files={"file": b"mp3"}).status_code == 200
    clock[0] += auth.KEY_LIFETIME_SECONDS
    assert client.post("/asr", headers=header, files={"file": b"mp3"}).status_code == 401


def test_a_key_that_is_used_too_often_is_told_when_to_come_back(
    client: TestClient, keys: Keys
) -> None:
    _, header = given(keys, Scope.TRANSCRIBE, per_minute=2)
    statuses = [
        client.post("/asr", headers=header, files={"file": b"mp3"}).status_code for _ in range(5)
    ]
    # A minute may begin meanwhile.
    assert statuses[:2] == [200, 200]
    assert 429 in statuses
    answer = client.post("/asr", headers=header, files={"file": b"mp3"})
    if answer.status_code == 429:
        assert answer.json()["error"]["code"] == "rate_limited"
        assert answer.headers["retry-after"] == "60"


def test_the_limit_counts_a_minute_and_then_anew(keys: Keys) -> None:
    key, _ = given(keys, Scope.READ, per_minute=3)
    assert [keys.use(key, NOW) for _ in range(4)] == [True, True, True, False]
    assert keys.use(key, NOW + timedelta(minutes=1))
    assert not keys.use(replace(key, key_id="gone"), NOW), "nothing is made of a key that is gone"


def test_the_last_use_is_noted_to_the_minute(client: TestClient, keys: Keys) -> None:
    key, header = given(keys, Scope.TRANSCRIBE)
    assert keys.get(key.key_id) == key
    client.post("/asr", headers=header, files={"file": b"mp3"})
    found = keys.get(key.key_id)
    assert found is not None
    assert found.last_used_at is not None
    assert datetime.now(UTC) - found.last_used_at < timedelta(minutes=1)


def test_openais_client_works_with_a_named_key_and_hears_of_its_limit(
    client: TestClient, keys: Keys
) -> None:
    key, text = mint("sdk", frozenset([Scope.TRANSCRIBE]), per_minute=1)
    keys.add(key)
    sdk = OpenAI(base_url="http://testserver/v1", api_key=text, http_client=client, max_retries=0)
    said = sdk.audio.transcriptions.create(model="whisper-1", file=("a.mp3", b"mp3"))
    assert said.text == "hello there"
    with pytest.raises(RateLimitError):
        for _ in range(2):  # a minute may begin meanwhile
            sdk.audio.transcriptions.create(model="whisper-1", file=("a.mp3", b"mp3"))


def test_nothing_of_a_key_is_kept_that_opens_anything(keys: Keys, dynamodb: Any) -> None:
    key, text = mint("team", frozenset(Scope))
    keys.add(key)
    (item,) = dynamodb.Table("keys").scan()["Items"]
    assert text not in str(item)
    assert text.rpartition("_")[2] not in str(item)
