"""The API: how long its function takes to start, what our layers cost, how fast it answers.

The references are measured in the same run: a bare FastAPI app that does nothing but answer. What
happens in one process is counted in processor time, which other work here hardly changes.
"""

import json
import logging
import os
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from itertools import chain
from types import SimpleNamespace
from typing import Annotated, Any

import typer

from earshot.cli import outputs
from earshot.cli.outputs import Outputs
from scripts import ROOT
from scripts.bench.crowd import crowd

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
STARTS: dict[str, tuple[str, dict[str, str]]] = {
    "light function": ("import api.handler", {}),
    "light function, no bytecode": ("import api.handler", UNCOMPILED),
    "reference: FastAPI and boto3 alone": ("import fastapi, boto3", {}),
}
ADDRESSES = ("/ping", "/recordings?size=20", "/search?q=the", "/suggest?q=th")


def api(
    starts: Annotated[int, typer.Option(help="How many fresh interpreters to start.")] = 7,
    requests: Annotated[int, typer.Option(help="How many requests to time, of each kind.")] = 200,
    clients: Annotated[
        int, typer.Option(help="Clients at once that search and transcribe; none if not given.")
    ] = 0,
    seconds: Annotated[float, typer.Option(help="For how long they do.")] = 60,
    stack: Annotated[str | None, typer.Option(help="A stack on AWS; else the local one.")] = None,
) -> None:
    """Time the API's start, its own share of a request, and the deployed one's answers."""
    for figure in (*_starts(starts), *_layers(requests)):
        print(json.dumps(figure), flush=True)
    try:
        target = outputs.find(stack)
    except outputs.NoDeployment as fault:
        print(f"left out the deployed API: {fault}", file=sys.stderr)
        return
    crowded = crowd(target, clients, seconds) if clients else ()
    for figure in chain(_answers(target, requests), crowded):
        print(json.dumps(figure), flush=True)


def _starts(count: int) -> Iterator[Mapping[str, Any]]:
    """Interleaved, so that whatever else the machine does is shared fairly."""
    environment = os.environ | ENVIRONMENT | {"PYTHONPATH": str(ROOT / "lambdas")}
    seconds: dict[str, list[float]] = {name: [] for name in STARTS}
    for _ in range(count):
        for name, (program, more) in STARTS.items():
            began = _children()
            subprocess.run([sys.executable, "-c", program], env=environment | more, check=True)
            seconds[name].append(_children() - began)
    for name, taken in seconds.items():
        yield {"figure": f"processor time to start: {name}", **_quantiles(taken)}


def _layers(count: int) -> Iterator[Mapping[str, Any]]:
    """GET /ping as API Gateway hands it over, through our app and through a bare one."""
    from fastapi import FastAPI
    from mangum import Mangum

    from api.app import create_app

    logging.getLogger("api").setLevel(logging.ERROR)  # lines are for functions, not for figures
    bare = FastAPI(openapi_url=None)
    bare.get("/ping")(lambda: {"message": "pong"})
    handlers = {
        "whole app": Mangum(create_app(), lifespan="off"),
        "reference: bare FastAPI": Mangum(bare, lifespan="off"),
    }
    context = SimpleNamespace(aws_request_id="bench")
    seconds: dict[str, list[float]] = {name: [] for name in handlers}
    for _ in range(count):
        for name, handler in handlers.items():
            seconds[name].append(_timed(partial(handler, _ping(), context), time.process_time))
    for name, taken in seconds.items():
        yield {"figure": f"processor time of GET /ping: {name}", **_quantiles(taken)}


def _answers(target: Outputs, count: int) -> Iterator[Mapping[str, Any]]:
    """One request after the other over a connection that is kept."""
    import httpx

    with httpx.Client(base_url=target.api_url, timeout=30) as client:
        for address in ADDRESSES:
            client.get(address).raise_for_status()  # warm
            taken = [_timed(partial(client.get, address)) for _ in range(count)]
            yield {"figure": f"GET {address} over HTTP", **_quantiles(taken)}


def _ping() -> dict[str, Any]:
    http = {"method": "GET", "path": "/ping", "sourceIp": "127.0.0.1"}
    return {
        "version": "2.0",
        "rawQueryString": "",
        "headers": {"host": "localhost"},
        "requestContext": {"http": http},
    }


def _children() -> float:
    """Processor seconds of all child processes so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _timed(action: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    action()
    return clock() - began


def _quantiles(seconds: Sequence[float]) -> Mapping[str, Any]:
    ranked = statistics.quantiles(seconds, n=20, method="inclusive")
    return {
        "count": len(seconds),
        "min_ms": round(min(seconds) * 1000, 2),
        "p50_ms": round(statistics.median(seconds) * 1000, 2),
        "p95_ms": round(ranked[18] * 1000, 2),
    }
