"""Reads a file's sound block by block at its own rate. Runs in the sandboxed child only.

soundfile (libsndfile) is the fast path for wav, flac, ogg, opus and mp3; PyAV (FFmpeg) reads what
it can't: m4a, webm, amr, wma, video files.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from earshot.errors import CorruptAudio, NotAudio, UnsupportedFormat

BLOCK_FRAMES = 1 << 16
RATES = range(1_000, 768_001)  # Hz; outside of it, a header lies

# Playlists, manifests and image sequences are left out on purpose: they name other files and
# hosts, and FFmpeg would open them.
CONTAINERS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,eac3,flac,flv,gsm,iff,matroska,"
    "mov,mp3,mpeg,mpegts,mpc,mpc8,ogg,rm,tak,tta,voc,w64,wav,wv,xwma"
)


@dataclass(frozen=True, slots=True)
class Block:
    """Samples of shape (frames, channels), float32, at `rate` Hz."""

    samples: npt.NDArray[np.float32]
    rate: int


def blocks(path: Path) -> Iterator[Block]:
    """The sound of the file at `path`, in order. A file damaged half-way yields what is sound.

    Raises NotAudio, UnsupportedFormat or CorruptAudio if there is nothing to yield.
    """
    try:
        file = soundfile.SoundFile(path)
    except (soundfile.LibsndfileError, OSError):
        yield from _ffmpeg_blocks(path)
        return
    read_any = False
    with file:
        _check(file.samplerate, file.channels)
        while True:
            try:
                samples = file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
            except (soundfile.LibsndfileError, OSError):
                break
            if not len(samples):
                break
            read_any = True
            yield Block(samples, file.samplerate)
    if not read_any:
        yield from _ffmpeg_blocks(path)


def _check(rate: int, channels: int) -> None:
    if rate not in RATES:
        raise CorruptAudio(f"The file claims {rate:,} samples a second, which no recording has.")
    if not 1 <= channels <= 64:
        raise UnsupportedFormat(f"Sound in {channels} channels can't be read.")


def _ffmpeg_blocks(path: Path) -> Iterator[Block]:
    import av

    av.logging.set_level(None)
    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    try:
        container = av.open(f"file:{path.resolve()}", options=options, metadata_errors="ignore")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise CorruptAudio("The file can't be read as sound.") from error
    with container:
        if not container.streams.audio:
            raise NotAudio("The file holds no sound track.")
        stream = container.streams.audio[0]
        try:
            stream.codec_context.thread_count = 1
            yield from _decoded(container, stream)
        except (av.error.DecoderNotFoundError, NotImplementedError) as error:
            raise UnsupportedFormat("The sound in this file is in an unknown codec.") from error


def _decoded(container: Any, stream: Any) -> Iterator[Block]:
    import av

    converter: tuple[tuple[Any, ...], Any] | None = None
    packets = container.demux(stream)
    while True:
        try:
            packet = next(packets)
            frames = packet.decode()
        except StopIteration:
            return
        except (av.error.DecoderNotFoundError, NotImplementedError):
            raise
        except av.error.EOFError:
            return
        except av.error.FFmpegError:
            if packets.gi_frame is None:  # the demuxer itself gave up
                return
            continue  # one damaged packet: what follows may be sound
        for frame in frames:
            if not frame.samples:
                continue
            _check(frame.sample_rate, frame.layout.nb_channels)
            key = (frame.format.name, frame.layout.name, frame.sample_rate)
            if converter is None or converter[0] != key:
                resampler = av.AudioResampler("fltp", frame.layout, frame.sample_rate)
                converter = (key, resampler)
            frame.pts = None  # damaged time stamps must not insert or drop sound
            for planar in converter[1].resample(frame):
                yield Block(planar.to_ndarray().T.astype(np.float32), planar.sample_rate)
