"""Counts a recording before the work on it, by its packets. Runs only in the sandboxed child."""

from typing import BinaryIO

import av

from earshot.audio import ffmpeg
from earshot.audio.timeline import TIMED
from earshot.errors import AudioError


def about_seconds(file: BinaryIO) -> float | None:
    """About how long the sound is: what its packets say, none of which is decoded.

    None if they say nothing. Damaged or forged files may be longer or shorter than that.
    """
    seconds, end = 0.0, 0.0
    try:
        with ffmpeg.opened(file) as container:
            timed = ffmpeg.kind_of(container) in TIMED
            for packet in container.demux(container.streams.best("audio")):
                if packet.size and packet.time_base:
                    length = float((packet.duration or 0) * packet.time_base)
                    seconds += length
                    if timed and packet.pts is not None:
                        end = max(end, float(packet.pts * packet.time_base) + length)
    except (AudioError, av.error.FFmpegError, OSError, ValueError, LookupError, AttributeError):
        pass
    return max(seconds, end) or None
