"""Who a person is and what they may do: from a provider's claims, or from a key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from earshot.access.keys import Key, Scope
from earshot.access.session import Session
from earshot.errors import Forbidden
from sign_in.settings import SignInSettings

MAX_NAME_CHARS = 100
# Not telling other addresses: that is for programs, which have keys.
EDITS = frozenset({Scope.READ, Scope.TRANSCRIBE, Scope.UPLOAD, Scope.DELETE})


def from_claims(claims: Mapping[str, Any], settings: SignInSettings, now: datetime) -> Session:
    """A session of the person whom an ID token names.

    Raises Forbidden for somebody who is in neither of the groups, where `readers` names one.
    """
    groups = _groups(claims.get(settings.groups_claim))
    edits = settings.editors in groups
    if settings.readers and settings.readers not in groups and not edits:
        raise Forbidden("You are signed in, but not in a group that may read here.")
    scopes = EDITS if edits else frozenset({Scope.READ})
    name = next(
        (str(claims[one]) for one in ("name", "email", "sub") if claims.get(one)), "somebody"
    )
    return Session(str(claims["sub"]), name[:MAX_NAME_CHARS], scopes, since=now)


def from_key(key: Key, now: datetime) -> Session:
    """A session of whoever holds this key. Raises Forbidden if it may not read."""
    if Scope.READ not in key.scopes:
        raise Forbidden("This key may not read; the operator can give out one that may.")
    return Session(key.key_id, key.name, key.scopes, since=now)


def _groups(claim: Any) -> frozenset[str]:
    """Providers list groups, or write them into one text with commas or blanks."""
    if isinstance(claim, str):
        return frozenset(claim.replace(",", " ").split())
    return frozenset(map(str, claim)) if isinstance(claim, list | tuple) else frozenset()
