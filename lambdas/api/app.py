"""The app: routes and layers put together, nothing else."""

from functools import cache, partial
from typing import Any

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from api import errors, on_demand
from api.encoding import RefusedEncoding
from api.limits import MAX_FIELD_BYTES, MAX_FORM_FIELDS, RequestLimits
from api.privacy import Private
from api.raw_sound import RawSound
from api.request_log import RequestLog
from earshot import __version__

_DESCRIPTION = """Drop audio in a bucket; search what was said.

Reading is public, unless the deployment says otherwise: then it needs a key that may `read`, or
being signed in on the page. Transcribing, uploading and deleting need `Authorization: Bearer KEY`:
401 without a valid key, 403 with one that may not do it, 429 when it was used too often.
Every error is `{"error": {"code", "message", "request_id"}}`; below `/v1/` errors have OpenAI's
shape."""


# What tells nothing of any recording, and what checks a key itself.
OPEN = ("ping", "docs", "missing")
CHECKING = ("handing_on", "asr", "openai", "uploads", "changes", "hooks")


def create_app(hands_on: bool = False, private: bool = False) -> FastAPI:
    """The whole API; what a function lacks (the model, say) shows when a route asks for it.

    With `hands_on`, what transcribes is handed on to the function that has the model. With
    `private`, whoever reads needs a key or a session. Routes are imported when first asked for.
    """
    app = _without_routes({})  # only its description says what errors look like
    errors.install(app)
    # The last added is the outermost.
    app.add_middleware(on_demand.OnDemand, include=partial(_include, app, hands_on, private))
    app.add_middleware(GZipMiddleware, minimum_size=1400, compresslevel=5)
    app.add_middleware(RefusedEncoding)
    app.add_middleware(RawSound)
    app.add_middleware(RequestLimits)
    app.add_middleware(RequestLog)
    if private:
        app.add_middleware(Private)
    app.openapi = cache(_description)  # type: ignore[method-assign] # FastAPI's way to put in one
    return app


def _without_routes(responses: dict[int | str, dict[str, Any]]) -> FastAPI:
    return FastAPI(
        title="Earshot",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        responses=responses,
        form_limits={
            "max_files": 1,
            "max_fields": MAX_FORM_FIELDS,
            "max_part_size": MAX_FIELD_BYTES,
        },
    )


def _include(app: FastAPI, hands_on: bool, private: bool, module: str) -> None:
    if module == "handing_on" and not hands_on:
        return
    from api.auth import MayRead  # what checks keys is not needed to start

    router = on_demand.router_of(module)
    reads = private and module not in (*OPEN, *CHECKING)
    app.include_router(router, dependencies=[MayRead] if reads else [])
    app.state.routes = [*getattr(app.state, "routes", []), *router.routes]


def _description() -> dict[str, Any]:
    """Of all routes in their order, whichever were asked for."""
    from api.schemas import ErrorBody

    app = _without_routes(errors.described(ErrorBody))
    for module in on_demand.ALL:
        app.include_router(on_demand.router_of(module))
    return app.openapi()
