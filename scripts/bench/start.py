"""How long the speech function takes from nothing to its first answer, run as Lambda runs it.

The model is read once from the page cache and once from the disk, as in a fresh machine. Processor
time is counted beside the clock, because other work here hardly changes it. What this leaves out is
Lambda's own part: finding a machine and fetching the image's chunks over its network.
"""

import base64
import json
import os
import time
from pathlib import Path
from typing import Annotated, Any

import typer

from scripts import ROOT
from scripts.bench.cold import ENVIRONMENT
from scripts.lambda_runtime import LambdaRuntime

SAMPLE = ROOT / "samples" / "morning-bread.mp3"


def start(
    model: Annotated[Path, typer.Option(help="An ONNX folder.")] = ROOT / "models" / "demo",
    audio: Annotated[Path, typer.Option(help="The recording to ask with.")] = SAMPLE,
    times: Annotated[int, typer.Option(help="Starts of each kind; the median counts.")] = 3,
) -> None:
    """Time the start of the function with the model, and its first two answers."""
    for evicted in (False, True):
        runs = [_run(model.resolve(), audio, evicted) for _ in range(times)]
        middle = sorted(runs, key=lambda run: run["start_s"])[times // 2]
        print(
            json.dumps(
                {
                    "figure": "speech function, from the disk" if evicted else "speech function",
                    "model": model.resolve().name,
                    "audio": audio.name,
                    **{name: round(seconds, 2) for name, seconds in middle.items()},
                    "limit_s": 29,
                }
            ),
            flush=True,
        )


def _run(model: Path, audio: Path, evicted: bool) -> dict[str, float]:
    if evicted:
        _evict(model)
    environment = ENVIRONMENT | {"EARSHOT_MODEL": str(model), "HF_HUB_OFFLINE": "1"}
    runtime = LambdaRuntime("api.handler.handler", ROOT / "lambdas", environment, timeout_s=300)
    with runtime as function:
        figures = {"start_s": runtime.init_seconds, "start_cpu_s": function.processor_seconds}
        for which in ("first", "second"):
            began, computed = time.perf_counter(), function.processor_seconds
            answer = function.invoke(_request(audio))
            if answer["statusCode"] != 200:
                raise RuntimeError(answer["body"])
            figures[f"{which}_answer_s"] = time.perf_counter() - began
            figures[f"{which}_answer_cpu_s"] = function.processor_seconds - computed
        return figures


def _evict(folder: Path) -> None:
    """Drop the files from the page cache, so that they are read from the disk again."""
    os.sync()
    for file in folder.rglob("*"):
        if file.is_file():
            with file.open("rb") as opened:
                os.posix_fadvise(opened.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _request(audio: Path) -> dict[str, Any]:
    """An HTTP API's event, payload format 2.0."""
    head = f'--b\r\nContent-Disposition: form-data; name="file"; filename="{audio.name}"\r\n\r\n'
    body = head.encode() + audio.read_bytes() + b"\r\n--b--\r\n"
    return {
        "version": "2.0",
        "routeKey": "POST /asr",
        "rawPath": "/asr",
        "rawQueryString": "",
        "headers": {
            "authorization": f"Bearer {ENVIRONMENT['EARSHOT_API_KEY']}",
            "content-type": "multipart/form-data; boundary=b",
            "content-length": str(len(body)),
        },
        "requestContext": {
            "http": {
                "method": "POST",
                "path": "/asr",
                "protocol": "HTTP/1.1",
                "sourceIp": "192.0.2.1",
                "userAgent": "bench",
            },
            "requestId": "1",
            "stage": "$default",
        },
        "body": base64.b64encode(body).decode(),
        "isBase64Encoded": True,
    }
