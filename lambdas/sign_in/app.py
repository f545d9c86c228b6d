"""/auth: login, callback, key, me, renew and logout, below the site's own address."""

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from html import escape
from typing import Any

from aws_lambda_powertools import Logger
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.sessions import SessionMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from earshot.access import session as sessions
from earshot.access.session import Session
from earshot.errors import EarshotError, Forbidden, InvalidRequest, Unauthorized
from sign_in import cookies, people
from sign_in.addresses import own_path
from sign_in.parts import Parts

logger = Logger(service="sign-in")

FLOW_COOKIE = "__Host-earshot-flow"
FLOW_SECONDS = 600
MAX_BODY_BYTES = 4096
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; base-uri 'none'; frame-ancestors 'none'",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
}
Clock = Callable[[], datetime]
Route_ = Callable[[Request], Awaitable[Response]]


class SignIn:
    """The routes. `parts` has the provider or the keys, and the private key."""

    def __init__(self, parts: Parts, clock: Clock) -> None:
        self._parts, self._clock = parts, clock
        self._settings = parts.settings

    async def login(self, request: Request) -> Response:
        """To the provider, and from there to `to`, a path of this site."""
        request.session["to"] = own_path(request.query_params.get("to", "/"))
        return await self._parts.provider.send(request, f"{self._settings.site_url}/auth/callback")

    async def callback(self, request: Request) -> Response:
        to = own_path(request.session.get("to", "/"))
        claims = await self._parts.provider.claims(request)
        request.session.clear()
        session = people.from_claims(claims, self._settings, self._clock())
        answer = RedirectResponse(to, 303)
        self._hand_out(answer, session)
        return answer

    async def key(self, request: Request) -> Response:
        """A session for whoever shows a key that may read."""
        _from_this_site(request)
        key = self._parts.key(await _key_in(request), self._clock())
        if key is None:
            raise Unauthorized("This key is not valid.")
        session = people.from_key(key, self._clock())
        answer = JSONResponse(self._about(session))
        self._hand_out(answer, session)
        return answer

    async def me(self, request: Request) -> Response:
        session = self._session(request)
        return JSONResponse(self._about(session), 200 if session else 401)

    async def renew(self, request: Request) -> Response:
        """The same session for another while, until the person has to come in again."""
        _from_this_site(request)
        session, now = self._session(request), self._clock()
        over = timedelta(hours=self._settings.session_hours)
        if session is None or now - session.since >= over:
            raise Unauthorized("This session is over; sign in again.")
        if self._settings.reading == "key" and not self._parts.is_valid(session.subject, now):
            raise Unauthorized("This key is not valid any more.")
        answer = JSONResponse(self._about(session))
        self._hand_out(answer, session)
        return answer

    async def logout(self, request: Request) -> Response:
        """Forgotten here; `to` is where the provider forgets, too."""
        _from_this_site(request)
        home = f"{self._settings.site_url}/"
        answer = JSONResponse({"to": await self._parts.farewell(home)})
        cookies.take_back(answer)
        return answer

    def _session(self, request: Request) -> Session | None:
        token = request.cookies.get(sessions.COOKIE, "")
        return sessions.read(token, self._settings.session_key, self._clock())

    def _hand_out(self, answer: Response, session: Session) -> None:
        cookies.hand_out(answer, session, self._parts.private_key(), self._settings, self._clock())

    def _about(self, session: Session | None) -> dict[str, Any]:
        about: dict[str, Any] = {"reading": self._settings.reading}
        if session:
            about |= {"name": session.name, "may": sorted(session.scopes)}
        return about


def create_app(parts: Parts, clock: Clock = lambda: datetime.now(UTC)) -> Starlette:
    """The app; its state while a person is at the provider lies in a signed cookie."""
    routes = SignIn(parts, clock)
    table = {"me": ("GET", routes.me), "renew": ("POST", routes.renew)}
    table |= {"logout": ("POST", routes.logout)}
    if parts.settings.reading == "key":
        table |= {"key": ("POST", routes.key)}
    else:
        table |= {"login": ("GET", routes.login), "callback": ("GET", routes.callback)}
    return Starlette(
        routes=[
            Route(f"/auth/{name}", _safely(route), methods=[method])
            for name, (method, route) in table.items()
        ],
        middleware=[
            Middleware(
                SessionMiddleware,
                secret_key=parts.flow_secret(),
                session_cookie=FLOW_COOKIE,
                max_age=FLOW_SECONDS,
                same_site="lax",  # the provider's redirect brings it back
                https_only=True,
            )
        ],
    )


def _safely(route: Route_) -> Route_:
    """With the headers of every answer, and with errors as a page or as JSON."""

    async def answer(request: Request) -> Response:
        try:
            response = await route(request)
        except EarshotError as error:
            logger.warning("refused", exc_info=error, extra={"path": request.url.path})
            if request.url.path.endswith("/callback"):
                request.session.clear()
            response = _refusal(request, error)
        response.headers.update(_HEADERS)
        return response

    return answer


def _refusal(request: Request, error: EarshotError) -> Response:
    if request.method == "POST":
        body = {"error": {"code": error.code, "message": error.message}}
        return JSONResponse(body, error.http_status)
    page = (
        '<!doctype html><html lang="en"><meta charset="utf-8"><title>Earshot</title>'
        f'<h1>{escape(error.message)}</h1><p><a href="/">Try again</a></p></html>'
    )
    return HTMLResponse(page, error.http_status)


def _from_this_site(request: Request) -> None:
    """Raise Forbidden for what another site's page sends. Browsers say where a request is from."""
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise Forbidden("This comes from another site.")


async def _key_in(request: Request) -> str:
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > MAX_BODY_BYTES:
            raise InvalidRequest("This is too long for a key.")
    try:
        return str(json.loads(body)["key"]).strip()
    except (ValueError, KeyError, TypeError) as error:
        raise InvalidRequest('Send JSON: {"key": "ek_…"}.') from error
