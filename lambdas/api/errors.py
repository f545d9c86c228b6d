"""Every error that the API answers, brought to one shape in this one place.

`{"error": {"code", "message", "request_id"}}`; below `/v1/` the shape is OpenAI's, because that is
what clients of those routes understand. No value that a request sent is repeated in a message, and
an unexpected error says nothing about its cause: that stands in the log under the request's id.
"""

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, ClassVar

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError
from fastapi import FastAPI, HTTPException
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException as StarletteHTTPException
from starlette.requests import Request
from starlette.routing import Match, Route

from earshot.errors import (
    Conflict,
    EarshotError,
    InvalidRequest,
    NotFound,
    RateLimited,
    Unavailable,
)

logger = Logger(service="api")

_CODES = {
    400: "invalid_request",
    401: "unauthorized",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_format",
    422: "invalid_request",
}
_MESSAGES = {
    404: "There is nothing at this address.",
    405: "This address does not take that method.",
}
# How the libraries begin to say it of a file that did not come as one.
_NO_FILE = "Expected UploadFile"
_LONG_PART = "Part exceeded maximum size"
_AS_FILE = "With curl: -F file=@talk.mp3, with the @; elsewhere its part needs a file name."
_NO_FILE_NAME = f"A field of the form is too long, or it is a file without a name. {_AS_FILE}"
_INTERNAL_MESSAGE = "Something went wrong on our side; the request id helps us to find out what."
_MAX_NAME_CHARS = 64  # of a field, which a request may have made up
_MAX_PROBLEMS = 5  # a request can be wrong in a thousand places; nobody reads that many


class NoTranscript(NotFound):
    """The recording is there, but what was said in it is not, or not yet."""

    code: ClassVar[str] = "no_transcript"


class NoSound(NotFound):
    """The recording is there, but no sound ever came for it."""

    code: ClassVar[str] = "no_sound"


class AlreadyThere(Conflict):
    """What is to be created only if it is not there is there."""

    code: ClassVar[str] = "exists"
    http_status: ClassVar[int] = 412


class NotAcceptable(InvalidRequest):
    """The answer can't be given in a form that the client takes."""

    code: ClassVar[str] = "not_acceptable"
    http_status: ClassVar[int] = 406


class PayloadTooLarge(HTTPException):
    """Raised while a body is read; FastAPI lets only its own exception class pass there."""

    def __init__(self, limit: int, hint: str = "") -> None:
        super().__init__(413, f"At most {limit:,} bytes are taken here.{hint}")


def described(model: type[BaseModel]) -> dict[int | str, dict[str, Any]]:
    """The errors in the API's description: their shape, and when to come back after a 429."""
    wait = {"description": "Seconds to wait.", "schema": {"type": "integer"}}
    return {
        429: {"model": model, "description": "Too often.", "headers": {"Retry-After": wait}},
        "4XX": {"model": model},
        "5XX": {"model": model},
    }


def install(app: FastAPI) -> None:
    """Answer every kind of error in the one shape."""
    app.add_exception_handler(EarshotError, _expected)
    app.add_exception_handler(StarletteHTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(BotoCoreError, _aws)
    app.add_exception_handler(ClientError, _aws)


def error_response(
    request: Request,
    status: int,
    code: str,
    message: str,
    param: str | None = None,
    headers: Mapping[str, str] | None = None,
) -> JSONResponse:
    """The answer to a request that failed. `param` names the input at fault, if it is one."""
    if is_openai(request):
        # OpenAI answers 400 to everything that is wrong with an input.
        status = 400 if status in (415, 422) else status
        body: dict[str, Any] = {
            "message": message,
            "type": "server_error" if status >= 500 else "invalid_request_error",
            "param": param,
            "code": "invalid_api_key" if status == 401 else code,
        }
    else:
        body = {"code": code, "message": message, "request_id": request.state.request_id}
    request.state.error_code = code
    always = {"cache-control": "no-store"}
    if status == 401:
        always["www-authenticate"] = "Bearer"
    return JSONResponse({"error": body}, status, headers=always | dict(headers or {}))


def internal_error(request: Request) -> JSONResponse:
    """The answer to what nobody expected."""
    return error_response(request, 500, "internal", _INTERNAL_MESSAGE)


def is_openai(request: Request) -> bool:
    # Not request.url, which can't be made from every query that can be sent.
    path: str = request.scope["path"]
    return path.startswith("/v1/")


def _expected(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, EarshotError)  # noqa: S101 - what it is installed for
    if error.http_status == 500:
        logger.error("could not answer a request", exc_info=error)
        return internal_error(request)
    if error.http_status > 500:
        logger.warning("could not answer a request", exc_info=error)
    param = getattr(error, "param", None)
    headers = {"retry-after": str(error.retry_after_s)} if isinstance(error, RateLimited) else None
    return error_response(request, error.http_status, error.code, error.message, param, headers)


def _http(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, StarletteHTTPException)  # noqa: S101 - what it is installed for
    status = error.status_code
    message = _MESSAGES.get(status) or str(error.detail) or HTTPStatus(status).phrase
    if message.startswith(_LONG_PART):
        message = _NO_FILE_NAME
    code = _CODES.get(status, "invalid_request" if status < 500 else "internal")
    headers = {"allow": _allowed(request)} if status == 405 else error.headers
    return error_response(request, status, code, message, headers=headers)


def _allowed(request: Request) -> str:
    """The methods of every route at this address: Starlette names those of the first alone."""
    routes: Sequence[Route] = request.app.state.routes
    here = [route for route in routes if route.matches(request.scope)[0] is not Match.NONE]
    return ", ".join(sorted({method for route in here for method in route.methods or ()}))


def _invalid(request: Request, error: Exception) -> JSONResponse:
    """400 for what stands in the address, 422 for what stands in the body."""
    assert isinstance(error, RequestValidationError)  # noqa: S101 - what it is installed for
    problems = error.errors()
    in_body = any(problem["loc"][:1] == ("body",) for problem in problems)
    described = dict.fromkeys(_describe(problem) for problem in problems)
    message = "; ".join(list(described)[:_MAX_PROBLEMS])
    param = _name(problems[0]["loc"]) or None
    return error_response(request, 422 if in_body else 400, "invalid_request", message, param)


def _describe(problem: Mapping[str, Any]) -> str:
    name = _name(problem["loc"])
    message = str(problem["msg"]).removeprefix("Value error, ")
    if message.startswith(_NO_FILE):
        message = "This is text and not a file. " + _AS_FILE
    return f"{name}: {message}" if name else message


def _name(location: Sequence[str | int]) -> str:
    return ".".join(part for part in location[1:] if isinstance(part, str))[:_MAX_NAME_CHARS]


def _aws(request: Request, error: Exception) -> JSONResponse:
    """A service that is away or busy is worth another try; a refusal is a fault of ours."""
    if isinstance(error, ClientError):
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
        code = error.response.get("Error", {}).get("Code", "")
        if not (status >= 500 or "Throttl" in code or "Exceeded" in code):
            logger.error("AWS refused a request of ours", exc_info=error)
            return internal_error(request)
    logger.warning("AWS does not answer", exc_info=error)
    away = Unavailable("Earshot can't answer this at the moment; try again soon.")
    return error_response(request, away.http_status, away.code, away.message)
