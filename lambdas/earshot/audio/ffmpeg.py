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


def _laid_out(container: Any, stream: Any, timeline: Timeline, notes: Notes) -> Iterator[Block]:
    """Frames as blocks, with silence where the time stamps leave gaps."""
    for frame in frames(container, stream, notes):
        at_s = None if frame.pts is None else float(frame.pts * frame.time_base)
        seconds = frame.samples / frame.sample_rate
        gap_s = timeline.silence_before(at_s, seconds)
        notes.gaps_s += gap_s
        notes.heard_s += seconds
        missing = round(gap_s * frame.sample_rate)
        while missing > 0:
            some = min(missing, BLOCK_SAMPLES)
            silence = np.zeros((some, frame.layout.nb_channels), np.float32)
            yield Block(silence, frame.sample_rate)
            missing -= some
        yield Block(samples_of(frame), frame.sample_rate)


def _held_together(pieces: Iterator[Block]) -> Iterator[Block]:
    """Blocks of about BLOCK_SAMPLES from frames of some hundred samples."""
    held: list[npt.NDArray[np.float32]] = []
    samples, kind = 0, (0, 0)
    for piece in pieces:
        its_kind = (piece.rate, piece.samples.shape[1])
        if held and (its_kind != kind or samples >= BLOCK_SAMPLES):
            yield Block(np.concatenate(held), kind[0])
            held, samples = [], 0
        kind = its_kind
        held.append(piece.samples)
        samples += len(piece.samples)
    if held:
        yield Block(np.concatenate(held), kind[0])


def samples_of(frame: Any) -> npt.NDArray[np.float32]:
    """A frame's samples (n, channels) in -1..1, by FFmpeg's own scale for whole numbers."""
    given = frame.to_ndarray()
    if not frame.format.is_planar:
        given = given.reshape(-1, frame.layout.nb_channels).T
    if given.dtype == np.uint8:
        given = given.astype(np.int16) - 128
        scale = 1 << 7
    elif given.dtype.kind == "i":
        scale = 1 << 8 * given.dtype.itemsize - 1
    else:
        scale = 1
    # Copied even where nothing is scaled: the frame's memory is FFmpeg's.
    samples: npt.NDArray[np.float32] = (given.T * np.float32(1 / scale)).astype(np.float32)
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
    while True:
        seconds = 0.0
        try:
            packet = next(packets)
            count += packet.size > 0
            seconds = float((packet.duration or 0) * packet.time_base) if packet.size else 0.0
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
