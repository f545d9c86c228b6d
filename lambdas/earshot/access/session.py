"""A session: who signed in and what they may do, as a token that whoever has the public key checks.

A token holds for a quarter of an hour and is renewed while the page is open. It is a JWT (RFC 7519)
signed with RS256. Who reads it needs the public key alone, so a function that checks sessions can't
make one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from earshot.access.keys import Scope

# `__Host-`: sent over HTTPS, to this host alone, and set by no other
# (https://developer.mozilla.org/docs/Web/HTTP/Guides/Cookies).
COOKIE = "__Host-earshot"
LIFETIME = timedelta(minutes=15)

_ALGORITHM = "RS256"
_AUDIENCE = "earshot"


@dataclass(frozen=True, slots=True)
class Session:
    """`subject` is the provider's name for the person, or the id of the key that opened this."""

    subject: str
    name: str
    scopes: frozenset[Scope]
    since: datetime
    """When the person signed in; renewing does not change it."""


def sign(session: Session, private_key: str, now: datetime) -> str:
    """The token of a session that begins now; `private_key` is PEM."""
    claims = {
        "aud": _AUDIENCE,
        "sub": session.subject,
        "name": session.name,
        "scope": " ".join(sorted(session.scopes)),
        "since": int(session.since.timestamp()),
        "iat": int(now.timestamp()),
        "exp": int((now + LIFETIME).timestamp()),
    }
    return jwt.encode({"alg": _ALGORITHM}, claims, _key(private_key), algorithms=[_ALGORITHM])


def read(token: str, public_key: str, now: datetime) -> Session | None:
    """The session that was signed with this key and has not ended; None for anything else."""
    try:
        claims = jwt.decode(token, _key(pem(public_key)), algorithms=[_ALGORITHM]).claims
        _registry(now).validate(claims)
        return _session(claims)
    except (JoseError, ValueError, KeyError, TypeError, AttributeError):
        return None


def pem(public_key: str) -> str:
    """A public key as PEM, of the base64 that a setting holds in one line."""
    lines = [public_key[start : start + 64] for start in range(0, len(public_key), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])


@cache
def _key(text: str) -> RSAKey:
    return RSAKey.import_key(text)


def _registry(now: datetime) -> jwt.JWTClaimsRegistry:
    must: Any = {"essential": True}
    return jwt.JWTClaimsRegistry(
        now=int(now.timestamp()), aud={"essential": True, "value": _AUDIENCE}, exp=must, sub=must
    )


def _session(claims: dict[str, Any]) -> Session:
    known = set(Scope)
    return Session(
        subject=str(claims["sub"]),
        name=str(claims["name"]),
        scopes=frozenset(Scope(one) for one in claims["scope"].split() if one in known),
        since=datetime.fromtimestamp(claims["since"], UTC),
    )
