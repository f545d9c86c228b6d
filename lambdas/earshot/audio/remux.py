"""Makes a copy of an mp3 in which a browser finds its way. Runs only in the sandboxed child.

The frames are put into an MP4 file, whose index has the time of each, as they are: nothing is
encoded again. earshot.audio.bit_rate says which files need it.
"""

from collections.abc import Callable
from typing import BinaryIO

import av

from earshot.audio import ffmpeg
from earshot.errors import CorruptAudio


class _Sender:
    """A file to write to, as FFmpeg's muxers need one; what is written is sent off."""

    def __init__(self, send: Callable[[int, bytes], None], most: int) -> None:
        self._send, self._most, self._at = send, most, 0

    def write(self, content: bytes) -> int:
        if self._at + len(content) > self._most:
            raise CorruptAudio("The playback copy would be larger than its recording.")
        self._send(self._at, bytes(content))
        self._at += len(content)
        return len(content)

    def seek(self, offset: int, whence: int = 0) -> int:
        if whence != 0:
            raise OSError("only positions from the start are known")
        self._at = offset
        return offset

    def tell(self) -> int:
        return self._at


def copy(file: BinaryIO, size: int, send: Callable[[int, bytes], None]) -> None:
    """Writes the frames of the mp3 in `file`, which has `size` bytes, as an MP4 file.

    `send` gets positions and what stands there. Raises CorruptAudio.
    """
    room = 2 * size + (1 << 20)  # an index, and 32 bytes for each frame
    try:
        with (
            ffmpeg.opened(file) as source,
            av.open(_Sender(send, room), "w", format="mp4") as target,
        ):
            track = source.streams.audio[0]
            out = target.add_stream_from_template(track)
            skipped = track.start_time or 0  # the encoder's delay, which players leave out
            for packet in source.demux(track):
                if packet.size and packet.pts is not None:
                    packet.pts -= skipped
                    packet.dts = packet.pts
                    packet.stream = out
                    target.mux(packet)
    except (av.error.FFmpegError, OSError, ValueError, LookupError) as error:
        raise CorruptAudio("No playback copy can be made of this file.") from error
