"""The cookies of a session: one for the API, three for CloudFront, one for the page's script."""

from datetime import datetime
from typing import Any

from starlette.responses import Response

from earshot.access import session as sessions
from earshot.access.session import Session
from earshot.access.signed_cookies import KEY_PAIR_ID, POLICY, SIGNATURE, signed_cookies
from sign_in.settings import SignInSettings

# Says only that there is a session: the page's script may not see the others.
SEEN_BY_THE_PAGE = "earshot-signed-in"
_FLAGS: dict[str, Any] = {"path": "/", "secure": True, "samesite": "lax"}


def hand_out(
    answer: Response, session: Session, private_key: str, settings: SignInSettings, now: datetime
) -> None:
    """Set the cookies of a session that begins now, or is renewed."""
    until = now + sessions.LIFETIME
    everything = f"{settings.site_url}/*"
    values = {
        sessions.COOKIE: sessions.sign(session, private_key, now),
        **signed_cookies(private_key, settings.cdn_key_id, everything, until),
    }
    age = int(sessions.LIFETIME.total_seconds())
    for name, value in values.items():
        answer.set_cookie(name, value, max_age=age, httponly=True, **_FLAGS)
    answer.set_cookie(SEEN_BY_THE_PAGE, "1", max_age=age, **_FLAGS)


def take_back(answer: Response) -> None:
    """Let the browser forget the session."""
    for name in (sessions.COOKIE, POLICY, SIGNATURE, KEY_PAIR_ID, SEEN_BY_THE_PAGE):
        answer.delete_cookie(name, httponly=name != SEEN_BY_THE_PAGE, **_FLAGS)
