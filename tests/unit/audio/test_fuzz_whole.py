"""Files that were cut, spliced or given forged headers are decoded as far as FFmpeg decodes them.

A few of each kind run with the other tests; `pytest --fuzz 500 tests/unit/audio` makes as many. The
odd files and formats that lie beside some checkouts are gone over, too.
"""

import random
from collections.abc import Callable
from pathlib import Path

import av
import pytest

from earshot.audio.decode import decode
from earshot.audio.limits import Limits
from earshot.errors import AudioError
from tests.shared_data import SHARED

from .sounds import encode, speech, write

LIMITS = Limits(max_seconds=3600, cpu_seconds=20, stall_seconds=20)
LEAST = 0.99  # of what FFmpeg gives
FRAME_S = 0.1  # decoders differ by as much at damaged places
KINDS = ("flac", "wav", "mp3", "m4a", "webm", "ogg", "opus")


def by_ffmpeg(path: Path) -> float:
    """How many seconds FFmpeg itself decodes, by its own defaults."""
    seconds = 0.0
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            packets = container.demux(container.streams.audio[0])
            while (packet := next(packets, None)) is not None:
                try:
                    frames = packet.decode()
                except av.error.FFmpegError:
                    continue
                seconds += sum(frame.samples / frame.sample_rate for frame in frames)
    except (av.error.FFmpegError, OSError, ValueError, LookupError):
        pass
    return seconds


@pytest.fixture(scope="module")
def originals(tmp_path_factory) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("originals")
    said = speech(seconds=4)
    made: dict[str, Callable[[Path], Path]] = {
        "flac": lambda path: write(path, said, 16_000),
        "wav": lambda path: write(path, said, 16_000),
        "ogg": lambda path: write(path, said, 16_000),
        "mp3": lambda path: write(path, said, 16_000),
        "m4a": lambda path: encode(path, "aac", said, 16_000),
        "webm": lambda path: encode(path, "libopus", said, 16_000),
        "opus": lambda path: encode(path, "libopus", said, 16_000),
    }
    return {kind: make(folder / f"o.{kind}").read_bytes() for kind, make in made.items()}


def cut(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) // 4, len(content))]


def spliced(content: bytes, chance: random.Random) -> bytes:
    """A piece taken out, put in twice, or another file's beginning put behind."""
    at, length = chance.randrange(len(content)), chance.randrange(1, len(content) // 4)
    piece = content[at : at + length]
    match chance.randrange(3):
        case 0:
            return content[:at] + content[at + length :]
        case 1:
            return content[:at] + piece + content[at:]
        case _:
            return content + content[: chance.randrange(len(content) // 2, len(content) + 1)]


def forged(content: bytes, chance: random.Random) -> bytes:
    """Numbers in the header made larger, smaller or nothing: lengths, counts, sizes."""
    damaged = bytearray(content)
    for _ in range(chance.randrange(1, 4)):
        at = chance.randrange(4, 200)
        width = chance.choice((1, 2, 4))
        damaged[at : at + width] = chance.choice((bytes(width), b"\xff" * width, b"\x7f" * width))
    return bytes(damaged)


def flipped(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(chance.randrange(1, 6)):
        damaged[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def short(path: Path) -> str:
    """What is wrong with how a file is decoded; empty if nothing is."""
    wanted = by_ffmpeg(path)
    try:
        seconds = decode(path, LIMITS).duration
    except AudioError as error:
        if error.code in ("too_long", "too_large") or wanted <= FRAME_S:
            return ""
        if error.code in ("corrupt", "unsupported_format") and "claims" in error.message:
            return ""  # a rate or a number of channels that no recording has
        return f"{error.code}, and FFmpeg decodes {wanted:.2f} s"
    return "" if seconds >= LEAST * wanted - FRAME_S else f"{seconds:.2f} of {wanted:.2f} s"


@pytest.mark.parametrize("damage", [cut, spliced, forged, flipped])
@pytest.mark.parametrize("kind", KINDS)
def test_a_damaged_file_is_decoded_as_far_as_ffmpeg_decodes_it(
    tmp_path, originals, kind, damage, request
):
    chance = random.Random(f"{kind} {damage.__name__}")
    wrong = {}
    for number in range(request.config.getoption("--fuzz")):
        path = tmp_path / f"{number}.{kind}"
        path.write_bytes(damage(originals[kind], chance))
        if reason := short(path):
            wrong[path.name] = reason
        path.unlink()
    assert not wrong


@pytest.mark.slow("every file is decoded twice")
@pytest.mark.skipif(not SHARED.is_dir(), reason="the odd files are not on this machine")
@pytest.mark.parametrize("folder", ["odd_audio", "formats", "found_in_the_wild"])
def test_no_file_that_lies_here_is_decoded_shorter_than_by_ffmpeg(folder):
    files = [path for path in sorted((SHARED / folder).iterdir()) if path.is_file()]
    sounds = [path for path in files if path.suffix not in (".csv", ".tsv", ".md")]
    wrong = {path.name: reason for path in sounds if (reason := short(path))}
    assert not wrong
