"""A real OpenID Connect provider on loopback, which tests may ask to lie.

It is PyPI's oidc-provider-mock. What it lacks is added: it checks PKCE, and takes clients that have
no secret.
"""

import base64
import hashlib
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import flask
import httpx
from joserfc import jwt
from joserfc.jwk import OctKey, RSAKey
from oidc_provider_mock import User, _app, app
from werkzeug.serving import make_server

PEOPLE = (
    User(sub="ada", claims={"name": "Ada", "email": "ada@example.org", "groups": ["editors"]}),
    User(sub="ben", claims={"name": "Ben", "email": "ben@example.org", "groups": ["readers"]}),
    User(sub="eve", claims={"name": "<b>Eve</b>", "email": "eve@example.org", "groups": []}),
)

Forge = Callable[[dict[str, Any], RSAKey], str]
"""From an ID token's claims and the provider's key to the token that is given out in its place."""


@dataclass
class Provider:
    """Where it is, and what it was asked."""

    url: str = ""
    forge: Forge | None = None
    challenges: list[str] = field(default_factory=list)

    def sign_in(self, address: str, who: str) -> str:
        """Do at `address` what a person does there; the address that the browser is sent to."""
        answer = httpx.post(address, data={"sub": who}, timeout=30)
        assert answer.status_code == 302, answer.text
        return answer.headers["location"]


def forged(key: Any = None, algorithm: str = "RS256", **claims: Any) -> Forge:
    """A token with other claims, or signed with another key."""

    def forge(true: dict[str, Any], own: RSAKey) -> str:
        claimed = {name: one for name, one in {**true, **claims}.items() if one is not None}
        return jwt.encode({"alg": algorithm}, claimed, key or own, algorithms=[algorithm])

    return forge


def unsigned(true: dict[str, Any], own: RSAKey) -> str:
    """A token whose header says that it needs no signature."""
    del own
    return jwt.encode({"alg": "none"}, true, OctKey.generate_key(), algorithms=["none"])


@contextmanager
def running() -> Iterator[Provider]:
    """The provider, in a thread."""
    provider = Provider()
    server = make_server("127.0.0.1", 0, _served(provider), threaded=True)
    provider.url = f"http://127.0.0.1:{server.port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        thread.join()


def _served(provider: Provider) -> flask.Flask:
    served: flask.Flask = app(user_claims=PEOPLE, require_nonce=True)
    _app.AuthorizationCodeGrant.TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_basic", "none"]
    challenges: dict[str, str] = {}

    @served.after_request
    def remember(answer: flask.Response) -> flask.Response:
        request = flask.request
        if request.path == "/oauth2/authorize" and request.method == "POST":
            code = re.search(r"[?&]code=([^&]+)", answer.headers.get("location", ""))
            if code and request.args.get("code_challenge_method") == "S256":
                challenges[code[1]] = request.args["code_challenge"]
        return answer

    @served.before_request
    def check() -> flask.Response | None:
        if flask.request.path != "/oauth2/token":
            return None
        form = flask.request.form
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if challenges.get(form.get("code", "")) != challenge:
            return flask.make_response({"error": "invalid_grant"}, 400)
        provider.challenges.append(challenge)
        return None

    @served.after_request
    def lie(answer: flask.Response) -> flask.Response:
        if flask.request.path == "/oauth2/token" and provider.forge and answer.status_code == 200:
            token = answer.get_json()
            part = token["id_token"].split(".")[1]
            claims = flask.json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
            storage = flask.g.oidc_provider_mock_storage
            key = RSAKey.import_key(storage.jwk.as_dict(is_private=True))
            answer.set_data(flask.json.dumps({**token, "id_token": provider.forge(claims, key)}))
        return answer

    return served


HOUR_AGO = int(time.time()) - 3600
