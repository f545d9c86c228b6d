"""From an audio file to its waveform, without ever running a codec in this process."""

import json
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from earshot import errors
from earshot.audio import frames, sandbox, sniff
from earshot.audio.limits import DEFAULT, SAMPLE_RATE, Limits

_MARGIN = 10.0  # seconds the child gets to report a limit of its own

_CODES = {
    error.code: error
    for error in (
        errors.EmptyAudio,
        errors.NotAudio,
        errors.UnsupportedFormat,
        errors.CorruptAudio,
        errors.AudioTooLong,
        errors.AudioTooLarge,
    )
}


@dataclass(frozen=True, slots=True)
class Sound:
    """A decoded file: `waveform` of shape (n,), float32, mono, 16 kHz."""

    waveform: npt.NDArray[np.float32]

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.waveform) / SAMPLE_RATE


def decode(path: Path, limits: Limits = DEFAULT) -> Sound:
    """All of the file's sound at once: 64 kB of memory a second. Raises AudioError."""
    pieces = [block[:, 0] for block in stream(path, limits)]
    return Sound(np.concatenate(pieces))


def stream(
    path: Path, limits: Limits = DEFAULT, *, channels: int = 1
) -> Iterator[npt.NDArray[np.float32]]:
    """The file's sound in blocks of shape (n, channels), float32, 16 kHz, in flat memory.

    One channel is the mix of all; two keep a stereo file's sides apart. Raises an AudioError,
    possibly after some blocks: a length is known only once it was decoded.
    """
    with sandbox.child() as child:
        child.settimeout(limits.stall_seconds + _MARGIN)
        try:
            yield from _receive(child, path, limits, channels)
        except (TimeoutError, ConnectionError) as error:
            raise errors.CorruptAudio("Decoding this file did not come to an end.") from error


def _receive(
    child: socket.socket, path: Path, limits: Limits, channels: int
) -> Iterator[npt.NDArray[np.float32]]:
    request = {"path": str(path.absolute()), "limits": asdict(limits), "channels": channels}
    frames.send(child, frames.Kind.REQUEST, json.dumps(request).encode())
    while True:
        frame = frames.receive(child)
        match frame:
            case None:
                raise errors.CorruptAudio("Decoding this file overran its limits.")
            case frames.Kind.END, _:
                return
            case frames.Kind.ERROR, body:
                raise _error(path, json.loads(body))
            case _, body:
                yield np.frombuffer(body, np.float32).reshape(-1, channels)


def _error(path: Path, told: dict[str, str]) -> errors.AudioError:
    """The child's error; what it couldn't read is called by what the file is."""
    error = _CODES[told["code"]](told["message"])
    if isinstance(error, errors.CorruptAudio):
        match sniff.sniff(path):
            case sniff.Kind.TEXT:
                return errors.NotAudio("The file is text, not sound.")
            case sniff.Kind.UNKNOWN:
                return errors.NotAudio("The file is not in any known sound format.")
            case sniff.Kind.AUDIO:
                return errors.CorruptAudio("The file is damaged: no sound can be read from it.")
            case sniff.Kind.EMPTY:
                return errors.EmptyAudio("The file is empty.")
    return error
