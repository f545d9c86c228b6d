"""The session of somebody who signed in on the page, where reading is not public."""

from datetime import UTC, datetime

from fastapi import Request

from api.settings import ApiSettings
from earshot.access.keys import Scope


def scopes_of_session(request: Request, settings: ApiSettings) -> frozenset[Scope] | None:
    """What the session may do whose cookie came with the request; None without a valid one.

    Of changes, only those count that a page of this site asks for: browsers say where a request is
    from, and the cookie is not sent along from other sites either.
    """
    if settings.session_key is None:
        return None
    from earshot.access import session  # cryptography takes time to load, and most don't need it

    token = request.cookies.get(session.COOKIE)
    if not token:
        return None
    origin = request.headers.get("sec-fetch-site", "same-origin")
    if request.method not in ("GET", "HEAD") and origin not in ("same-origin", "none"):
        return None
    found = session.read(token, settings.session_key, datetime.now(UTC))
    return found.scopes if found else None
