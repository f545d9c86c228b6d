"""A server for browser tests: the site with the CDN's headers, the API's answers, sound with Range.

It stands where CloudFront stands: `/` the page, `/api/*` the API, `/audio/*` the sound. The answers
have the contract's shapes; what they say comes from spoken.py. Some queries misbehave on purpose,
as real networks do: see `MISBEHAVIOUR`.

`PYTHONPATH=lambdas python -m tests.browser.fake_api [PORT]` serves it to who works on the page.
"""

import json
import re
import sys
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from earshot.recordings import formats
from earshot.recordings.ids import recording_id
from earshot.speech.transcript import Transcript
from infra.page_files import NOT_FOUND, content
from tests.browser.fake_search import marks, overview, search, suggestions
from tests.browser.fake_uploads import Uploads
from tests.browser.spoken import BY_ID, BY_KEY, FACETS, MODEL, RECORDINGS, UPLOADED, Spoken, wav

TYPES = {
    ".html": "text/html",
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
}

MISBEHAVIOUR = {
    "boom": (500, {"error": {"code": "internal", "message": "secret trace", "request_id": "r-1"}}),
    "busy": (503, {"error": {"code": "unavailable", "message": "later", "request_id": "r-2"}}),
    "a AND (": (400, {"error": {"code": "invalid_request", "message": "Too odd a query.",
                                "request_id": "r-3"}}),
    "garbled": (200, "{ not json"),
}  # fmt: skip
SLOW_S = 1.2


def content_security_policy() -> str:
    """The page's policy, read from where it is set, so that the tests hold the page to it."""
    source = (Path(__file__).resolve().parents[2] / "infra" / "site_headers.py").read_text()
    block = source.split("CONTENT_SECURITY_POLICY = ", 1)[1].split("\n)", 1)[0]
    return "; ".join(re.findall(r'^\s+"(.+)",$', block, re.MULTILINE))


def summary(spoken: Spoken) -> dict[str, Any]:
    return {
        "recording_id": spoken.id,
        "key": spoken.key,
        "status": "done",
        "text": spoken.text,
        "duration": spoken.duration,
        "error": None,
        "model": MODEL,
        "estimated_times": spoken.is_import,
        "has_sound": not spoken.is_import,
        "source": spoken.source,
        "uploaded_at": UPLOADED,
        "updated_at": UPLOADED,
        **{name: getattr(spoken, name) for name in FACETS},
    }


FORMATS: dict[str, tuple[str, Callable[[Transcript], str]]] = {
    "txt": ("text/plain; charset=utf-8", formats.to_txt),
    "json": ("application/json", formats.to_json),
    "srt": ("application/x-subrip", formats.to_srt),
    "vtt": ("text/vtt; charset=utf-8", formats.to_vtt),
}

FAILED = {
    "recording_id": "f" * 16, "key": "notes/minutes.mp3", "status": "failed", "text": "",
    "duration": None, "model": None, "source": "upload",
    "uploaded_at": UPLOADED, "updated_at": UPLOADED,
    "error": {"code": "not_audio", "message": "This file holds no audio."},
}  # fmt: skip


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    policy = content_security_policy()
    uploads = Uploads()

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        if url.path.startswith("/api/"):
            self._api(url.path.removeprefix("/api"), parse_qs(url.query))
        elif url.path.startswith("/audio/"):
            self._audio(unquote(url.path.removeprefix("/audio/")))
        else:
            self._site(url.path)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        if self.path == "/api/uploads":
            status, answer = self.uploads.allow(dict(self.headers), json.loads(body))
            return self._json(status, answer)
        return self._send(self.uploads.take(body), "application/xml", b"")

    def do_DELETE(self) -> None:
        status, answer = self.uploads.delete(dict(self.headers), self.path.split("/")[-1])
        self._json(status, answer)

    def do_HEAD(self) -> None:
        self.do_GET()

    def _api(self, path: str, query: dict[str, list[str]]) -> None:
        if path == "/search":
            q = query.get("q", [""])[0]
            if q.startswith("slow"):
                time.sleep(SLOW_S)
                query = {**query, "q": [q.removeprefix("slow ").strip()]}
            status, body = MISBEHAVIOUR.get(q) or (200, search(query))
            return self._json(status, body)
        if path == "/suggest":
            return self._json(200, {"suggestions": suggestions(query.get("q", [""])[0])})
        if path == "/collection":
            return self._json(200, overview())
        if path == "/recordings" and "key" in query:
            identity = recording_id(query["key"][0])
            there = self.uploads.look(identity) or (
                summary(BY_ID[identity]) if identity in BY_ID else None
            )
            return self._json(200, {"recordings": [there] if there else [], "cursor": None})
        if path == "/recordings":
            return self._json(
                200, {"recordings": [FAILED, *map(summary, RECORDINGS)], "cursor": None}
            )
        if path.endswith("/marks"):
            return self._json(200, marks(BY_ID[path.split("/")[2]], query))
        name, _, format_ = path.removeprefix("/recordings/").partition(".")
        if name == FAILED["recording_id"] and not format_:
            return self._json(200, FAILED)
        if brought := self.uploads.look(name):
            return self._json(200, brought)
        spoken = BY_ID.get(name)
        if spoken is None:
            error = {
                "code": "not_found",
                "message": "There is no such recording.",
                "request_id": "r-4",
            }
            return self._json(404, {"error": error})
        if not format_:
            return self._json(200, summary(spoken))
        type_, write = FORMATS[format_]
        return self._send(200, type_, write(spoken.transcript).encode())

    def _audio(self, key: str) -> None:
        spoken = BY_KEY.get(key)
        if spoken is None or spoken.is_import:
            return self._send(403, "application/xml", b"<Error/>")
        body = wav(spoken)
        asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
        if not asked:
            return self._send(200, "audio/wav", body, {"accept-ranges": "bytes"})
        first = int(asked[1])
        last = min(int(asked[2] or len(body) - 1), len(body) - 1)
        if first > last:
            return self._send(416, "audio/wav", b"", {"content-range": f"bytes */{len(body)}"})
        part = {"accept-ranges": "bytes", "content-range": f"bytes {first}-{last}/{len(body)}"}
        return self._send(206, "audio/wav", body[first : last + 1], part)

    def _site(self, path: str) -> None:
        """As the functions in infra/edge have it: what is no part of the page gets it, as a 404."""
        if not re.match(r"/(css|js|img)/", path):
            status = 200 if path in ("/", "/index.html") else 404
            return self._send(status, "text/html; charset=utf-8", content(NOT_FOUND))
        try:
            body = content(unquote(path).lstrip("/"))
        except FileNotFoundError:
            return self._send(403, "application/xml", b"<Error/>")
        type_ = TYPES.get(Path(path).suffix, "application/octet-stream")
        return self._send(200, f"{type_}; charset=utf-8", body)

    def _json(self, status: int, body: Any) -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self._send(status, "application/json", text.encode())

    def _send(
        self, status: int, type_: str, body: bytes, headers: dict[str, str] | None = None
    ) -> None:
        self.send_response(status)
        for name, value in {
            "content-type": type_,
            "content-length": str(len(body)),
            "cache-control": "no-store",
            "content-security-policy": self.policy,
            "x-content-type-options": "nosniff",
            "x-frame-options": "DENY",
            "referrer-policy": "no-referrer",
            **(headers or {}),
        }.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Tests are quiet."""


class Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request: Any, client_address: object) -> None:
        """A browser that leaves in the middle of an answer is nothing to report."""
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


def serve(port: int = 0) -> Server:
    return Server(("127.0.0.1", port), Handler)


if __name__ == "__main__":
    server = serve(int(sys.argv[1]) if sys.argv[1:] else 8080)
    print(f"http://127.0.0.1:{server.server_port}/")
    server.serve_forever()
