"""Nothing that is not for everybody is kept where others may find it."""

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send


class Private:
    """ASGI middleware, where reading is not public: no shared cache keeps an answer, and no other
    site's page may read it."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def respond(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                rules = [one.strip() for one in headers.get("cache-control", "").split(",")]
                if "public" in rules:
                    kept = [one for one in rules if one != "public" and "s-maxage" not in one]
                    headers["cache-control"] = ", ".join(["private", *kept])
                for name in [one for one in headers if one.startswith("access-control-")]:
                    del headers[name]
            await send(message)

        await self._app(scope, receive, respond if scope["type"] == "http" else send)
