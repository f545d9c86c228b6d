"""Audio files to waveforms. Codecs only ever run in a child process."""

import json
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from earshot import errors
from earshot.audio import messages, sandbox, sniff
from earshot.audio.limits import DEFAULT, SAMPLE_RATE, Limits

_REPORT_MARGIN_S = 10.0  # for the child to report that it stalled, before the caller gives up

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
    """A decoded file. `waveform` is float32, mono, 16 kHz, of shape (n,)."""

    waveform: npt.NDArray[np.float32]

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.waveform) / SAMPLE_RATE


def decode(path: Path, limits: Limits = DEFAULT) -> Sound:
    """Decodes a whole file, which takes 64 kB of memory for each second. Raises AudioError."""
    pieces = [block[:, 0] for block in stream(path, limits)]
    return Sound(np.concatenate(pieces))


def stream(
    path: Path, limits: Limits = DEFAULT, *, channels: int = 1
) -> Iterator[npt.NDArray[np.float32]]:
    """Decodes a file in blocks of shape (n, channels), float32, 16 kHz, in constant memory.

    `channels` is 1 for a mix of all channels, or 2 to keep those of a stereo file separate. Raises
    AudioError, possibly after some blocks, because the length is only known after decoding.
    """
    with sandbox.child() as child:
        child.settimeout(limits.stall_seconds + _REPORT_MARGIN_S)
        try:
            yield from _receive(child, path, limits, channels)
        except (TimeoutError, ConnectionError) as error:
            raise errors.CorruptAudio("Decoding this file did not finish in time.") from error


def _receive(
    child: socket.socket, path: Path, limits: Limits, channels: int
) -> Iterator[npt.NDArray[np.float32]]:
    request = {"path": str(path.absolute()), "limits": asdict(limits), "channels": channels}
    messages.send(child, messages.MessageType.REQUEST, json.dumps(request).encode())
    while True:
        match messages.receive(child):
            case None:
                raise errors.CorruptAudio("Decoding this file exceeded its time or memory limits.")
            case messages.MessageType.END, _:
                return
            case messages.MessageType.ERROR, body:
                raise _error(path, json.loads(body))
            case _, body:
                yield np.frombuffer(body, np.float32).reshape(-1, channels)


def _error(path: Path, report: dict[str, str]) -> errors.AudioError:
    """The child's error. For a file that it couldn't read, the message says what the file is."""
    error = _CODES[report["code"]](report["message"])
    if isinstance(error, errors.CorruptAudio):
        match sniff.sniff(path):
            case sniff.FileKind.TEXT:
                return errors.NotAudio("The file is text, not audio.")
            case sniff.FileKind.UNKNOWN:
                return errors.NotAudio("The file is in no known audio format.")
            case sniff.FileKind.AUDIO:
                return errors.CorruptAudio("The file is damaged: no audio can be read from it.")
            case sniff.FileKind.EMPTY:
                return errors.EmptyAudio("The file is empty.")
    return error
