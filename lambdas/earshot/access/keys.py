"""A named key: what it may do, until when, and how it is known again without being kept.

The key itself is shown once. What is kept is its SHA-256: it is 160 random bits, so nobody finds it
by trying, and a slow hash would only slow down every request.
"""

import base64
import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

_FORM = re.compile(r"ek_([a-z2-7]{8})_[a-z2-7]{32}")


class Scope(StrEnum):
    """What a key may open. Each is by itself: `delete` does not read."""

    READ = "read"
    TRANSCRIBE = "transcribe"
    UPLOAD = "upload"  # and have recordings transcribed again
    DELETE = "delete"
    NOTIFY = "notify"  # have addresses told of recordings


@dataclass(frozen=True, slots=True)
class Key:
    """What is kept of a key. Times are UTC; `per_minute` is None where there is no limit."""

    key_id: str
    name: str
    digest: str
    scopes: frozenset[Scope]
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    last_used_at: datetime | None = None
    per_minute: int | None = None

    def is_valid(self, now: datetime) -> bool:
        ends = [moment for moment in (self.expires_at, self.revoked_at) if moment]
        return all(now < moment for moment in ends)

    def opens_with(self, text: str) -> bool:
        """Whether `text` is this key; how long it takes tells nothing about the key."""
        return hmac.compare_digest(_digest(text), self.digest)


def mint(
    name: str,
    scopes: frozenset[Scope],
    *,
    lifetime: timedelta | None = None,
    per_minute: int | None = None,
    now: datetime | None = None,
) -> tuple[Key, str]:
    """A new key, and its text, which is known to nobody else and kept nowhere."""
    now = now or datetime.now(UTC)
    key_id = _random(5)
    text = f"ek_{key_id}_{_random(20)}"
    key = Key(
        key_id,
        name,
        _digest(text),
        scopes,
        created_at=now,
        expires_at=now + lifetime if lifetime else None,
        per_minute=per_minute,
    )
    return key, text


def id_of(text: str) -> str | None:
    """The id in a key's text; None if it has not the form of a named key."""
    match = _FORM.fullmatch(text)
    return match[1] if match else None


def _random(size: int) -> str:
    return base64.b32encode(secrets.token_bytes(size)).decode().lower()


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
