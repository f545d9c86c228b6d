"""Reads a file's audio in blocks at its own sample rate. Runs only in the sandboxed child.

libsndfile is fast, reads wav, flac, ogg, opus and mp3, and gives the same samples as librosa.
FFmpeg reads the other formats (m4a, webm, amr, wma, video). It also reads on where libsndfile ends
too early: at a wrong frame count in an mp3's header, or at the second stream of a chained ogg.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import soundfile

from earshot.audio.formats import DEMUXERS
from earshot.errors import CorruptAudio, NotAudio, UnsupportedFormat

BLOCK_SAMPLES = 1 << 16
PLAUSIBLE_RATES_HZ = range(1_000, 768_001)  # other rates come from damaged headers
CHANNEL_COUNTS = range(1, 65)
MIN_EXTRA_S = 0.02  # FFmpeg reads on if it has this much more than libsndfile: one frame

# No playlists, manifests or image sequences: they name other files and hosts, and FFmpeg would
# open these.
CONTAINERS = ",".join(DEMUXERS)


@dataclass(frozen=True, slots=True)
class Block:
    """Samples (n, channels), float32, at `rate` Hz. Channels and rate may change in a file."""

    samples: npt.NDArray[np.float32]
    rate: int


def blocks(path: Path) -> Iterator[Block]:
    """The file's audio in order; of a damaged file, as much as can be read.

    Raises NotAudio, UnsupportedFormat or CorruptAudio if nothing can be read.
    """
    seconds = 0.0  # read so far
    try:
        # Opened here because soundfile refuses names that aren't text, and trusts a `.raw` suffix.
        with path.open("rb") as raw, soundfile.SoundFile(raw.fileno(), closefd=False) as file:
            _check(file.samplerate, file.channels)
            for samples in _until_damaged(file):
                yield Block(samples, file.samplerate)
                seconds += len(samples) / file.samplerate
            complete = seconds > 0 and file.format not in ("MP3", "OGG")
    except soundfile.LibsndfileError:
        complete = False
    if not complete and (seconds == 0 or _packet_seconds(path) > seconds + MIN_EXTRA_S):
        yield from _ffmpeg_blocks(path, seconds)


def _check(rate: int, channels: int) -> None:
    if rate not in PLAUSIBLE_RATES_HZ:
        raise CorruptAudio(f"The file claims a sample rate of {rate:,} Hz, which no recording has.")
    if channels not in CHANNEL_COUNTS:
        raise UnsupportedFormat(f"Audio with {channels} channels is not supported.")


def _until_damaged(file: soundfile.SoundFile) -> Iterator[npt.NDArray[np.float32]]:
    while True:
        try:
            samples = file.read(BLOCK_SAMPLES, dtype="float32", always_2d=True)
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
    """The audio's duration by the time stamps of FFmpeg's packets, without decoding them."""
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
    """FFmpeg's audio after the first `skip` seconds."""
    import av

    try:
        container = _open(path)
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise CorruptAudio("The file can't be read as audio.") from error
    with container:
        if not container.streams.audio:
            raise NotAudio("The file has no audio track.")
        for block in _decoded(container, container.streams.audio[0]):
            unwanted = round(skip * block.rate)
            skip = max(0.0, skip - len(block.samples) / block.rate)
            if unwanted < len(block.samples):
                yield Block(block.samples[unwanted:], block.rate)


def _decoded(container: Any, stream: Any) -> Iterator[Block]:
    import av

    if stream.codec_context is None:
        raise UnsupportedFormat("The audio in this file is in an unsupported codec.")
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
            continue  # a damaged packet; later ones may be intact
        for frame in frames:
            if not frame.samples:
                continue
            _check(frame.sample_rate, frame.layout.nb_channels)
            key = (frame.format.name, frame.layout.name, frame.sample_rate)
            if converter is None or converter[0] != key:
                resampler = av.AudioResampler("fltp", frame.layout, frame.sample_rate)
                converter = (key, resampler)
            frame.pts = None  # damaged time stamps must not insert or drop samples
            for planar in converter[1].resample(frame):
                yield Block(np.ascontiguousarray(planar.to_ndarray().T), planar.sample_rate)
    if converter is None and unknown is not None:
        raise UnsupportedFormat("The audio in this file is in an unsupported codec.") from unknown
