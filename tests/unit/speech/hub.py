"""A stand-in for the Hugging Face hub on loopback: the few routes that loading a model uses."""

import hashlib
import json
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import unquote, urlsplit

COMMIT = "0123456789abcdef0123456789abcdef01234567"
LFS_FROM = 10_000  # bytes; larger files are kept in LFS, known by sha256


@dataclass
class Hub:
    """Serves `files` as repository `name`; misbehaves as told."""

    files: dict[str, bytes]
    name: str = "someone/model"
    commit: str = COMMIT
    gated: bool = False
    cut: list[int] = field(default_factory=list)  # bytes after which downloads of weights break off
    damaged: set[str] = field(default_factory=set)  # files that arrive with a wrong byte
    served: list[tuple[str, str, str | None]] = field(default_factory=list)  # method, path, range
    url: str = ""

    def downloads(self, path: str) -> list[str | None]:
        """The Range of each GET of a file."""
        return [asked for method, name, asked in self.served if (method, name) == ("GET", path)]


def folder_files(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


@contextmanager
def serve(hub: Hub) -> Iterator[Hub]:
    handler = type("Handler", (_Handler,), {"hub": hub})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    hub.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    hub: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._route()

    def do_GET(self) -> None:
        self._route()

    def _route(self) -> None:
        path = unquote(urlsplit(self.path).path)
        if match := re.fullmatch(r"/api/models/(.+?)/revision/(.+)", path):
            if self._known(*match.groups()):
                siblings = [{"rfilename": name} for name in self.hub.files]
                self._json({"id": self.hub.name, "sha": self.hub.commit, "siblings": siblings})
        elif match := re.fullmatch(r"/api/models/(.+?)/tree/([^/]+)/?", path):
            if self._known(*match.groups()):
                self._json([self._entry(name) for name in self.hub.files])
        elif match := re.fullmatch(r"/(.+?)/resolve/([^/]+)/(.+)", path):
            name, revision, file = match.groups()
            if self._known(name, revision):
                self._file(file)
        else:
            self._error(404, "EntryNotFound")

    def _known(self, name: str, revision: str) -> bool:
        if name != self.hub.name:
            self._error(404, "RepoNotFound")
        elif self.hub.gated:
            self._error(403, "GatedRepo")
        elif revision not in ("main", self.hub.commit):
            self._error(404, "RevisionNotFound")
        else:
            return True
        return False

    def _entry(self, name: str) -> dict[str, object]:
        content = self.hub.files[name]
        entry: dict[str, object] = {
            "type": "file", "path": name, "size": len(content), "oid": _git(content),
        }  # fmt: skip
        if len(content) >= LFS_FROM:
            entry["lfs"] = {"oid": _sha(content), "size": len(content), "pointerSize": 130}
        return entry

    def _file(self, name: str) -> None:
        self.hub.served.append((self.command, name, self.headers.get("Range")))
        content = self.hub.files.get(name)
        if content is None:
            self._error(404, "EntryNotFound")
            return
        tag = _sha(content) if len(content) >= LFS_FROM else _git(content)
        start = 0
        if match := re.fullmatch(r"bytes=(\d+)-", self.headers.get("Range") or ""):
            start = int(match[1])
        if name in self.hub.damaged:
            content = content[:-1] + bytes([content[-1] ^ 1])
        self.send_response(206 if start else 200)
        self.send_header("X-Repo-Commit", self.hub.commit)
        self.send_header("ETag", f'"{tag}"')
        self.send_header("X-Linked-Etag", f'"{tag}"')
        self.send_header("X-Linked-Size", str(len(content)))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Content-Length", str(len(content) - start))
        if start:
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        self.end_headers()
        if self.command == "GET":
            body = content[start:]
            if name.endswith(".onnx") and self.hub.cut:
                self.wfile.write(body[: self.hub.cut.pop(0)])
                self.close_connection = True
                self.wfile.flush()
                self.connection.shutdown(2)
                return
            self.wfile.write(body)

    def _json(self, value: object) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(body)

    def _error(self, status: int, code: str) -> None:
        self.send_response(status)
        self.send_header("X-Error-Code", code)
        self.send_header("X-Error-Message", code)
        self.send_header("Content-Length", "0")
        self.end_headers()


def _sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _git(content: bytes) -> str:
    return hashlib.sha1(f"blob {len(content)}\0".encode() + content).hexdigest()  # noqa: S324
