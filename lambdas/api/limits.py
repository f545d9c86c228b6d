"""How much a request may bring, checked while it arrives and not when it is too late.

API Gateway and Lambda have limits of their own, but they answer in shapes of their own, and other
servers that run this app have none.
"""

from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.errors import PayloadTooLarge, error_response
from api.raw_sound import is_raw_sound, takes_sound
from api.settings import MAX_BODY_BYTES

# Only forms carry audio; everything else that is sent here is a few lines of JSON.
MAX_PLAIN_BODY_BYTES = 64 * 1024
MAX_QUERY_BYTES = 16 * 1024

MAX_FORM_FIELDS = 20
MAX_FIELD_BYTES = 8 * 1024


class RequestLimits:
    """ASGI middleware: refuses requests with too long a query or too large a body."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope)
        refusal = _refuse(request)
        if refusal is not None:
            status, code, message = refusal
            await error_response(request, status, code, message)(scope, receive, send)
            return
        scope["query_string"] = _without_blanks(scope["query_string"])
        limit = _limit(request)
        arrived = 0

        async def count() -> Message:
            nonlocal arrived
            message = await receive()
            arrived += len(message.get("body", b""))
            if arrived > limit:
                raise PayloadTooLarge(limit, _hint(request, limit))
            return message

        await self._app(scope, count, send)


def _without_blanks(query: bytes) -> bytes:
    """`?q=rain&age=` asks the same as `?q=rain`: forms send every field, filled in or not."""
    return b"&".join(pair for pair in query.split(b"&") if pair.partition(b"=")[2])


def _limit(request: Request) -> int:
    is_form = request.headers.get("content-type", "").lower().startswith("multipart/form-data")
    return MAX_BODY_BYTES if is_form or is_raw_sound(request) else MAX_PLAIN_BODY_BYTES


def _hint(request: Request, limit: int) -> str:
    """The way that is open to what is too large."""
    if limit == MAX_BODY_BYTES:
        return " Send larger recordings to the bucket: see POST /uploads."
    if takes_sound(request):
        return (
            " Send a file in a form (curl -F file=@talk.mp3), or with the Content-Type that it has,"
            " such as audio/mpeg."
        )
    return ""


def _refuse(request: Request) -> tuple[int, str, str] | None:
    """What is wrong with the head of the request: status, code and message."""
    if len(request.scope["query_string"]) > MAX_QUERY_BYTES:
        return 400, "invalid_request", f"A query has at most {MAX_QUERY_BYTES:,} bytes."
    declared = request.headers.get("content-length", "0")
    if not (declared.isascii() and declared.isdigit()):
        return 400, "invalid_request", "The Content-Length is not a number."
    limit = _limit(request)
    if len(declared) > 18 or int(declared) > limit:
        return 413, "too_large", f"At most {limit:,} bytes are taken here.{_hint(request, limit)}"
    return None
