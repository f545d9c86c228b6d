"""Tells whether a WAV file is plain: whole, and of samples that libsndfile reads in a fraction of
FFmpeg's time. Runs only in the sandboxed child.
"""

import struct
from typing import BinaryIO

_CHUNK = struct.Struct("<4sI")
_MAX_CHUNKS = 32
_PLAIN_FORMATS = (1, 3, 0xFFFE)  # integers, floats, and those of WAVE_FORMAT_EXTENSIBLE


def plain_frames(file: BinaryIO) -> int | None:
    """How many frames (samples of all channels) a plain WAV file has; None for all other files.

    In a plain one, every chunk lies within the file, and the chunks fill it to its end.
    """
    file.seek(0)
    if (head := file.read(12))[:4] != b"RIFF" or head[8:] != b"WAVE":
        return None
    size = file.seek(0, 2)
    at, frame_bytes, frames = 12, 0, None
    for _ in range(_MAX_CHUNKS):
        if at + 8 > size:
            return frames if at == size or at == size + 1 else None
        file.seek(at)
        name, length = _CHUNK.unpack(file.read(8))
        if at + 8 + length > size:
            return None
        if name == b"fmt " and length >= 16:
            kind, _, _, _, frame_bytes, _ = struct.unpack("<HHIIHH", file.read(16))
            if kind not in _PLAIN_FORMATS:
                return None
        if name == b"data":
            if not frame_bytes or not length or frames is not None:
                return None
            frames = length // frame_bytes
        at += 8 + length + length % 2
    return None
