"""Runs pytest again and again, each time in a fork of a process that has imported the libraries.

Reads a line of JSON for each run, [arguments, patience in seconds], and answers with a line: the
exit code (null after the patience ended) and what was printed. Nothing of Earshot is imported here:
the runs read it anew.
"""

import importlib
import json
import os
import signal
import sys
import tempfile
import time
from importlib.metadata import entry_points

import pytest

LIBRARIES = (
    "boto3", "botocore.loaders", "breame.spelling", "fastapi.testclient", "httpx",
    "hypothesis.strategies", "metaphone", "moto", "moto.core.decorator", "moto.dynamodb", "moto.s3",
    "moto.sqs", "numpy", "onnxruntime", "opensearchpy", "pydantic_settings", "rapidfuzz.fuzz",
    "rapidfuzz.process", "rapidfuzz.distance", "rich.progress", "scipy", "snowballstemmer", "typer",
)  # fmt: skip


def run(arguments: list[str], patience_s: float) -> tuple[int | None, str]:
    with tempfile.TemporaryFile() as printed:
        child = os.fork()
        if not child:
            os.setpgrp()
            os.dup2(printed.fileno(), 1)
            os.dup2(printed.fileno(), 2)
            os._exit(pytest.main(arguments))
        code = _ended(child, patience_s)
        printed.seek(0)
        return code, printed.read().decode(errors="replace")


def _ended(child: int, patience_s: float) -> int | None:
    deadline, asking = time.monotonic() + patience_s, os.getppid()
    while time.monotonic() < deadline and os.getppid() == asking:  # nobody else would end it
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


if __name__ == "__main__":
    for library in LIBRARIES:
        importlib.import_module(library)
    for plugin in entry_points(group="pytest11"):  # pytest loads them all at each run
        plugin.load()
    for line in sys.stdin:
        print(json.dumps(run(*json.loads(line))), flush=True)
