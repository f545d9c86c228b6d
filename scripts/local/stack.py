"""The whole stack on this machine: up, down, and is it well?"""

import json
import os
import shutil
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import httpx

from earshot.cli import outputs
from earshot.cli.outputs import LOCAL_OUTPUTS, Outputs
from earshot.search.client import connect
from earshot.search.index import SearchIndex
from infra.local import LOCAL_DEFAULTS
from scripts import ROOT
from scripts.local import daemon, deploy, emulator, opensearch, worker
from scripts.local.models import model_source, writer_source
from scripts.local.site import copy_site

HOME = ROOT / ".local"
REFRESH_INTERVAL: str = LOCAL_DEFAULTS["refresh_interval"]

Say = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Files:
    """Where one local stack keeps what it needs to be found again."""

    home: Path

    @property
    def emulator(self) -> Path:
        return self.home / "emulator"

    @property
    def node(self) -> Path:
        return self.home / "node"

    @property
    def worker(self) -> Path:
        return self.home / "worker"

    @property
    def assembly(self) -> Path:
        return self.home / "cdk.out"

    @property
    def state(self) -> Path:
        return self.home / "state.json"

    @property
    def port(self) -> Path:
        return self.home / "port"

    @property
    def outputs(self) -> Path:
        return self.home / LOCAL_OUTPUTS.name


def up(
    say: Say,
    model: str | None = None,
    writer: str | None = None,
    home: Path = HOME,
    settings: Mapping[str, str] | None = None,
    enforces_iam: bool = False,
) -> Outputs:
    """Bring the stack up, or find it up; what is stale or half dead is replaced.

    `settings` are more of the stack's; with `enforces_iam`, functions are held to their roles.
    """
    files = Files(home)
    start = partial(emulator.start, files.emulator, say, enforces_iam=enforces_iam)
    with daemon.locked(home / "stack.lock"):
        deploy.ensure_cli(say)
        running = emulator.endpoint(files.emulator)
        with ThreadPoolExecutor(1) as pool:
            node = pool.submit(opensearch.start, files.node, say)
            url = running or start(port=_wanted_port(files))
            if not running:
                files.state.unlink(missing_ok=True)
                files.port.write_text(url.rpartition(":")[2])
                deploy.bootstrap(url, say)
            search_url = node.result()
        context = {
            "target": "local",
            "stack_name": deploy.STACK,  # whatever cdk.json calls the one on AWS
            "endpoint_port": url.rpartition(":")[2],
            "local_model": model_source(model, say),
            "local_writer": writer_source(writer, say),
            "opensearch_url": search_url,
            **(settings or {}),
        }
        fingerprint = deploy.fingerprint(context)
        state = _state(files)
        if state.get("fingerprint") == fingerprint and _is_well(state["outputs"]):
            say("The stack is up already.")
        else:
            if running and state.get("opensearch_url") != search_url:
                # Another search node knows nothing of what the table holds: begin anew.
                say("The search node was replaced: deploying afresh.")
                url = start(port=int(context["endpoint_port"]))
                deploy.bootstrap(url, say)
                running = None
            worker.stop(files.worker)  # it has the old code and perhaps the old addresses
            state = _deploy(files, url, context, fingerprint, say)
            if not running:
                _begin_index(search_url, state["cdk"]["IndexAlias"])
        copy_site(state["cdk"]["SiteBucket"], url)
        start_worker(home)
        return Outputs(**state["outputs"])


def down(say: Say, home: Path = HOME) -> None:
    """Stop everything; no process stays."""
    files = Files(home)
    with daemon.locked(home / "stack.lock"):
        worker.stop(files.worker)
        daemon.stop(files.emulator)
        opensearch.stop(files.node)
        for file in (files.state, files.outputs):
            file.unlink(missing_ok=True)
        shutil.rmtree(files.emulator / "tmp", ignore_errors=True)
    say("The stack is down.")


def destroy(say: Say, home: Path = HOME) -> None:
    """`cdk destroy`; the emulator goes on, with what outlives the stack (`local_keeps`)."""
    files = Files(home)
    with daemon.locked(home / "stack.lock"):
        worker.stop(files.worker)
        url = emulator.endpoint(files.emulator)
        if url:
            deploy.destroy(url, files.assembly, say)
        # The search node stays, too: another one would mean to begin anew.
        known = {"opensearch_url": _state(files).get("opensearch_url")}
        files.state.write_text(json.dumps(known))
        files.outputs.unlink(missing_ok=True)


def is_up(home: Path = HOME) -> bool:
    """Whether a deployed stack answers."""
    files = Files(home)
    return files.outputs.exists() and _is_well(_state(files).get("outputs", {}))


def start_worker(home: Path = HOME) -> None:
    """Start the bulk lane's worker of a stack that is up, if it has the lane and none runs."""
    files = Files(home)
    state = _state(files)
    if "BulkQueueUrl" not in state["cdk"]:
        return
    worker.start(
        files.worker,
        state["outputs"]["aws_endpoint_url"],
        state["cdk"],
        state["model"],
        state["writer"],
    )


def model(home: Path = HOME) -> str:
    """The model that a stack that is up transcribes with."""
    return str(_state(Files(home))["model"])


def writer(home: Path = HOME) -> str:
    """Its writer, or "none"."""
    return str(_state(Files(home))["writer"])


def kill_worker(home: Path = HOME) -> None:
    """As a machine that dies would: without a word."""
    worker.stop(Files(home).worker)


def _deploy(
    files: Files, url: str, context: Mapping[str, str], fingerprint: str, say: Say
) -> Mapping[str, Any]:
    files.state.unlink(missing_ok=True)  # until it is done, there is nothing to rely on
    deploy.synthesize(context, fingerprint, files.assembly, say)
    cdk = {
        # The emulator says localhost, which may mean ::1 first.
        name: value.replace("//localhost:", "//127.0.0.1:") if "QueueUrl" in name else value
        for name, value in deploy.deploy(url, files.assembly, say).items()
    }
    session = boto3.Session("test", "test", region_name=emulator.REGION)
    secrets = session.client("secretsmanager", endpoint_url=url)
    key = secrets.get_secret_value(SecretId=cdk["ApiKeySecret"])["SecretString"]
    label = cdk["SiteUrl"].removeprefix("https://").partition(".")[0]
    found = replace(
        outputs.from_cdk(cdk, emulator.REGION, key),
        aws_endpoint_url=url,
        api_url=f"{url}/_aws/execute-api/{cdk['ApiId']}",
        site_url=f"http://{label}.cloudfront.localhost:{context['endpoint_port']}/",
    )
    outputs.write(found, files.outputs)
    state = {
        "fingerprint": fingerprint,
        "opensearch_url": context["opensearch_url"],
        "model": context["local_model"],
        "writer": context["local_writer"],
        "cdk": dict(cdk),
        "outputs": json.loads(files.outputs.read_text()),
    }
    files.state.write_text(json.dumps(state))
    return state


def _state(files: Files) -> Mapping[str, Any]:
    try:
        state: Mapping[str, Any] = json.loads(files.state.read_text())
    except (OSError, ValueError):
        return {}
    return state


def _is_well(known: Mapping[str, Any]) -> bool:
    try:
        return bool(httpx.get(f"{known['api_url']}/ping", timeout=30).json()["message"] == "pong")
    except (httpx.HTTPError, ValueError, KeyError):
        return False


def _wanted_port(files: Files) -> int | None:
    """EARSHOT_PORT, or the last one if it is free: what was synthesized for it serves again."""
    if port := os.environ.get("EARSHOT_PORT"):
        return int(port)
    try:
        last = int(files.port.read_text())
    except (OSError, ValueError):
        return None
    return last if daemon.is_free(last) else None


def _begin_index(opensearch_url: str, alias: str) -> None:
    """A fresh table has an empty projection, also on a node that outlived the last one.

    It is made here rather than by the first recording, so that a search before that finds nothing
    instead of failing.
    """
    httpx.delete(f"{opensearch_url}/{alias}-*", timeout=30).raise_for_status()
    SearchIndex(connect(opensearch_url), alias, REFRESH_INTERVAL).ensure()
