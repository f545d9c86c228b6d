"""One request over a connection to an address that was checked, and bounded in time.

Redirects are not followed: an answer that names another address is an answer like others. Nothing
is read but the head, unless the caller reads on.
"""

import http.client
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache

from earshot.outgoing.addresses import Resolve, checked, parsed

CONNECT_TIMEOUT_S = 5


@contextmanager
def request(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    *,
    deadline_s: float,
    local: bool = False,
    resolve: Resolve = socket.getaddrinfo,
) -> Iterator[http.client.HTTPResponse]:
    """The answer, its body unread. All of it must be over after `deadline_s`, however slowly.

    Raises RefusedAddress, and OSError or http.client.HTTPException where nothing answers.
    """
    parts = parsed(url, local)
    places = checked(parts, local, resolve)
    assert parts.hostname  # noqa: S101 - `parsed` saw to it
    connection = _Connection(parts.hostname, places, parts.scheme == "https")
    watch = threading.Timer(deadline_s, connection.cut)
    watch.daemon = True
    watch.start()
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request(method, target, body, dict(headers))
        yield connection.getresponse()
    finally:
        watch.cancel()
        connection.close()


class _Connection(http.client.HTTPConnection):
    """Connects to the `places` that were checked; `host` is what the server is called."""

    def __init__(self, host: str, places: Sequence[tuple[str, int]], secure: bool) -> None:
        default = 443 if secure else 80
        super().__init__(host, places[0][1], timeout=CONNECT_TIMEOUT_S)
        self.default_port = default  # the Host header names others alone
        self._places = places
        self._secure = secure
        self._is_cut = False

    def connect(self) -> None:
        plain = self._first_that_answers()
        plain.settimeout(None)  # from here on the deadline counts
        self.sock = plain
        if self._is_cut:
            raise TimeoutError("the deadline passed while connecting")
        if self._secure:
            # Wrapped before the handshake, so that the deadline can cut that off, too.
            wrapped = _trust().wrap_socket(
                plain, server_hostname=self.host, do_handshake_on_connect=False
            )
            self.sock = wrapped
            wrapped.do_handshake()

    def cut(self) -> None:
        """End what goes on in another thread."""
        self._is_cut = True
        if self.sock is not None:
            with suppress(OSError):
                # Not ssl's own shutdown, which is not to be called while another thread reads.
                socket.socket.shutdown(self.sock, socket.SHUT_RDWR)

    def _first_that_answers(self) -> socket.socket:
        fault: OSError | None = None
        for place in self._places:
            try:
                return socket.create_connection(place, CONNECT_TIMEOUT_S)
            except OSError as error:
                fault = error
        raise fault or OSError("no address")


@cache
def _trust() -> ssl.SSLContext:
    return ssl.create_default_context()
