"""The app: routes and layers put together, nothing else."""

from fastapi import FastAPI
from starlette.middleware.gzip import GZipMiddleware

from api import errors
from api.auth import MayRead
from api.encoding import RefusedEncoding
from api.limits import MAX_FIELD_BYTES, MAX_FORM_FIELDS, RequestLimits
from api.privacy import Private
from api.raw_sound import RawSound
from api.request_log import RequestLog
from api.routes import (
    asr,
    changes,
    collection,
    docs,
    exports,
    feed,
    handing_on,
    hooks,
    jobs,
    missing,
    openai,
    ping,
    recordings,
    search,
    transcripts,
    uploads,
)
from api.schemas import ErrorBody
from earshot import __version__

_DESCRIPTION = """Drop audio in a bucket; search what was said.

Reading is public, unless the deployment says otherwise: then it needs a key that may `read`, or
being signed in on the page. Transcribing, uploading and deleting need `Authorization: Bearer KEY`:
401 without a valid key, 403 with one that may not do it, 429 when it was used too often.
Every error is `{"error": {"code", "message", "request_id"}}`; below `/v1/` errors have OpenAI's
shape."""


# What tells nothing of any recording, and what checks a key itself.
OPEN = (ping, docs, missing)
CHECKING = (handing_on, asr, openai, uploads, changes, hooks)


def create_app(hands_on: bool = False, private: bool = False) -> FastAPI:
    """The whole API; what a function lacks (the model, say) shows when a route asks for it.

    With `hands_on`, what transcribes is handed on to the function that has the model. With
    `private`, whoever reads needs a key or a session.
    """
    app = FastAPI(
        title="Earshot",
        version=__version__,
        description=_DESCRIPTION,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
        responses=errors.described(ErrorBody),
        form_limits={
            "max_files": 1,
            "max_fields": MAX_FORM_FIELDS,
            "max_part_size": MAX_FIELD_BYTES,
        },
    )
    errors.install(app)
    # The last added is the outermost.
    app.add_middleware(GZipMiddleware, minimum_size=1400, compresslevel=5)
    app.add_middleware(RefusedEncoding)
    app.add_middleware(RawSound)
    app.add_middleware(RequestLimits)
    app.add_middleware(RequestLog)
    if private:
        app.add_middleware(Private)
    # The forms of a transcript come first: {recording_id} would match "abc.txt" too.
    for route in (
        *([handing_on] if hands_on else []),  # before those that it stands in for
        *(
            ping,
            asr,
            openai,
            uploads,
            transcripts,
            exports,
            feed,
            recordings,
            changes,
            hooks,
            jobs,
            search,
            collection,
        ),
        *(docs, missing),
    ):
        reads = private and route not in (*OPEN, *CHECKING)
        app.include_router(route.router, dependencies=[MayRead] if reads else [])
        app.state.routes = [*getattr(app.state, "routes", []), *route.router.routes]
    return app
