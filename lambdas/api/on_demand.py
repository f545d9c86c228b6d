"""Which module has the routes of an address, and their import when a request first asks for them.

A start of the function is followed at once by one request, and often by no other kind. Importing
and building all routes takes several times as long as FastAPI itself; this way, a start takes none
of it, and a first request only its own share.
"""

import importlib
import threading
from collections.abc import Callable, Mapping, Sequence

from fastapi import APIRouter
from starlette.types import ASGIApp, Receive, Scope, Send

# By the first part of an address: modules of api.routes. Where two match an address, the first one
# answers, so what hands on stands before what it stands in for, and the forms of a transcript
# before the recording: {recording_id} would match "abc.txt" too.
MODULES: Mapping[str, Sequence[str]] = {
    "ping": ("ping",),
    "asr": ("handing_on", "asr"),
    "detect-language": ("handing_on", "asr"),
    "v1": ("handing_on", "openai"),
    "uploads": ("uploads",),
    "recordings": ("transcripts", "feed", "recordings", "changes"),
    "export": ("exports",),
    "changes": ("feed",),
    "hooks": ("hooks",),
    "jobs": ("jobs",),
    "search": ("search",),
    "search.jsonl": ("search_rows",),
    "search.csv": ("search_rows",),
    "suggest": ("search",),
    "collection": ("collection",),
    "": ("docs",),
    "openapi.json": ("docs",),
    "docs": ("docs",),
    "docs.css": ("docs",),
    "missing": ("missing",),
}
ALL = tuple(dict.fromkeys(name for names in MODULES.values() for name in names))


def router_of(module: str) -> APIRouter:
    """The routes of a module of api.routes."""
    router: APIRouter = importlib.import_module(f"api.routes.{module}").router
    return router


def modules_of(path: str) -> Sequence[str]:
    """The modules with the routes of an address; none has those of an address that is not there."""
    return MODULES.get(path.removeprefix("/").partition("/")[0], ())


class OnDemand:
    """ASGI middleware, the innermost: has `include` called once with each module before its routes
    are looked for."""

    def __init__(self, app: ASGIApp, include: Callable[[str], None]) -> None:
        self._app = app
        self._include = include
        self._included: set[str] = set()
        self._turn = threading.Lock()  # servers may call from several threads

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            with self._turn:
                for module in modules_of(scope["path"]):
                    if module not in self._included:
                        self._include(module)
                        self._included.add(module)
        await self._app(scope, receive, send)
