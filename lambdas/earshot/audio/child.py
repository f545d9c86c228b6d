"""What the decoder's child does: it confines itself, and then serves one request about one file."""

import contextlib
import json
import os
import resource
import signal
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import numpy.typing as npt

from earshot.audio import count, jail, messages, reader, remux
from earshot.audio.findings import Notes
from earshot.audio.limits import SAMPLE_RATE, Limits
from earshot.audio.resample import Resampler
from earshot.errors import (
    AudioError,
    AudioTooLarge,
    AudioTooLong,
    CorruptAudio,
    EmptyAudio,
    NotAudio,
    Unconfined,
)

MAX_OPEN_FILES = 64
SURELY_SHORTER = 0.9  # times the limit: what packets say may be a little wrong

Samples = npt.NDArray[np.float32]


def serve(answer: socket.socket, unconfined: str) -> None:
    """Serves the one request on `answer`: sends samples, then the end or an error.

    `unconfined` says why there is no jail on this machine, if it is to be done without one.
    """
    messages.send(answer, messages.MessageType.READY)
    message = messages.receive(answer)
    if message is None:
        return
    request = json.loads(message[1])
    limits = Limits(**request["limits"])
    error: AudioError | Unconfined
    try:
        with _opened(Path(request["path"]), limits) as file:
            confine(limits, jailed=not unconfined)
            if request["copy"]:
                _copy(answer, file, limits)
            else:
                _decode(answer, file, limits, request["channels"], request["counted"])
        return
    except (BrokenPipeError, ConnectionResetError):
        return  # the caller has closed the socket
    except (AudioError, Unconfined) as expected:
        error = expected
    except MemoryError:
        error = CorruptAudio("Decoding this file needs more memory than the limit.")
    except Exception:
        error = CorruptAudio("The file can't be read as audio.")
    body = json.dumps({"code": error.code, "message": error.message}).encode()
    with contextlib.suppress(OSError):
        messages.send(answer, messages.MessageType.ERROR, body)


def confine(limits: Limits, *, jailed: bool = True) -> None:
    """Limits this process for good: memory, processor time, open files; no writing of files, no
    core dump; and, unless not `jailed`, the system calls (earshot.audio.jail). Raises Unconfined.
    """
    os.dup2(os.open(os.devnull, os.O_RDWR), 2)  # libmpg123 and FFmpeg print warnings
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (MAX_OPEN_FILES, MAX_OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu_seconds, limits.cpu_seconds + 1))
    if sys.platform == "linux":
        mapped = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
        bound = mapped + limits.memory_bytes
        resource.setrlimit(resource.RLIMIT_AS, (bound, bound))
    jail.hide()
    if jailed:
        try:
            jail.enter()
        except OSError as error:
            raise Unconfined(str(error.strerror)) from error


def _opened(path: Path, limits: Limits) -> BinaryIO:
    """The file, unbuffered: libsndfile and FFmpeg read it by its number. Raises AudioError."""
    if not path.is_file():
        raise NotAudio("There is no such file.")
    file = path.open("rb", buffering=0)
    size = os.fstat(file.fileno()).st_size
    if size == 0:
        raise EmptyAudio("The file is empty.")
    if size > limits.max_bytes:
        raise AudioTooLarge(f"The file is larger than {limits.max_bytes / 1e6:,.0f} MB.")
    return file


class _Bounds:
    """How long the sound of a file of `size` bytes may be."""

    def __init__(self, limits: Limits, size: int) -> None:
        self._limits, self._size = limits, size
        by_size = size / 1024 * limits.max_seconds_per_kib
        self._allowed_s = max(limits.expansion_free_seconds, by_size)

    @property
    def worth_counting(self) -> bool:
        """Whether the file can be so long that work on it would be much work in vain."""
        by_size = self._size / 1024 * self._limits.max_seconds_per_kib
        return by_size > min(self._limits.max_seconds, self._limits.expansion_free_seconds)

    def check(self, seconds: float, gaps_s: float) -> None:
        """`gaps_s` of it are silence for gaps in time stamps, which no codec blew up."""
        if seconds > self._limits.max_seconds:
            longest = _spoken(self._limits.max_seconds)
            raise AudioTooLong(f"The recording is longer than {longest}.")
        if seconds - gaps_s > self._allowed_s:
            allowed = _spoken(self._allowed_s)
            raise AudioTooLarge(f"{self._size:,} bytes hold more than {allowed} of audio.")


def _decode(
    answer: socket.socket, file: BinaryIO, limits: Limits, channels: int, counted: bool
) -> None:
    bounds = _Bounds(limits, os.fstat(file.fileno()).st_size)
    signal.alarm(limits.stall_seconds)
    if counted and bounds.worth_counting:
        _count(answer, file, limits, bounds)
    notes = Notes()
    sent = 0

    def send(samples: Samples) -> None:
        nonlocal sent
        sent += len(samples)
        bounds.check(sent / SAMPLE_RATE, notes.gaps_s)
        signal.alarm(0)  # a slow caller is no stall
        if len(samples):
            content = np.ascontiguousarray(samples).data.cast("B")
            messages.send(answer, messages.MessageType.SAMPLES, content)
        signal.alarm(limits.stall_seconds)

    _resample(file, limits, channels, notes, send)
    if not sent:
        raise EmptyAudio("The file holds no audio.")
    signal.alarm(0)
    _tell(answer, messages.MessageType.END, notes.findings().as_json())


def _resample(
    file: BinaryIO, limits: Limits, channels: int, notes: Notes, send: Callable[[Samples], None]
) -> None:
    resampler: Resampler | None = None
    for block in reader.blocks(file, notes, limits.max_seconds):
        if resampler is None or resampler.rate != block.rate:
            if resampler is not None:
                send(resampler.flush())
            resampler = Resampler(block.rate, channels, notes)
        send(resampler.feed(block.samples))
    if resampler is not None:
        send(resampler.flush())


def _count(answer: socket.socket, file: BinaryIO, limits: Limits, bounds: _Bounds) -> None:
    """Tells how long the sound is about; refuses what is too long before any of it is sent.

    What packets say is not believed where it matters: near the limit the sound itself is counted.
    """
    about_s = count.about_seconds(file)
    if about_s is None:
        return
    _tell(answer, messages.MessageType.LENGTH, {"seconds": about_s})
    if about_s < SURELY_SHORTER * limits.max_seconds:
        return
    seconds, notes = 0.0, Notes()
    for block in reader.blocks(file, notes, limits.max_seconds):
        seconds += len(block.samples) / block.rate
        bounds.check(seconds, notes.gaps_s)
        signal.alarm(limits.stall_seconds)
        _tell(answer, messages.MessageType.LENGTH, {"seconds": about_s})  # the caller waits


def _copy(answer: socket.socket, file: BinaryIO, limits: Limits) -> None:
    """Sends a playback copy of an mp3, piece by piece."""

    def send(at: int, content: bytes) -> None:
        signal.alarm(0)
        messages.send(answer, messages.MessageType.COPY, at.to_bytes(8) + content)
        signal.alarm(limits.stall_seconds)

    signal.alarm(limits.stall_seconds)
    remux.copy(file, os.fstat(file.fileno()).st_size, send)
    signal.alarm(0)
    _tell(answer, messages.MessageType.END, {})


def _tell(answer: socket.socket, kind: messages.MessageType, what: dict[str, Any]) -> None:
    messages.send(answer, kind, json.dumps(what).encode())


def _spoken(seconds: float) -> str:
    """A duration in words."""
    if seconds >= 7200:
        return f"{seconds / 3600:g} hours"
    return f"{seconds / 60:.0f} minutes" if seconds >= 120 else f"{seconds:g} seconds"
