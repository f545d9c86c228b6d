"""Reads a file's sound block by block at its own rate. Runs in the sandboxed child only.

libsndfile is the fast path for wav, flac, ogg, opus and mp3, and gives librosa's samples. FFmpeg
reads what it can't (m4a, webm, amr, wma, video), and what it stops short of: libsndfile believes
the frame count in an mp3's header, and stops where a chained ogg begins its next link.
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
CHANNELS = range(1, 65)
UNHEARD = 0.02  # seconds that FFmpeg must have beyond libsndfile's end for it to go on: one frame

# Playlists, manifests and image sequences are left out on purpose: they name other files and
# hosts, and FFmpeg would open them.
CONTAINERS = (
    "aac,ac3,aiff,amr,amrnb,amrwb,ape,asf,au,avi,caf,dsf,eac3,flac,flv,gsm,iff,matroska,"
    "mov,mp3,mpeg,mpegts,mpc,mpc8,ogg,rm,tak,tta,voc,w64,wav,wv,xwma"
)


@dataclass(frozen=True, slots=True)
class Block:
    """Samples of shape (frames, channels), float32, at `rate` Hz. Both may change on the way."""

    samples: npt.NDArray[np.float32]
    rate: int


def blocks(path: Path) -> Iterator[Block]:
    """The sound of the file at `path`, in order; of a damaged file, what can be read.

    Raises NotAudio, UnsupportedFormat or CorruptAudio if there is nothing to yield.
    """
    heard = 0.0  # seconds
    try:
        # Opened here: soundfile takes no name that isn't text, and what `.raw` holds for granted.
        with path.open("rb") as raw, soundfile.SoundFile(raw.fileno(), closefd=False) as file:
            _check(file.samplerate, file.channels)
            for samples in _until_damaged(file):
                yield Block(samples, file.samplerate)
                heard += len(samples) / file.samplerate
            complete = heard > 0 and file.format not in ("MP3", "OGG")
    except soundfile.LibsndfileError:
        complete = False
    if not complete and (heard == 0 or _packet_seconds(path) > heard + UNHEARD):
        yield from _ffmpeg_blocks(path, heard)


def _check(rate: int, channels: int) -> None:
    if rate not in RATES:
        raise CorruptAudio(f"The file claims {rate:,} samples a second, which no recording has.")
    if channels not in CHANNELS:
        raise UnsupportedFormat(f"Sound in {channels} channels can't be read.")


def _until_damaged(file: soundfile.SoundFile) -> Iterator[npt.NDArray[np.float32]]:
    while True:
        try:
            samples = file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
        except soundfile.LibsndfileError:
            return
        if not len(samples):
            return
        yield samples


def _open(path: Path) -> Any:
    import av

    av.logging.set_level(None)
    options = {"protocol_whitelist": "file", "format_whitelist": CONTAINERS}
    return av.open(f"file:{path.absolute()}", options=options, metadata_errors="ignore")


def _packet_seconds(path: Path) -> float:
    """How long FFmpeg finds the sound to be by its packets, without decoding them."""
    import av

    seconds = 0.0
    try:
        with _open(path) as container:
            stream = container.streams.audio[0]
            for packet in container.demux(stream):
                seconds += float((packet.duration or 0) * packet.time_base)
    except (av.error.FFmpegError, OSError, ValueError, LookupError):
        return seconds
    return seconds


def _ffmpeg_blocks(path: Path, skip: float = 0.0) -> Iterator[Block]:
    """What FFmpeg decodes, without the first `skip` seconds."""
    import av

    try:
        container = _open(path)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise CorruptAudio("The file can't be read as sound.") from error
    with container:
        if not container.streams.audio:
            raise NotAudio("The file holds no sound track.")
        for block in _decoded(container, container.streams.audio[0]):
            unwanted = round(skip * block.rate)
            skip = max(0.0, skip - len(block.samples) / block.rate)
            if unwanted < len(block.samples):
                yield Block(block.samples[unwanted:], block.rate)


def _decoded(container: Any, stream: Any) -> Iterator[Block]:
    import av

    if stream.codec_context is None:
        raise UnsupportedFormat("The sound in this file is in an unknown codec.")
    stream.codec_context.thread_count = 1
    unknown: Exception | None = None
    converter: tuple[tuple[Any, ...], Any] | None = None
    packets = container.demux(stream)
    while True:
        try:
            frames = next(packets).decode()
        except StopIteration:
            break
        except (av.error.DecoderNotFoundError, NotImplementedError) as error:
            unknown = error
            continue
        except av.error.FFmpegError:
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
                yield Block(np.ascontiguousarray(planar.to_ndarray().T), planar.sample_rate)
    if converter is None and unknown is not None:
        raise UnsupportedFormat("The sound in this file is in an unknown codec.") from unknown
