"""People sign in with a provider: who gets in, for how long, and what does not get anyone in."""

import base64
import hmac
import json
import time
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from starlette.testclient import TestClient

from earshot.access import session as sessions
from sign_in.app import FLOW_COOKIE
from tests.oidc_provider import HOUR_AGO, Provider, forged, unsigned
from tests.unit.sign_in.conftest import SITE, Clock

CDN_COOKIES = {"CloudFront-Policy", "CloudFront-Signature", "CloudFront-Key-Pair-Id"}


def sent(browser: TestClient, to: str = "/") -> str:
    """Where a browser is sent to sign in."""
    answer = browser.get("/auth/login", params={"to": to})
    assert answer.status_code == 302
    return str(answer.headers["location"])


def signed_in(browser: TestClient, provider: Provider, who: str, to: str = "/") -> Any:
    """The answer to a person who returns from the provider."""
    return browser.get(provider.sign_in(sent(browser, to), who))


@pytest.mark.parametrize("secret", [None, "client"], ids=["public client", "with a secret"])
def test_who_signs_in_returns_to_where_they_were_with_cookies_for_all(
    options: dict[str, Any],
    provider: Provider,
    request: pytest.FixtureRequest,
    secret: str | None,
) -> None:
    options["client_secret"] = secret
    browser = request.getfixturevalue("browser")
    answer = signed_in(browser, provider, "ben", "/?q=harbour&recording=abc")
    assert (answer.status_code, answer.headers["location"]) == (303, "/?q=harbour&recording=abc")
    assert {sessions.COOKIE, *CDN_COOKIES} <= set(browser.cookies)
    assert browser.get("/auth/me").json() == {"reading": "sign-in", "name": "Ben", "may": ["read"]}


def test_the_cookies_stay_on_this_host_out_of_scripts_and_end_with_the_session(
    browser: TestClient, provider: Provider
) -> None:
    set_cookies = signed_in(browser, provider, "ben").headers.get_list("set-cookie")
    named = {one.partition("=")[0]: one.lower() for one in set_cookies}
    for name in (sessions.COOKIE, *CDN_COOKIES):
        assert "httponly" in named[name], name
    for name, text in named.items():
        if name != FLOW_COOKIE:
            assert "max-age=900" in text, name
        assert "secure" in text, name
        assert "samesite=lax" in text, name
        assert "domain=" not in text, name


@pytest.mark.parametrize(
    ("who", "may"), [("ada", ["delete", "read", "transcribe", "upload"]), ("ben", ["read"])]
)
def test_who_is_in_the_group_of_editors_may_change_things(
    browser: TestClient, provider: Provider, who: str, may: list[str]
) -> None:
    signed_in(browser, provider, who)
    assert browser.get("/auth/me").json()["may"] == may


def test_with_a_group_of_readers_others_do_not_get_in(
    options: dict[str, Any], provider: Provider, request: pytest.FixtureRequest
) -> None:
    options["readers"] = "readers"
    browser = request.getfixturevalue("browser")
    refused = signed_in(browser, provider, "eve")
    assert refused.status_code == 403
    assert sessions.COOKIE not in browser.cookies
    for who in ("ben", "ada"):
        assert signed_in(browser, provider, who).status_code == 303, who


def test_the_code_is_bound_to_the_browser_by_pkce_state_and_nonce(
    browser: TestClient, provider: Provider
) -> None:
    asked = parse_qs(urlsplit(sent(browser)).query)
    assert asked["code_challenge_method"] == ["S256"]
    assert asked["redirect_uri"] == [f"{SITE}/auth/callback"]
    assert all(len(asked[name][0]) >= 20 for name in ("state", "nonce", "code_challenge"))
    again = parse_qs(urlsplit(sent(browser)).query)
    for name in ("state", "nonce", "code_challenge"):
        assert asked[name] != again[name], name


def test_a_return_that_another_browser_began_gets_nobody_in(
    browser: TestClient, provider: Provider
) -> None:
    victim = TestClient(browser.app, base_url=SITE, follow_redirects=False)
    sent(victim)
    returned = provider.sign_in(sent(browser), "eve")
    assert victim.get(returned).status_code == 401
    assert sessions.COOKIE not in victim.cookies
    assert victim.get("/auth/me").status_code == 401


def test_a_return_is_used_once_even_with_its_cookie_kept(
    browser: TestClient, provider: Provider
) -> None:
    returned = provider.sign_in(sent(browser), "ben")
    kept = browser.cookies[FLOW_COOKIE]
    assert browser.get(returned).status_code == 303
    assert browser.get(returned).status_code == 401, "the state is used up"
    browser.cookies.clear()
    again = browser.get(returned, headers={"cookie": f"{FLOW_COOKIE}={kept}"})
    assert again.status_code == 401, "the code is used up at the provider"


def test_an_altered_state_gets_nobody_in(browser: TestClient, provider: Provider) -> None:
    returned = provider.sign_in(sent(browser), "ben")
    assert browser.get(returned.replace("state=", "state=x")).status_code == 401


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(forged(RSAKey.generate_key(2048)), id="signed with another key"),
        pytest.param(unsigned, id="not signed"),
        pytest.param(
            forged(OctKey.import_key("a-secret-of-the-client-of-32-bytes"), "HS256"), id="HS256"
        ),
    ],
)
def test_an_id_token_that_the_provider_did_not_sign_gets_nobody_in(
    browser: TestClient, provider: Provider, forge: Any
) -> None:
    provider.forge = forge
    assert signed_in(browser, provider, "ada").status_code == 401
    assert sessions.COOKIE not in browser.cookies


@pytest.mark.parametrize(
    "claims",
    [
        {"aud": "another-client"},
        {"aud": "another-client", "azp": "earshot"},
        {"iss": "https://evil.example"},
        {"nonce": "of-another-sign-in"},
        {"exp": HOUR_AGO, "iat": HOUR_AGO - 60},
        {"sub": None},
    ],
    ids=lambda claims: ",".join(claims),
)
def test_an_id_token_of_another_sign_in_gets_nobody_in(
    browser: TestClient, provider: Provider, claims: dict[str, Any]
) -> None:
    provider.forge = forged()
    assert signed_in(browser, provider, "ada").status_code == 303, "what is forged here works"
    browser.cookies.clear()
    provider.forge = forged(**claims)
    assert signed_in(browser, provider, "ada").status_code == 401
    assert sessions.COOKIE not in browser.cookies


def test_who_is_refused_by_the_provider_is_told_so(browser: TestClient) -> None:
    state = parse_qs(urlsplit(sent(browser)).query)["state"][0]
    answer = browser.get(f"/auth/callback?error=access_denied&state={state}")
    assert answer.status_code == 401
    assert "did not work" in answer.text


def test_a_provider_that_is_away_is_said_to_be(
    options: dict[str, Any], request: pytest.FixtureRequest
) -> None:
    options["issuer"] = "http://127.0.0.1:9"
    browser = request.getfixturevalue("browser")
    answer = browser.get("/auth/login")
    assert (answer.status_code, "try again soon" in answer.text) == (503, True)


@pytest.mark.parametrize(
    "to",
    [
        "https://evil.example", "//evil.example", "/\\evil.example", "\\\\evil.example",
        "/\t/evil.example", "/\n/evil.example", "javascript:alert(1)", "evil.example", "",
        "/auth/login", "/x\\y", "/" + "a" * 5000, "/%0d%0aset-cookie:x=y\r\n",
    ],
)  # fmt: skip
def test_nobody_is_sent_to_another_site(browser: TestClient, provider: Provider, to: str) -> None:
    assert signed_in(browser, provider, "ben", to).headers["location"] == "/"


@pytest.mark.slow("twelve hours of renewals")
def test_a_session_ends_and_is_renewed_until_the_provider_must_be_asked_again(
    browser: TestClient, provider: Provider, clock: Clock
) -> None:
    signed_in(browser, provider, "ben")
    first = browser.cookies[sessions.COOKIE]
    for _ in range(12 * 6 - 1):
        clock.pass_(minutes=10)
        assert browser.post("/auth/renew").status_code == 200
    assert browser.cookies[sessions.COOKIE] != first
    clock.pass_(minutes=10)
    assert browser.post("/auth/renew").status_code == 401, "twelve hours are over"


def test_a_session_that_is_over_is_not_renewed(
    browser: TestClient, provider: Provider, clock: Clock
) -> None:
    signed_in(browser, provider, "ben")
    clock.pass_(minutes=15, seconds=1)
    assert browser.get("/auth/me").status_code == 401
    assert browser.post("/auth/renew").status_code == 401


def hs256(claims: dict[str, Any], key: str) -> str:
    """A token signed with a public key as if it were a shared secret; libraries make none."""
    parts = [json.dumps(one).encode() for one in ({"alg": "HS256"}, claims)]
    text = b".".join(base64.urlsafe_b64encode(one).rstrip(b"=") for one in parts)
    signature = hmac.digest(key.encode(), text, "sha256")
    return (text + b"." + base64.urlsafe_b64encode(signature).rstrip(b"=")).decode()


def test_a_forged_session_is_none(
    browser: TestClient, provider: Provider, clock: Clock, private_key: str, public_key: str
) -> None:
    signed_in(browser, provider, "ben")
    token = browser.cookies[sessions.COOKIE]
    head, body, signature = token.split(".")
    assert sessions.read(token, public_key, clock.now)
    claims = {"aud": "earshot", "sub": "eve", "name": "Eve", "scope": "delete", "since": 0}
    ends = {**claims, "exp": int(time.time()) + 900}
    by_hmac = hs256(ends, sessions.pem(public_key))
    key = RSAKey.import_key(private_key)
    for wrong in (
        "",
        "x",
        f"{head}.{body}.",
        f"{head}.{body}.{signature[:-4]}AAAA",
        jwt.encode({"alg": "RS256"}, ends, RSAKey.generate_key(2048)),
        jwt.encode({"alg": "none"}, ends, OctKey.generate_key(), algorithms=["none"]),
        by_hmac,
        jwt.encode({"alg": "RS256"}, claims, key),
        jwt.encode({"alg": "RS256"}, {**ends, "aud": "another"}, key),
        jwt.encode({"alg": "RS256"}, {**ends, "scope": None}, key),
    ):
        assert sessions.read(wrong, public_key, clock.now) is None, wrong


def test_who_signs_out_is_out_here_and_at_the_provider(
    browser: TestClient, provider: Provider
) -> None:
    signed_in(browser, provider, "ben")
    answer = browser.post("/auth/logout")
    away = urlsplit(answer.json()["to"])
    assert answer.status_code == 200
    assert f"{away.scheme}://{away.netloc}{away.path}" == f"{provider.url}/oauth2/end_session"
    assert parse_qs(away.query)["post_logout_redirect_uri"] == [f"{SITE}/"]
    assert not {sessions.COOKIE, *CDN_COOKIES} & set(browser.cookies)
    assert browser.get("/auth/me").status_code == 401


@pytest.mark.parametrize("path", ["/auth/logout", "/auth/renew"])
def test_another_sites_page_signs_nobody_out(
    browser: TestClient, provider: Provider, path: str
) -> None:
    signed_in(browser, provider, "ben")
    assert browser.get(path).status_code == 405
    answer = browser.post(path, headers={"sec-fetch-site": "cross-site"})
    assert answer.status_code == 403
    assert browser.get("/auth/me").status_code == 200


def test_nothing_of_it_is_kept_by_caches(browser: TestClient, provider: Provider) -> None:
    for answer in (signed_in(browser, provider, "ben"), browser.get("/auth/me")):
        assert answer.headers["cache-control"] == "no-store"
