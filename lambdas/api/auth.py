"""Who may transcribe, write and delete: whoever holds the key."""

import hmac
from typing import Annotated

from aws_lambda_powertools.utilities import parameters
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from fastapi import Depends, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from api.basic_key import password
from api.services import Settings
from api.settings import ApiSettings
from earshot.errors import Unauthorized, Unavailable

# A rotated key is taken, and the old one refused, after this long at the latest.
KEY_LIFETIME_SECONDS = 60

_bearer = HTTPBearer(
    auto_error=False, scheme_name="key", description="The key that the operator gave out."
)


def require_key(
    request: Request,
    settings: Settings,
    credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)],
) -> None:
    """Let only requests with `Authorization: Bearer KEY` pass; else raise Unauthorized."""
    given = credentials.credentials if credentials else ""
    given = given or password(request.headers.get("authorization", ""))
    # Compared as bytes in constant time: how long it takes tells nothing about the key.
    if not hmac.compare_digest(given.encode(), _key(settings).encode()):
        raise Unauthorized("This needs the header `Authorization: Bearer KEY` with a valid key.")


def _key(settings: ApiSettings) -> str:
    if settings.api_key:
        return settings.api_key.get_secret_value()
    assert settings.api_key_secret  # noqa: S101 - the settings have one of the two
    try:
        return str(parameters.get_secret(settings.api_key_secret, max_age=KEY_LIFETIME_SECONDS))
    except GetParameterError as error:
        raise Unavailable("Keys can't be checked just now; try again soon.") from error


KeyRequired = Depends(require_key)
