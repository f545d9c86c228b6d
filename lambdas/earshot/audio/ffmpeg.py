"""Reads a file's audio with FFmpeg, at its own rate, on its own clock. Runs only in the sandboxed
child.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, BinaryIO

import av
import av.subtitles.stream  # which `av` imports late: the jail opens no files
import numpy as np
import numpy.typing as npt

from earshot.audio import structure
from earshot.audio.findings import Notes
from earshot.audio.flac import Flac
from earshot.audio.formats import DEMUXERS
from earshot.audio.timeline import TIMED, Timeline
from earshot.errors import CorruptAudio, NotAudio, UnsupportedFormat

BLOCK_SAMPLES = 1 << 16
Choose = Callable[[BinaryIO, Any, Notes], Any]  # of a file's container, the track to hear
PLAUSIBLE_RATES_HZ = range(1_000, 768_001)  # other rates come from damaged headers
CHANNEL_COUNTS = range(1, 65)

# No playlists, manifests or image sequences: they name other files and hosts, and FFmpeg would
# open these.
CONTAINERS = ",".join(DEMUXERS)

av.logging.set_level(None)

# Frames of an mp3 that was cut out of another, or joined to one, need bits that are not there.
_FORGIVEN_S = {"mp3": 0.1, "mp3float": 0.1}


@dataclass(frozen=True, slots=True)
class Block:
    """Samples (n, channels), float32, at `rate` Hz. Channels and rate may change in a file."""

    samples: npt.NDArray[np.float32]
    rate: int


def check(rate: int, channels: int) -> None:
    """Raises CorruptAudio or UnsupportedFormat for what no recording has."""
    if rate not in PLAUSIBLE_RATES_HZ:
        raise CorruptAudio(f"The file claims a sample rate of {rate:,} Hz, which no recording has.")
    if channels not in CHANNEL_COUNTS:
        raise UnsupportedFormat(f"Audio with {channels} channels is not supported.")


def opened(file: BinaryIO) -> Any:
    """The container in `file`. Raises CorruptAudio."""
    file.seek(0)
    options = {
        "protocol_whitelist": "fd",  # the file that is open, and no other
        "fd": str(file.fileno()),
        "format_whitelist": CONTAINERS,
    }
    try:
        return av.open("fd:", options=options, metadata_errors="ignore")
    except (av.error.FFmpegError, OSError, ValueError) as error:
        raise CorruptAudio("The file can't be read as audio.") from error


def kind_of(container: Any) -> str:
    """The first of FFmpeg's names for the container, such as matroska or mov."""
    return str(container.format.name).partition(",")[0]


def blocks(
    file: BinaryIO, notes: Notes, max_s: float, choose: Choose, skip_s: float = 0.0
) -> Iterator[Block]:
    """The audio after the first `skip_s` seconds; gaps are filled while it is less than `max_s`.

    Raises NotAudio, UnsupportedFormat or CorruptAudio if nothing can be read.
    """
    with opened(file) as container:
        if not container.streams.audio:
            raise NotAudio("The file has no audio track.")
        stream = choose(file, container, notes)
        kind = kind_of(container)
        timeline = Timeline(max_s, from_zero=kind in TIMED)
        for block in _held_together(_laid_out(container, stream, timeline, notes)):
            unwanted = round(skip_s * block.rate)
            skip_s = max(0.0, skip_s - len(block.samples) / block.rate)
            if unwanted < len(block.samples):
                yield Block(block.samples[unwanted:], block.rate)
        _note_declared(file, container, kind, notes)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Samples (channels, n) as the codec gives them, at `rate` Hz."""

    given: npt.NDArray[Any]
    rate: int

    def kind(self) -> tuple[int, int, np.dtype[Any]]:
        return self.rate, len(self.given), self.given.dtype


def _laid_out(container: Any, stream: Any, timeline: Timeline, notes: Notes) -> Iterator[_Piece]:
    """What frames hold, with silence where the time stamps leave gaps."""
    tick_s = 0.0
    for frame in frames(container, stream, notes):
        rate, count = frame.sample_rate, frame.samples
        tick_s = tick_s or float(frame.time_base or 0)
        seconds = count / rate
        gap_s = timeline.silence_before(None if frame.pts is None else frame.pts * tick_s, seconds)
        notes.heard_s += seconds
        given = _given(frame)
        if gap_s:
            notes.gaps_s += gap_s
            missing = round(gap_s * rate)
            while missing > 0:
                some = min(missing, BLOCK_SAMPLES)
                yield _Piece(np.zeros((len(given), some), np.float32), rate)
                missing -= some
        yield _Piece(given, rate)


def _held_together(pieces: Iterator[_Piece]) -> Iterator[Block]:
    """Blocks of about BLOCK_SAMPLES, from frames of some hundred samples."""
    held: list[_Piece] = []
    count = 0
    for piece in pieces:
        if held and (count >= BLOCK_SAMPLES or piece.kind() != held[0].kind()):
            yield _block(held)
            held, count = [], 0
        held.append(piece)
        count += piece.given.shape[1]
    if held:
        yield _block(held)


def _block(held: list[_Piece]) -> Block:
    return Block(_scaled(np.concatenate([piece.given for piece in held], axis=1)), held[0].rate)


def samples_of(frame: Any) -> npt.NDArray[np.float32]:
    """A frame's samples (n, channels), float32, in -1..1."""
    return _scaled(_given(frame))


def _given(frame: Any) -> npt.NDArray[Any]:
    given: npt.NDArray[Any] = frame.to_ndarray()
    return given if frame.format.is_planar else given.reshape(-1, frame.layout.nb_channels).T


def _scaled(given: npt.NDArray[Any]) -> npt.NDArray[np.float32]:
    """Samples (n, channels) in -1..1, by FFmpeg's own scale for whole numbers."""
    if given.dtype == np.float32:
        return np.ascontiguousarray(given.T)
    if given.dtype == np.uint8:
        given, scale = given.astype(np.int16) - 128, 1 << 7
    else:
        scale = 1 << 8 * given.dtype.itemsize - 1 if given.dtype.kind == "i" else 1
    samples: npt.NDArray[np.float32] = np.ascontiguousarray(given.T).astype(np.float32)
    samples *= np.float32(1 / scale)
    return samples


def frames(container: Any, stream: Any, notes: Notes) -> Iterator[Any]:
    """The decoded frames of one track; what can't be decoded is noted and left out.

    Raises UnsupportedFormat, or CorruptAudio for what no recording has.
    """
    codec = stream.codec_context
    if codec is None:
        raise UnsupportedFormat("The audio in this file is in an unsupported codec.")
    codec.thread_count = 1
    decoder = Flac(codec) if codec.name == "flac" else codec
    is_pcm = codec.name.startswith("pcm")  # whose last packet FFmpeg calls corrupt if it is short
    notes.forgiven_s = _FORGIVEN_S.get(codec.name, 0.0)
    unknown: Exception | None = None
    any_frame = False
    count = 0
    packets = container.demux(stream)
    tick_s = float(stream.time_base or 0)
    while True:
        seconds = 0.0
        try:
            packet = next(packets)
            count += packet.size > 0
            seconds = (packet.duration or 0) * tick_s if packet.size else 0.0
            notes.damaged |= packet.is_corrupt and not is_pcm
            notes.bit_rate.add(packet.size, seconds)
            decoded = decoder.decode(packet)
        except StopIteration:
            break
        except (av.error.DecoderNotFoundError, NotImplementedError) as error:
            unknown = error
            continue
        except av.error.FFmpegError:
            notes.lost_s += seconds  # a damaged packet; later ones may be intact
            continue
        for frame in decoded:
            if frame.samples:
                check(frame.sample_rate, frame.layout.nb_channels)
                any_frame = True
                yield frame
    if isinstance(decoder, Flac):
        notes.lost_s += decoder.muted_s
        notes.heard_s -= decoder.muted_s
    if not any_frame and unknown is not None:
        raise UnsupportedFormat("The audio in this file is in an unsupported codec.") from unknown
    if kind_of(container) == "mov" and stream.frames > count > 0:  # its index names more packets
        notes.lost_s += (stream.frames - count) * notes.heard_s / count


def _note_declared(file: BinaryIO, container: Any, kind: str, notes: Notes) -> None:
    """Compares what was read with what the file's structure says."""
    if kind == "matroska" and not structure.is_whole(file, kind):
        notes.damaged = True
        if not container.streams.video:
            notes.declared_s = (container.duration or 0) / 1e6
    elif kind == "ogg":
        notes.damaged |= not structure.is_whole(file, kind)
    else:
        notes.damaged |= kind == "flac" and notes.gaps_s > 0  # its frames are numbered
        notes.declared_s = structure.declared_seconds(file, kind)
        if kind == "mp3":
            notes.leads_astray = notes.bit_rate.leads_astray(notes.declared_s is not None)
