"""A body that is the sound itself, taken as a form with that one file.

`curl --data-binary @talk.wav -H 'Content-Type: audio/wav'` is as plain a request as a form.
"""

from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# The routes that take sound, and the field that each has it in.
FIELDS = {
    "/asr": "file",
    "/detect-language": "audio_file",
    "/v1/audio/transcriptions": "file",
    "/v1/audio/translations": "file",
}
# For the description: FastAPI knows of the form alone.
AS_BODY: dict[str, Any] = {
    "requestBody": {"content": {"audio/*": {"schema": {"type": "string", "format": "binary"}}}}
}
_BOUNDARY = b"earshot-5b1d0f3c7a9e4e52"


def takes_sound(request: Request) -> bool:
    return request.scope["path"] in FIELDS and request.method == "POST"


def is_raw_sound(request: Request) -> bool:
    """Whether this request's body is a file, by its type."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    is_file = kind.startswith(("audio/", "video/"))
    return takes_sound(request) and (
        is_file or kind in ("application/ogg", "application/octet-stream")
    )


class RawSound:
    """ASGI middleware: puts a raw file into the form that the routes read."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not is_raw_sound(Request(scope)):
            await self._app(scope, receive, send)
            return
        field = FIELDS[scope["path"]].encode()
        before = (
            b"--" + _BOUNDARY + b'\r\nContent-Disposition: form-data; name="' + field + b'";'
            b' filename="audio"\r\nContent-Type: application/octet-stream\r\n\r\n'
        )
        after = b"\r\n--" + _BOUNDARY + b"--\r\n"
        scope["headers"] = list(scope["headers"])
        headers = MutableHeaders(scope=scope)
        headers["content-type"] = f"multipart/form-data; boundary={_BOUNDARY.decode()}"
        del headers["content-length"]
        first = True

        async def as_form() -> Message:
            nonlocal first
            message = await receive()
            if message["type"] == "http.request":
                body = (before if first else b"") + message.get("body", b"")
                last = not message.get("more_body", False)
                message = {**message, "body": body + (after if last else b"")}
                first = False
            return message

        await self._app(scope, as_form, send)
