"""The API: how long its function takes to start, what our layers cost, how fast it answers.

The references are measured in the same run: a bare FastAPI app that does nothing but answer. What
happens in one process is counted in processor time, which other work here hardly changes.
"""

import json
import logging
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from itertools import chain
from types import SimpleNamespace
from typing import Annotated, Any

import typer

from earshot.cli import outputs
from earshot.cli.outputs import Outputs
from scripts.bench import cold
from scripts.bench.cold import quantiles
from scripts.bench.crowd import crowd

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
    for figure in (*cold.starts(starts), *_layers(requests)):
        print(json.dumps(figure), flush=True)
    try:
        target = outputs.find(stack)
    except outputs.NoDeployment as fault:
        print(f"left out the deployed API: {fault}", file=sys.stderr)
        return
    crowded = crowd(target, clients, seconds) if clients else ()
    for figure in chain(_answers(target, requests), crowded):
        print(json.dumps(figure), flush=True)


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
            seconds[name].append(
                _timed(partial(handler, cold.request("/ping"), context), time.process_time)
            )
    for name, taken in seconds.items():
        yield {"figure": f"processor time of GET /ping: {name}", **quantiles(taken)}


def _answers(target: Outputs, count: int) -> Iterator[Mapping[str, Any]]:
    """One request after the other over a connection that is kept."""
    import httpx

    with httpx.Client(base_url=target.api_url, timeout=30) as client:
        for address in ADDRESSES:
            client.get(address).raise_for_status()  # warm
            taken = [_timed(partial(client.get, address)) for _ in range(count)]
            yield {"figure": f"GET {address} over HTTP", **quantiles(taken)}


def _timed(action: Callable[[], Any], clock: Callable[[], float] = time.perf_counter) -> float:
    began = clock()
    action()
    return clock() - began
