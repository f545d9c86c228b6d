"""Decodes FLAC by its checksums. Runs only in the sandboxed child."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import av
import av.logging
import numpy as np

_SYNC = re.compile(rb"\xff[\xf8\xf9]")
_MAX_HEADER_BYTES = 16
_POLYNOMIAL = 0x07  # of the CRC-8 of frame headers (RFC 9639, 9.1.8)


class Flac:
    """Where a frame's checksum is wrong, silence of its length: its samples would be noise.

    In a file where most of them are wrong, the checksums are to blame, and the samples are given.
    `muted_s` is how much silence there is so far, in seconds.
    """

    def __init__(self, codec: Any) -> None:
        """`codec` is the codec context of a stream, not yet opened."""
        self._codec, self._pieces = codec, av.CodecContext.create("flac", "r")
        self._pieces.extradata = codec.extradata
        codec.options = self._pieces.options = {"err_detect": "crccheck"}
        av.logging.set_level(av.logging.ERROR)  # the decoder tells of a wrong checksum by its log
        av.logging.set_skip_repeated(False)
        self._right = self._wrong = 0
        self.muted_s = 0.0

    def decode(self, packet: Any) -> list[Any]:
        """The frames of a packet. Raises FFmpegError."""
        frames, complaint = self._decoded(self._codec, packet)
        if not complaint:
            self._right += 1
            return frames
        # Behind damage, a packet holds several frames: only some of them may be wrong.
        separate = [frame for piece in _pieces(bytes(packet)) for frame in self._checked(piece)]
        if sum(frame.samples for frame in separate) < sum(frame.samples for frame in frames):
            separate = [self._muted(frame) for frame in frames]
        if not separate:
            raise av.error.InvalidDataError(0, "no frame can be decoded")
        separate[0].pts, separate[0].time_base = packet.pts, packet.time_base
        return separate

    def _checked(self, piece: bytes) -> list[Any]:
        frames, complaint = self._decoded(self._pieces, av.Packet(piece))
        return [self._muted(frame) for frame in frames] if complaint else frames

    def _decoded(self, codec: Any, packet: Any) -> tuple[list[Any], bool]:
        """A packet's frames, and whether something was wrong with it."""
        with av.logging.Capture(local=True) as complaints:
            try:
                return list(codec.decode(packet)), bool(complaints)
            except av.error.FFmpegError:
                return [], True

    def _muted(self, frame: Any) -> Any:
        self._wrong += 1
        self.muted_s += frame.samples / frame.sample_rate
        if self._wrong > self._right:
            return frame
        silence = av.AudioFrame.from_ndarray(
            np.zeros_like(frame.to_ndarray()), format=frame.format.name, layout=frame.layout.name
        )
        silence.sample_rate = frame.sample_rate
        return silence


def _pieces(content: bytes) -> Iterator[bytes]:
    """The frames in `content`, cut where a frame's header begins."""
    starts = [
        match.start()
        for match in _SYNC.finditer(content)
        if _is_header(content[match.start() : match.start() + _MAX_HEADER_BYTES])
    ]
    for start, end in pairwise([*starts, len(content)]):
        yield content[start:end]


def _is_header(head: bytes) -> bool:
    """Whether a frame's header begins here: it ends with the checksum of what is before."""
    crc = 0
    for at, byte in enumerate(head):
        if at >= 5 and crc == byte:
            return True
        crc ^= byte
        for _ in range(8):
            crc = (crc << 1 ^ _POLYNOMIAL if crc & 0x80 else crc << 1) & 0xFF
    return False
