"""A hook: an address that is told, of which events, and the secret that signs what it is told."""

import base64
import binascii
import secrets
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum

from earshot.errors import InvalidRequest

SECRET_PREFIX = "whsec_"  # noqa: S105 - the form of one, by the specification
MIN_SECRET_BYTES, MAX_SECRET_BYTES = 24, 64


class Event(StrEnum):
    """What a hook can be told."""

    DONE = "recording.done"
    FAILED = "recording.failed"
    DELETED = "recording.deleted"


@dataclass(frozen=True, slots=True)
class Hook:
    """Who is told at `url` of `events`, of keys that begin with `prefix`.

    `secret` is `whsec_` and base64. `ended_at` is when the address answered that it is gone for
    good; it is told nothing from then on.
    """

    hook_id: str
    url: str
    events: frozenset[Event]
    secret: str = field(repr=False)
    created_at: datetime
    prefix: str = ""
    ended_at: datetime | None = None

    def wants(self, event: Event, key: str) -> bool:
        return self.ended_at is None and event in self.events and key.startswith(self.prefix)


def new_hook(
    url: str,
    events: frozenset[Event],
    prefix: str = "",
    secret: str | None = None,
    now: datetime | None = None,
) -> Hook:
    """A hook with an id of its own. Raises InvalidRequest for a secret that is none."""
    if secret is None:
        secret = SECRET_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()
    secret_bytes(secret)
    hook_id = base64.b32encode(secrets.token_bytes(10)).decode().lower()
    return Hook(hook_id, url, events, secret, now or datetime.now(UTC), prefix)


def secret_bytes(secret: str) -> bytes:
    """What a secret signs with. Raises InvalidRequest."""
    try:
        if secret.startswith(SECRET_PREFIX):
            decoded = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
            if MIN_SECRET_BYTES <= len(decoded) <= MAX_SECRET_BYTES:
                return decoded
    except binascii.Error:
        pass
    raise InvalidRequest(
        f"A secret is whsec_ and the base64 of {MIN_SECRET_BYTES} to {MAX_SECRET_BYTES} bytes."
    )
