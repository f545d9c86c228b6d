"""Runs a function the way Lambda does: AWS's runtime client against a Runtime API on loopback.

The API is the one of AWS's guide "Using the Lambda runtime API for custom runtimes": the client
fetches an event, runs the handler and posts what it answers.
"""

import json
import os
import queue
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Mapping, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self

VERSION = "/2018-06-01/runtime"


class FunctionError(RuntimeError):
    """The function raised, or did not start; the message is what it told Lambda or printed."""


class LambdaRuntime:
    """One function, started when entered and stopped when left.

    `task_root` is where its code lies; `path` is what it may import besides, and nothing else is
    within reach when `python` is an interpreter without packages. `environment` is the function's.
    """

    def __init__(
        self,
        handler: str,
        task_root: Path,
        environment: Mapping[str, str],
        *,
        path: Sequence[Path] = (),
        python: Sequence[str] = (sys.executable,),
        timeout_s: float = 60,
    ) -> None:
        self._handler = handler
        self._task_root = task_root
        self._environment = environment
        self._path = path
        self._python = python
        self._timeout_s = timeout_s
        self._api = _RuntimeApi(timeout_s)
        self.init_seconds = 0.0

    def __enter__(self) -> Self:
        threading.Thread(target=self._api.serve_forever, daemon=True).start()
        started = time.perf_counter()
        self._process = subprocess.Popen(
            [*self._python, "-m", "awslambdaric", self._handler],
            cwd=self._task_root,
            env=self._whole_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self._printed: list[str] = []
        threading.Thread(target=self._read, daemon=True).start()
        while not self._api.asked.wait(0.02):
            if self._api.init_error or self._process.poll() is not None:
                self._process.wait(self._timeout_s)
                raise FunctionError(self._api.init_error or self.printed)
            if time.perf_counter() - started > self._timeout_s:
                self.__exit__(None, None, None)
                raise FunctionError(f"It did not start in {self._timeout_s} s:\n{self.printed}")
        self.init_seconds = time.perf_counter() - started
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        fault: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        self._api.shutdown()
        self._api.server_close()

    @property
    def printed(self) -> str:
        """What the function wrote to its log so far."""
        return "".join(self._printed)

    @property
    def processor_seconds(self) -> float:
        """What the function's process has computed so far, on all cores (Linux alone knows)."""
        stat = Path(f"/proc/{self._process.pid}/stat").read_text()
        user, system = stat.rpartition(")")[2].split()[11:13]
        return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")

    def invoke(self, event: Any) -> Any:
        """The function's answer to the event. Raises FunctionError."""
        request_id = str(uuid.uuid4())
        answer = self._api.ask(request_id, json.dumps(event).encode())
        try:
            kind, body = answer.get(timeout=self._timeout_s)
        except queue.Empty:
            raise FunctionError(f"No answer in {self._timeout_s} s:\n{self.printed}") from None
        if kind == "error":
            raise FunctionError(body.decode())
        return json.loads(body)

    def _read(self) -> None:
        assert self._process.stdout is not None  # noqa: S101
        self._printed.extend(self._process.stdout)

    def _whole_environment(self) -> dict[str, str]:
        path = [str(self._task_root), *(str(one) for one in self._path)]
        return {
            "PATH": os.environ.get("PATH", ""),
            "PYTHONPATH": os.pathsep.join(path),
            "PYTHONNOUSERSITE": "1",
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "LAMBDA_TASK_ROOT": str(self._task_root),
            "AWS_LAMBDA_RUNTIME_API": f"127.0.0.1:{self._api.server_address[1]}",
            "AWS_LAMBDA_FUNCTION_NAME": "function",
            "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "3538",
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
            "_HANDLER": self._handler,
            **self._environment,
        }


class _RuntimeApi(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, timeout_s: float) -> None:
        super().__init__(("127.0.0.1", 0), _RuntimeApiHandler)
        self.asked = threading.Event()
        self.init_error = ""
        self.events: queue.Queue[tuple[str, bytes]] = queue.Queue()
        self.answers: dict[str, queue.Queue[tuple[str, bytes]]] = {}
        self.timeout_s = timeout_s

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Says nothing: a function that is stopped hangs up while it waits for its next event."""

    def ask(self, request_id: str, event: bytes) -> "queue.Queue[tuple[str, bytes]]":
        self.answers[request_id] = queue.Queue()
        self.events.put((request_id, event))
        return self.answers[request_id]


class _RuntimeApiHandler(BaseHTTPRequestHandler):
    server: _RuntimeApi
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.server.asked.set()
        request_id, event = self.server.events.get()
        deadline = int((time.time() + self.server.timeout_s) * 1000)
        self.send_response(200)
        self.send_header("Lambda-Runtime-Aws-Request-Id", request_id)
        self.send_header("Lambda-Runtime-Deadline-Ms", str(deadline))
        self.send_header("Lambda-Runtime-Invoked-Function-Arn", f"arn:aws:lambda:::{request_id}")
        self.send_header("Lambda-Runtime-Trace-Id", "Root=1-0-0;Parent=0;Sampled=0")
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(event)))
        self.end_headers()
        self.wfile.write(event)

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        match self.path.removeprefix(VERSION).strip("/").split("/"):
            case ["invocation", request_id, kind]:
                self.server.answers[request_id].put((kind, body))
            case ["init", "error"]:
                self.server.init_error = body.decode()
        self.send_response(202)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002
        """Says nothing: the function's own log is what counts."""
