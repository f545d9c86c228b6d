"""A background process that a folder remembers: started once, recognised, stopped for sure."""

import contextlib
import fcntl
import json
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Daemon:
    """A started process. `mark` stands in its command line, since process ids are used again."""

    pid: int
    mark: str
    port: int

    def is_alive(self) -> bool:
        return self.mark in _command(self.pid)


def launch(
    home: Path,
    command: Sequence[str],
    *,
    mark: str,
    port: int,
    environment: Mapping[str, str],
    log: Path,
    background: bool = False,
) -> Daemon:
    """Start `command` in a session of its own and remember it in `home`.

    In the `background` it gets what processor time others leave, and its log goes on where it was.
    """
    with log.open("ab" if background else "wb") as output:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            cwd=home,
            env=dict(environment),
        )
    if background:
        yield_to_others(process.pid)
    daemon = Daemon(process.pid, mark, port)
    remember(home, daemon)  # before it is up: whoever is interrupted can still stop it
    while not daemon.is_alive() and process.poll() is None:
        time.sleep(0.01)  # a process has its command line a moment after it was started
    return daemon


def yield_to_others(pid: int) -> None:
    """Let a process, and what it starts from now on, run when nothing else wants to."""
    os.setpriority(os.PRIO_PROCESS, pid, 19)
    if hasattr(os, "SCHED_IDLE"):  # Linux's, which is stricter
        os.sched_setscheduler(pid, os.SCHED_IDLE, os.sched_param(0))


def remember(home: Path, daemon: Daemon) -> None:
    fresh = home / "daemon.new"
    fresh.write_text(json.dumps(asdict(daemon)))
    fresh.replace(_file(home))


def remembered(home: Path) -> Daemon | None:
    """The daemon of this folder, if it still runs."""
    try:
        daemon = Daemon(**json.loads(_file(home).read_text()))
    except (OSError, ValueError, TypeError):
        return None
    return daemon if daemon.is_alive() else None


def stop(home: Path, patience: float = 5) -> None:
    """End the daemon of this folder and every process it left behind."""
    daemon = remembered(home)
    if daemon:
        os.kill(daemon.pid, signal.SIGTERM)
        deadline = time.monotonic() + patience
        while daemon.is_alive() and time.monotonic() < deadline:
            _reap(daemon.pid)
            time.sleep(0.05)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(daemon.pid, signal.SIGKILL)  # its session: workers that outlived it
        while daemon.is_alive():
            _reap(daemon.pid)
            time.sleep(0.05)
    for pid in _descendants(home):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    _file(home).unlink(missing_ok=True)


def free_port() -> int:
    """A port on loopback that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether nothing listens on this port of loopback."""
    with socket.socket() as probe:
        # As servers do: connections of the one before may linger.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Held by one process at a time: two `make` calls at once must not start two stacks."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _file(home: Path) -> Path:
    return home / "daemon.json"


def _command(pid: int) -> str:
    try:
        return (
            Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
        )
    except OSError:
        if Path("/proc/self").exists():
            return ""
    listing = ["ps", "-ww", "-p", str(pid), "-o", "command="]  # no /proc: macOS
    return subprocess.run(listing, capture_output=True, text=True, check=False).stdout


def _descendants(home: Path) -> Iterator[int]:
    """Processes that inherited this folder's TMPDIR, whatever became of their parents."""
    own = f"TMPDIR={home / 'tmp'}".encode()
    for process in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            if own in (process / "environ").read_bytes().split(b"\0"):
                yield int(process.name)


def _reap(pid: int) -> None:
    with contextlib.suppress(ChildProcessError):
        os.waitpid(pid, os.WNOHANG)  # a child of this very process would stay as a zombie
