"""Audio files to waveforms. Codecs only ever run in a child process."""

import json
import socket
from collections.abc import Generator, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from earshot import errors
from earshot.audio import jail, messages, sandbox, sniff
from earshot.audio.findings import Findings
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
    findings: Findings

    @property
    def duration(self) -> float:
        """Seconds."""
        return len(self.waveform) / SAMPLE_RATE


def decode(path: Path, limits: Limits = DEFAULT) -> Sound:
    """Decodes a whole file, which takes 64 kB of memory for each second. Raises AudioError."""
    blocks = stream(path, limits)
    waveform = np.concatenate([block[:, 0] for block in blocks])
    assert blocks.findings is not None  # noqa: S101 - it was read to its end
    return Sound(waveform, blocks.findings)


def stream(
    path: Path, limits: Limits = DEFAULT, *, channels: int = 1, counted: bool = False
) -> "Stream":
    """Decodes a file in blocks of shape (n, channels), float32, 16 kHz, in constant memory.

    `channels` is 1 for a mix of all channels, or 2 to keep those of a stereo file separate. Raises
    AudioError, possibly after some blocks. With `counted`, a file that may be long is counted
    before: what is too long is then refused before the first block.
    """
    return Stream(path, limits, channels, counted)


def asked(
    path: Path, limits: Limits, *, channels: int = 1, counted: bool = False, copy: bool = False
) -> dict[str, Any]:
    """What the child is asked for, as JSON takes it."""
    return {
        "path": str(path.absolute()),
        "limits": asdict(limits),
        "channels": channels,
        "counted": counted,
        "copy": copy,
    }


class Stream(Iterator[npt.NDArray[np.float32]]):
    """The blocks of one file that is being decoded.

    `length_s` is about how long it will be, in seconds, known from the first block on where the
    file was counted. `findings` are there when the last block was read.
    """

    def __init__(self, path: Path, limits: Limits, channels: int, counted: bool) -> None:
        self.length_s: float | None = None
        self.findings: Findings | None = None
        request = asked(path, limits, channels=channels, counted=counted)
        self._blocks = self._decoded(path, limits, request)

    def __next__(self) -> npt.NDArray[np.float32]:
        return next(self._blocks)

    def close(self) -> None:
        """Ends the decoding."""
        self._blocks.close()

    def _decoded(
        self, path: Path, limits: Limits, request: dict[str, Any]
    ) -> Generator[npt.NDArray[np.float32], None, None]:
        with sandbox.child() as child:
            child.settimeout(limits.stall_seconds + _REPORT_MARGIN_S)
            try:
                messages.send(child, messages.MessageType.REQUEST, json.dumps(request).encode())
                yield from self._received(child, path, request["channels"])
            except (TimeoutError, ConnectionError) as error:
                raise errors.CorruptAudio("Decoding this file did not finish in time.") from error

    def _received(
        self, child: socket.socket, path: Path, channels: int
    ) -> Iterator[npt.NDArray[np.float32]]:
        while True:
            match messages.receive(child):
                case None:
                    raise errors.CorruptAudio(
                        "Decoding this file exceeded its time or memory limits."
                    )
                case messages.MessageType.END, body:
                    self.findings = Findings.from_json(json.loads(body))
                    return
                case messages.MessageType.ERROR, body:
                    raise fault_of(path, json.loads(body))
                case messages.MessageType.LENGTH, body:
                    self.length_s = json.loads(body)["seconds"]
                case _, body:
                    yield np.frombuffer(body, np.float32).reshape(-1, channels)


def fault_of(path: Path, report: dict[str, str]) -> errors.EarshotError:
    """The child's error. For a file that it couldn't read, the message says what the file is."""
    if report["code"] == errors.Unconfined.code:
        return errors.Unconfined(
            f"The decoder can't be confined on this machine: {report['message']}. Where the files "
            f"are your own, {jail.ALLOW_UNCONFINED}=allow lets it run without: see SECURITY.md."
        )
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
