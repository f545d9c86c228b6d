"""MiniStack, the AWS emulator, as a daemon on loopback. It forgets everything when it stops."""

import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx

from earshot.errors import EarshotError
from scripts.local import daemon

REGION = "us-east-1"
ACCOUNT = "000000000000"
PROGRAM = Path(__file__).with_name("patched_ministack.py")
MARK = PROGRAM.name
_DROPPED = ("AWS_ENDPOINT_URL", "AWS_PROFILE", "AWS_SESSION_TOKEN", "OPENSEARCH_URL", "PYTHONPATH")


class EmulatorError(EarshotError):
    """The emulator did not come up; the message ends with its last lines."""


def credentials(endpoint_url: str) -> dict[str, str]:
    """What AWS clients need in their environment to talk to the emulator."""
    return {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ENDPOINT_URL": endpoint_url,
    }


def clean_environment() -> dict[str, str]:
    """The environment without what would lead an AWS client elsewhere; our own tools first."""
    kept = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    kept["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return kept


def endpoint(home: Path) -> str | None:
    """Where the emulator of this folder answers; None when it does not (any more)."""
    running = daemon.remembered(home)
    url = f"http://127.0.0.1:{running.port}" if running else None
    return url if url and is_healthy(url) else None


def start(
    home: Path, say: Callable[[str], None], port: int | None = None, *, enforces_iam: bool = False
) -> str:
    """Start afresh, on `port` or a free one; the address it answers at.

    With `enforces_iam`, functions may do what their roles say and no more, as on AWS.
    """
    daemon.stop(home)
    scratch = home / "tmp"
    shutil.rmtree(scratch, ignore_errors=True)
    scratch.mkdir(parents=True)
    port = port or daemon.free_port()
    url = f"http://127.0.0.1:{port}"
    log = home / "emulator.log"
    say("Starting the AWS emulator …")
    running = daemon.launch(
        home,
        [sys.executable, "-P", str(PROGRAM)],  # -P: our modules must not hide the emulator's
        mark=MARK,
        port=port,
        environment=clean_environment() | _settings(scratch, port, enforces_iam),
        log=log,
    )
    deadline = time.monotonic() + 60
    while running.is_alive() and time.monotonic() < deadline:
        if is_healthy(url):
            return url
        time.sleep(0.05)
    daemon.stop(home)
    last_lines = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
    raise EmulatorError(
        f"The emulator did not come up on port {port}. Its last lines:\n{last_lines}"
    )


def is_healthy(url: str) -> bool:
    try:
        return httpx.get(f"{url}/_ministack/health", timeout=5).is_success
    except httpx.HTTPError:
        return False


def _settings(scratch: Path, port: int, enforces_iam: bool) -> dict[str, str]:
    return {
        "BIND_HOST": "127.0.0.1",
        "AUTH": str(enforces_iam).lower(),
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "TMPDIR": str(scratch),
        # One thread a model run: two workers share two cores, and waiting threads spin.
        "OMP_NUM_THREADS": os.environ.get("OMP_NUM_THREADS", "1"),
    }
