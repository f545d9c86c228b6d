"""The decoder process: warm, single-threaded, forks one limited child for each file.

earshot.audio.sandbox starts it as `python -m earshot.audio.zygote FD`, without secrets in its
environment. A new interpreter for each file would take about a second; a fork takes milliseconds.

To ask for a child, the caller sends one byte on the control socket with a socket attached. Over
that socket the child receives its request and sends its answer (earshot.audio.messages). So any
number of threads and forks of the caller can ask at once. If a limit kills the child, the caller
sees the end of the stream.
"""

import contextlib
import gc
import json
import os
import resource
import signal
import socket
import sys
from pathlib import Path

import numpy as np
import numpy.typing as npt

from earshot.audio import messages, reader
from earshot.audio.limits import SAMPLE_RATE, Limits
from earshot.audio.resample import Resampler
from earshot.errors import (
    AudioError,
    AudioTooLarge,
    AudioTooLong,
    CorruptAudio,
    EmptyAudio,
    NotAudio,
)

MAX_OPEN_FILES = 64


def main() -> None:
    control = socket.socket(fileno=int(sys.argv[1]))
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # the kernel reaps children
    signal.signal(
        signal.SIGINT, signal.SIG_IGN
    )  # Ctrl-C is for the caller, which then closes the control socket
    with contextlib.suppress(ImportError):
        import av  # noqa: F401 (imported once, for all children)
    gc.collect()
    gc.freeze()
    while True:
        message, fds, _, _ = socket.recv_fds(control, 1, 1)
        if not message:
            return  # the caller has closed the control socket
        if os.fork() == 0:
            control.close()
            with socket.socket(fileno=fds[0]) as answer:
                _serve(answer)
            os._exit(0)
        os.close(fds[0])


def _serve(answer: socket.socket) -> None:
    """Serves the one request on `answer`: sends samples, then the end or an error."""
    messages.send(answer, messages.MessageType.READY)
    message = messages.receive(answer)
    if message is None:
        return
    request = json.loads(message[1])
    limits = Limits(**request["limits"])
    _confine(limits)
    try:
        _decode(answer, Path(request["path"]), limits, request["channels"])
        return
    except (BrokenPipeError, ConnectionResetError):
        return  # the caller has closed the socket
    except AudioError as expected:
        error = expected
    except MemoryError:
        error = CorruptAudio("Decoding this file needs more memory than the limit.")
    except Exception:
        error = CorruptAudio("The file can't be read as audio.")
    body = json.dumps({"code": error.code, "message": error.message}).encode()
    with contextlib.suppress(OSError):
        messages.send(answer, messages.MessageType.ERROR, body)


def _confine(limits: Limits) -> None:
    """Limits this process for good: memory, CPU time, open files; no writing, no core dump."""
    os.dup2(os.open(os.devnull, os.O_RDWR), 2)  # libmpg123 and FFmpeg print warnings
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_OPEN_FILES, MAX_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    if sys.platform == "linux":
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        bound = mapped + limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))


def _decode(answer: socket.socket, path: Path, limits: Limits, channels: int) -> None:
    if not path.is_file():
        raise NotAudio("There is no such file.")
    size = path.stat().st_size
    if size == 0:
        raise EmptyAudio("The file is empty.")
    if size > limits.max_bytes:
        raise AudioTooLarge(f"The file is larger than {limits.max_bytes / 1e6:,.0f} MB.")
    allowed = max(limits.expansion_free_seconds, size / 1024 * limits.max_seconds_per_kib)
    sent = 0

    def send(samples: npt.NDArray[np.float32]) -> None:
        nonlocal sent
        sent += len(samples)
        if sent > limits.max_seconds * SAMPLE_RATE:
            raise AudioTooLong(f"The recording is longer than {_spoken(limits.max_seconds)}.")
        if sent > allowed * SAMPLE_RATE:
            raise AudioTooLarge(f"{size:,} bytes hold more than {_spoken(allowed)} of audio.")
        signal.alarm(0)  # a slow caller is no stall
        if len(samples):
            messages.send(
                answer, messages.MessageType.SAMPLES, np.ascontiguousarray(samples).data.cast("B")
            )
        signal.alarm(limits.stall_seconds)

    signal.alarm(limits.stall_seconds)
    resampler: Resampler | None = None
    for block in reader.blocks(path):
        if resampler is None or resampler.rate != block.rate:
            if resampler is not None:
                send(resampler.flush())
            resampler = Resampler(block.rate, channels)
        send(resampler.feed(block.samples))
    if resampler is not None:
        send(resampler.flush())
    if not sent:
        raise EmptyAudio("The file holds no audio.")
    signal.alarm(0)
    messages.send(answer, messages.MessageType.END)


def _spoken(seconds: float) -> str:
    """A duration in words."""
    if seconds >= 7200:
        return f"{seconds / 3600:g} hours"
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:g} seconds"


if __name__ == "__main__":
    main()
