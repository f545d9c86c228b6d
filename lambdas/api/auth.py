"""Who may do what: who holds the operator's key or a named one, and, in private, who signed in."""

import hmac
import time
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import Annotated, Any

import boto3
from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from fastapi.security.utils import get_authorization_scheme_param

from api.basic_key import password
from api.services import Settings, settings
from api.session_cookie import scopes_of_session
from api.settings import ApiSettings
from earshot.access.keys import Key, Scope, id_of
from earshot.access.store import Keys
from earshot.errors import Forbidden, RateLimited, Unauthorized, Unavailable

# A rotated or revoked key is refused after this long at the latest.
KEY_LIFETIME_SECONDS = 60

_bearer = HTTPBearer(
    auto_error=False, scheme_name="key", description="A key that the operator gave out."
)
Credentials = Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]


class NamedKeys:
    """The table's keys, each looked up once in KEY_LIFETIME_SECONDS."""

    def __init__(self, keys: Keys, clock: Callable[[], float] = time.monotonic) -> None:
        self.keys = keys
        self._clock = clock
        self._known: dict[str, tuple[float, Key]] = {}

    def find(self, text: str) -> Key | None:
        """The valid key that this text is; what is no key is asked for every time."""
        key_id = id_of(text)
        if key_id is None:
            return None
        asked, key = self._known.get(key_id, (float("-inf"), None))
        if key is None or self._clock() - asked >= KEY_LIFETIME_SECONDS:
            key = self.keys.get(key_id)
            if key:
                self._known[key_id] = (self._clock(), key)
            else:
                self._known.pop(key_id, None)
        is_it = key is not None and key.opens_with(text) and key.is_valid(datetime.now(UTC))
        return key if is_it else None


@cache
def named_keys() -> NamedKeys | None:
    table = settings().keys_table
    return NamedKeys(Keys(boto3.resource("dynamodb").Table(table))) if table else None


Named = Annotated[NamedKeys | None, Depends(named_keys)]


def needs(scope: Scope) -> Any:
    """A dependency that lets only `Authorization: Bearer KEY` of this scope pass, or a session's.

    It raises Unauthorized without a valid key, Forbidden with one of other scopes, and RateLimited
    when the key was used too often.
    """

    def check(request: Request, settings: Settings, named: Named, credentials: Credentials) -> None:
        if not settings.key_is_checked:
            given = credentials.credentials if credentials else _password(request)
            _check_either(scope, request, settings, named, given)

    return Depends(check)


def check_reader(request: Request, settings: Settings, named: Named) -> None:
    """As `needs(Scope.READ)`, for routes that are public in most deployments and documented so."""
    _check_either(Scope.READ, request, settings, named, _given(request))


MayRead = Depends(check_reader)


def _check_either(
    scope: Scope, request: Request, settings: ApiSettings, named: NamedKeys | None, given: str
) -> None:
    """A key that was given decides; else the session."""
    scopes = None if given else scopes_of_session(request, settings)
    if scopes is None:
        _check(scope, settings, named, given)
    elif scope not in scopes:
        raise Forbidden(f"You are signed in, and may not {scope}.")


def check_if_given(request: Request, settings: Settings, named: Named) -> None:
    """Let requests without a key pass, and those with a valid one: a client that tries its key by
    a list of models must not think that a wrong one will do. Raises Unauthorized."""
    given = _given(request)
    if not given or settings.key_is_checked or settings.reads_only:
        return
    if not (named and named.find(given)) and not _is_operators(settings, given):
        raise Unauthorized("This key is not valid.")


KeyIfGiven = Depends(check_if_given)


def _given(request: Request) -> str:
    """The key that a request carries; empty without one."""
    scheme, given = get_authorization_scheme_param(request.headers.get("authorization"))
    return given if scheme.lower() == "bearer" else _password(request)


def _password(request: Request) -> str:
    return password(request.headers.get("authorization", ""))


def _check(scope: Scope, settings: ApiSettings, named: NamedKeys | None, given: str) -> None:
    key = named.find(given) if named and not settings.reads_only else None
    if key is None or named is None:
        if settings.reads_only or not _is_operators(settings, given):
            raise Unauthorized(
                "This needs the header `Authorization: Bearer KEY` with a valid key."
            )
        return
    if scope not in key.scopes:
        raise Forbidden(f"This key may not {scope}; the operator can give out one that may.")
    if not named.keys.use(key, datetime.now(UTC)):
        raise RateLimited("This key was used as often as it may be this minute.", 60)


def _is_operators(settings: ApiSettings, given: str) -> bool:
    """Compared as bytes in constant time: how long it takes tells nothing about the key."""
    return hmac.compare_digest(given.encode(), _operators(settings).encode())


def _operators(settings: ApiSettings) -> str:
    if settings.api_key:
        return settings.api_key.get_secret_value()
    assert settings.api_key_secret  # noqa: S101 - the settings have one of the two
    try:
        return str(parameters.get_secret(settings.api_key_secret, max_age=KEY_LIFETIME_SECONDS))
    except GetParameterError as error:
        raise Unavailable("Keys can't be checked just now; try again soon.") from error
