"""A small real `POST /asr` on loopback, which hears in a file what is written in it."""

import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

KEY = "the-right-key"


@dataclass(frozen=True)
class Say:
    """An answer: a status with a body and headers, after a while; or a cut connection."""

    status: int = 200
    body: object = None
    headers: Mapping[str, str] = field(default_factory=dict)
    after: float = 0.0
    cut: bool = False


def refused(status: int, code: str, **headers: str) -> Say:
    error = {"error": {"code": code, "message": f"It is {code}.", "request_id": "1"}}
    return Say(status, error, {name.replace("_", "-"): value for name, value in headers.items()})


Behaviour = Callable[[str, int], Say | None]  # a file's name and how often it was asked for before


def well(name: str, before: int) -> Say | None:
    return None


def linger(seconds: float) -> Say | None:
    """Answer well, but take your time."""
    time.sleep(seconds)
    return None


@dataclass
class AsrServer:
    """What the server did: how often each file was asked for, and when."""

    url: str = ""
    behave: Behaviour = well
    asked: Counter[str] = field(default_factory=Counter)
    moments: list[tuple[str, float]] = field(default_factory=list)
    answered: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    most_at_once: int = 0
    _at_once: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, name: str) -> int:
        with self._lock:
            before = self.asked[name]
            self.asked[name] += 1
            self.moments.append((name, time.monotonic()))
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            return before

    def end(self) -> None:
        with self._lock:
            self._at_once -= 1


def heard(content: bytes) -> dict[str, Any]:
    return {"transcription": content.decode().upper(), "duration": len(content) / 8}


@contextmanager
def serving(behave: Behaviour = well) -> Iterator[AsrServer]:
    state = AsrServer(behave=behave)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            name, content = _file(body)
            before = state.begin(name)
            say = state.behave(name, before) or Say(body=heard(content))
            if self.path != "/asr":
                say = refused(404, "not_found")
            elif self.headers["authorization"] != f"Bearer {KEY}":
                say = refused(401, "unauthorized")
            time.sleep(say.after)
            state.end()
            if say.cut:
                self.close_connection = True
                return
            self._answer(say)
            state.answered.release()

        def _answer(self, say: Say) -> None:
            data = say.body if isinstance(say.body, bytes) else json.dumps(say.body).encode()
            self.send_response(say.status)
            for header, value in say.headers.items():
                self.send_header(header, value)
            self.send_header("content-length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def _file(body: bytes) -> tuple[str, bytes]:
    """Name and content of the one part of a form."""
    boundary, _, rest = body.partition(b"\r\n")
    head, _, content = rest.partition(b"\r\n\r\n")
    named = re.search(rb'name="file"; filename="([^"]*)"', head)
    assert named, head
    return named[1].decode(), content.removesuffix(b"\r\n" + boundary + b"--\r\n")
