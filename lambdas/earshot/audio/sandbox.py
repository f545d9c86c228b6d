"""The caller's side of the decoder process: one warm process, shared by all threads."""

import atexit
import contextlib
import ctypes
import os
import socket
import subprocess
import sys
import threading

from earshot.audio import frames

_ENVIRONMENT = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "TMPDIR")
_PR_SET_DUMPABLE = 4  # of prctl(2)
_PATIENCE = 5.0  # seconds from end of file to the process's end

_lock = threading.Lock()
_running: "_Zygote | None" = None


class _Zygote:
    """A running `python -m earshot.audio.zygote` and the socket that asks it for children."""

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
            self.process.wait(_PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _environment() -> dict[str, str]:
    """What the decoder needs and no more: a codec's fault must not reach the caller's keys.

    Those lie open to processes of the same user all the same, unless the caller calls `hide`.
    """
    kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    # The child imports what the caller imports, however the caller found it (a Lambda's layers,
    # a PYTHONPATH, a test runner's insertions).
    kept["PYTHONPATH"] = os.pathsep.join(path for path in sys.path if path)
    kept["OPENBLAS_NUM_THREADS"] = "1"
    return kept


def hide() -> None:
    """Closes this process's memory and environment to others of its user, as its decoder is.

    For functions, whose keys are in the environment. Linux alone; nobody can debug it then.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0)


def start() -> None:
    """Starts the decoder process if none runs; returns at once, while it imports on its own."""
    _start()


def _start() -> _Zygote:
    global _running
    with _lock:
        if _running is None or _running.process.poll() is not None:
            if _running is not None:
                _running.control.close()
            _running = _Zygote()
        return _running


def child(patience: float = 60.0) -> socket.socket:
    """A new child of the decoder process, at the other end of the socket returned.

    `patience` is in seconds, for the process's start included. Raises OSError if none comes.
    """
    for _ in range(2):
        zygote = _start()
        ours, theirs = socket.socketpair()
        ours.settimeout(patience)
        try:
            with theirs:
                socket.send_fds(zygote.control, [b"."], [theirs.fileno()])
            if frames.receive(ours) is not None:
                return ours
        except ConnectionError:
            pass
        ours.close()
        # It died, before or with this request in its hands: once more with a new one.
        with contextlib.suppress(subprocess.TimeoutExpired):
            zygote.process.wait(_PATIENCE)
    raise ConnectionError("The decoder process can't be kept running.")


@atexit.register
def stop() -> None:
    """Ends the decoder process; the next file starts another."""
    global _running
    with _lock:
        zygote, _running = _running, None
    if zygote is not None:
        with contextlib.suppress(OSError):
            zygote.close()


def _forget() -> None:
    """In a forked copy of the caller: the process is another's to stop, the socket still works."""
    global _lock
    _lock = threading.Lock()
    atexit.unregister(stop)


os.register_at_fork(after_in_child=_forget)
