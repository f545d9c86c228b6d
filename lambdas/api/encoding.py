"""What a client says of gzip, so that none is sent to who refuses it."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Receive, Scope, Send


def takes_gzip(headers: Headers) -> bool:
    """Whether Accept-Encoding has gzip, or anything, with another weight than 0 (RFC 9110, 12.5.3).

    A header that can't be read takes nothing.
    """
    weights: dict[str, float] = {}
    for part in headers.get("accept-encoding", "").lower().split(","):
        coding, _, parameter = part.partition(";")
        _, _, weight = parameter.partition("=")
        try:
            weights[coding.strip()] = float(weight) if parameter.strip() else 1.0
        except ValueError:
            return False
    return weights.get("gzip", weights.get("*", 0.0)) > 0


class RefusedEncoding:
    """ASGI middleware: what comes after it looks for the word gzip alone, which is then not there,
    or the only one."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["headers"] = list(scope["headers"])
            takes = takes_gzip(Headers(scope=scope))
            MutableHeaders(scope=scope)["accept-encoding"] = "gzip" if takes else "identity"
        await self._app(scope, receive, send)
