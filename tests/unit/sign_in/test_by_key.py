"""Where reading needs a key, the page exchanges one for a session."""

from datetime import timedelta
from typing import Any

from starlette.testclient import TestClient

from earshot.access import session as sessions
from earshot.access.keys import Scope, mint
from tests.unit.sign_in.conftest import Clock


def test_a_key_that_may_read_opens_the_page(key_browser: TestClient, keys: Any) -> None:
    key, text = mint("team", frozenset({Scope.READ}))
    keys.add(key)
    answer = key_browser.post("/auth/key", json={"key": f" {text}\n"})
    assert answer.json() == {"reading": "key", "name": "team", "may": ["read"]}
    assert key_browser.get("/auth/me").json()["name"] == "team"
    assert "CloudFront-Signature" in key_browser.cookies


def test_a_key_that_may_not_read_or_is_none_opens_nothing(
    key_browser: TestClient, keys: Any, clock: Clock
) -> None:
    writer, writes = mint("writer", frozenset({Scope.UPLOAD}))
    over, ended = mint("over", frozenset({Scope.READ}), lifetime=timedelta(days=1))
    keys.add(writer)
    keys.add(over)
    clock.pass_(days=2)
    for text, status in ((writes, 403), (ended, 401), ("ek_nothing", 401), (ended[:-4], 401)):
        assert key_browser.post("/auth/key", json={"key": text}).status_code == status
    assert sessions.COOKIE not in key_browser.cookies
    for body in (b"", b"{}", b"[1]", b"x" * 5000):
        assert key_browser.post("/auth/key", content=body).status_code == 400


def test_a_session_of_a_revoked_key_is_not_renewed(
    key_browser: TestClient, keys: Any, clock: Clock
) -> None:
    key, text = mint("team", frozenset({Scope.READ}), now=clock.now)
    keys.add(key)
    key_browser.post("/auth/key", json={"key": text})
    assert key_browser.post("/auth/renew").status_code == 200
    keys.end(key, clock.now, revoked=True)
    assert key_browser.post("/auth/renew").status_code == 401


def test_signing_out_forgets_the_key(key_browser: TestClient, keys: Any) -> None:
    key, text = mint("team", frozenset({Scope.READ}))
    keys.add(key)
    key_browser.post("/auth/key", json={"key": text})
    answer = key_browser.post("/auth/logout")
    assert answer.json() == {"to": "https://site.example/"}
    assert key_browser.get("/auth/me").json() == {"reading": "key"}


def test_nobody_is_sent_to_a_provider_that_there_is_not(key_browser: TestClient) -> None:
    assert key_browser.get("/auth/login").status_code == 404
