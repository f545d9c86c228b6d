"""Starts and stops the decoder process: one warm process, shared by all threads."""

import atexit
import contextlib
import os
import socket
import subprocess
import sys
import threading

from earshot.audio import messages
from earshot.audio.jail import ALLOW_UNCONFINED
from earshot.audio.jail import hide as hide

_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR", ALLOW_UNCONFINED)
_STOP_TIMEOUT_S = 5.0  # for the process to end after its control socket was closed

_lock = threading.Lock()
_running: "_Zygote | None" = None


class _Zygote:
    """A running `python -m earshot.audio.zygote`, and the control socket to ask it for children."""

    def __init__(self) -> None:
        self.control, theirs = socket.socketpair()
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-P", "-m", "earshot.audio.zygote", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                env=_environment(),
            )

    def close(self) -> None:
        self.control.close()
        try:
            self.process.wait(_STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _environment() -> dict[str, str]:
    """Only what the decoder needs, because an exploited codec must not see the caller's secrets.

    The caller's own environment and memory are hidden from it (earshot.audio.jail.hide).
    """
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # The child must import the same packages as the caller, from wherever the caller found them: a
    # Lambda layer, PYTHONPATH, a path that a test runner added.
    kept["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    kept["OPENBLAS_NUM_THREADS"] = "1"
    return kept


def start() -> None:
    """Starts the decoder process if none runs, and hides this process from it and from others.

    Returns at once, before the decoder process is ready.
    """
    _start()


def _start() -> _Zygote:
    global _running
    hide()  # whoever takes over a codec must not read the secrets of this process
    with _lock:
        if _running is None or _running.process.poll() is not None:
            if _running is not None:
                _running.control.close()
            _running = _Zygote()
        return _running


def child(timeout_s: float = 60.0) -> socket.socket:
    """A socket to a new child of the decoder process.

    `timeout_s` is in seconds and includes the start of the process. Raises OSError.
    """
    for _ in range(2):
        zygote = _start()
        ours, theirs = socket.socketpair()
        ours.settimeout(timeout_s)
        try:
            with theirs:
                socket.send_fds(zygote.control, [b"."], [theirs.fileno()])
            if messages.receive(ours) is not None:
                return ours
        except ConnectionError:
            pass
        ours.close()
        # The process died before or during this request: try once more with a new one.
        with contextlib.suppress(subprocess.TimeoutExpired):
            zygote.process.wait(_STOP_TIMEOUT_S)
    raise ConnectionError("The decoder process died twice.")


@atexit.register
def stop() -> None:
    """Stops the decoder process; the next file starts a new one."""
    global _running
    with _lock:
        zygote, _running = _running, None
    if zygote is not None:
        with contextlib.suppress(OSError):
            zygote.close()


def _forget() -> None:
    """In a fork of the caller: its parent stops the decoder process. The socket still works."""
    global _lock
    _lock = threading.Lock()
    atexit.unregister(stop)


os.register_at_fork(after_in_child=_forget)
