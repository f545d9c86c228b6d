"""Serves the sounds of a folder, in ranges too, as the CDN does."""

import contextlib
import re
from http.server import BaseHTTPRequestHandler
from pathlib import Path

TYPES = {
    ".flac": "audio/flac",
    ".m4a": "audio/mp4",
    ".mp3": "audio/mpeg",
    ".ogg": "audio/ogg",
    ".opus": "audio/ogg",
    ".wav": "audio/wav",
    ".webm": "audio/webm",
}


def handler(folder: Path) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            name = self.path.lstrip("/")
            if not name:
                return self._send(200, "text/html", b"<!doctype html><title>Sounds</title>")
            if not (folder / name).is_file():
                return self._send(404, "text/plain", b"")
            body = (folder / name).read_bytes()
            kind = TYPES[Path(name).suffix]
            asked = re.fullmatch(r"bytes=(\d+)-(\d*)", self.headers.get("range", ""))
            if not asked:
                return self._send(200, kind, body)
            first = int(asked[1])
            last = min(int(asked[2] or len(body) - 1), len(body) - 1)
            whole = f"bytes {first}-{last}/{len(body)}"
            return self._send(206, kind, body[first : last + 1], {"content-range": whole})

        def _send(
            self, status: int, kind: str, body: bytes, more: dict[str, str] | None = None
        ) -> None:
            self.send_response(status)
            headers = {"content-type": kind, "content-length": str(len(body))}
            for name, value in {**headers, "accept-ranges": "bytes", **(more or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            with contextlib.suppress(ConnectionError):  # a browser seeks on before all has come
                self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Tests are quiet."""

    return Handler
