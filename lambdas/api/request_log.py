"""The outermost layer: every request gets an id, a last resort, its headers and one log line."""

import time
import uuid
from collections.abc import Mapping

from aws_lambda_powertools import Logger
from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import internal_error

logger = Logger(service="api")

_READS = ("GET", "HEAD")

# Defaults; a route that knows better sets its own.
_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
}
# Any page may read what is public anyway; with a key, a browser sends from this origin alone.
_CORS = {
    "access-control-allow-origin": "*",
    "access-control-expose-headers": "x-request-id, etag, link",
}
_PREFLIGHT = {
    **_CORS,
    "access-control-allow-methods": "GET, HEAD",
    "access-control-allow-headers": "*",
    "access-control-max-age": "86400",
}


class RequestLog:
    """ASGI middleware. HEAD is answered as GET without a body, since probes and CDNs use it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        method = scope["method"]
        request = Request(scope)
        request.state.request_id = _request_id(scope)
        request.state.error_code = None
        status = 500
        begun = False

        async def respond(message: Message) -> None:
            nonlocal status, begun
            if message["type"] == "http.response.start":
                status, begun = message["status"], True
                headers = MutableHeaders(scope=message)
                headers["x-request-id"] = request.state.request_id
                _default(headers, _HEADERS | (_CORS if method in _READS else {}))
            elif method == "HEAD" and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        try:
            if method == "OPTIONS" and "access-control-request-method" in request.headers:
                await Response(status_code=204, headers=_PREFLIGHT)(scope, receive, respond)
            else:
                if method == "HEAD":
                    scope["method"] = "GET"
                await self._app(scope, receive, respond)
        except Exception:
            logger.exception("Unexpected error", extra={"request_id": request.state.request_id})
            if begun:
                raise
            await internal_error(request)(scope, receive, respond)
        finally:
            # The route, not the address: an address holds what people search for.
            logger.info(
                "request",
                extra={
                    "method": method,
                    "route": getattr(scope.get("route"), "path", "-"),
                    "status": status,
                    "error_code": request.state.error_code,
                    "milliseconds": round((time.perf_counter() - started) * 1000, 1),
                    "request_id": request.state.request_id,
                },
            )


def _request_id(scope: Scope) -> str:
    """Lambda's own id where there is one, so that an answer leads to the function's log."""
    return getattr(scope.get("aws.context"), "aws_request_id", None) or uuid.uuid4().hex


def _default(headers: MutableHeaders, defaults: Mapping[str, str]) -> None:
    for name, value in defaults.items():
        headers.setdefault(name, value)
