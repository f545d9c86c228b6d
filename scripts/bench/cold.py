"""How long the API's light function takes to start, and until its first answer.

Each figure is of a fresh interpreter and in processor time, counted until the work is done: a
function never ends, so what an interpreter does at its end is no part of it. The parts behind the
API are a server that says of everything that there is nothing.
"""

import json
import os
import statistics
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scripts import ROOT

# What the light function is told; nothing of it is reached when it starts.
ENVIRONMENT = {
    "EARSHOT_TABLE": "none",
    "EARSHOT_AUDIO_BUCKET": "none",
    "EARSHOT_TRANSCRIPTS_BUCKET": "none",
    "EARSHOT_OPENSEARCH_URL": "http://127.0.0.1:1",
    "EARSHOT_API_KEY": "a-key-for-the-benchmark",
    "AWS_DEFAULT_REGION": "us-east-1",
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
}
# A function's folder can't be written to: without bytecode in its archive, every start compiles.
UNCOMPILED = {"PYTHONDONTWRITEBYTECODE": "1", "PYTHONPYCACHEPREFIX": "/nonexistent"}
REFERENCE = "import fastapi, boto3"
START = "import api.handler"
STARTS: dict[str, tuple[str, dict[str, str]]] = {
    "light function": (START, {}),
    "light function, no bytecode": (START, UNCOMPILED),
    "reference: FastAPI and boto3 alone": (REFERENCE, {}),
}
FIRST = ("/ping", "/search?q=the", "/suggest?q=th", "/recordings?size=20", "/collection")
_ANSWER = """
import json, sys
from types import SimpleNamespace
answer = api.handler.handler(json.loads({event!r}), SimpleNamespace(aws_request_id="bench"))
assert answer["statusCode"] == 200, answer
"""
_TAKEN = "\nimport time; print(time.process_time())"


def starts(count: int) -> Iterator[Mapping[str, Any]]:
    """Interleaved, so that whatever else the machine does is shared fairly."""
    with _empty_parts() as address:
        told = {"EARSHOT_OPENSEARCH_URL": address, "AWS_ENDPOINT_URL": address}
        first = {
            f"light function and its first GET {path}": (START + _answered(path), told)
            for path in FIRST
        }
        programs = STARTS | first
        seconds: dict[str, list[float]] = {name: [] for name in programs}
        for _ in range(count):
            for name, (program, more) in programs.items():
                seconds[name].append(_taken(program, more))
    for name, taken in seconds.items():
        yield {"figure": f"processor time to start: {name}", **quantiles(taken)}


def request(path: str) -> dict[str, Any]:
    """GET of an address, as API Gateway hands it over."""
    path, _, query = path.partition("?")
    http = {"method": "GET", "path": path, "sourceIp": "127.0.0.1"}
    return {
        "version": "2.0",
        "rawQueryString": query,
        "headers": {"host": "localhost"},
        "requestContext": {"http": http},
    }


def quantiles(seconds: Sequence[float]) -> Mapping[str, Any]:
    ranked = statistics.quantiles(seconds, n=20, method="inclusive")
    return {
        "count": len(seconds),
        "min_ms": round(min(seconds) * 1000, 2),
        "p50_ms": round(statistics.median(seconds) * 1000, 2),
        "p95_ms": round(ranked[18] * 1000, 2),
    }


def _answered(path: str) -> str:
    return _ANSWER.format(event=json.dumps(request(path)))


def _taken(program: str, more: Mapping[str, str]) -> float:
    environment = {**os.environ, **ENVIRONMENT, "PYTHONPATH": str(ROOT / "lambdas"), **more}
    ran = subprocess.run(
        [sys.executable, "-c", program + _TAKEN],
        env=environment,
        check=True,
        stdout=subprocess.PIPE,
        text=True,
    )
    return float(ran.stdout.split()[-1])


@contextmanager
def _empty_parts() -> Iterator[str]:
    """The address of a table without rows and a search engine without an index, in one."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Nothing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Nothing(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        table = "x-amz-target" in self.headers
        missing = {"error": {"type": "index_not_found_exception"}, "status": 404}
        body = json.dumps({"Items": [], "Count": 0} if table else missing).encode()
        self.send_response(200 if table else 404)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *said: Any) -> None:
        """Nothing: a line a request says nothing here."""
