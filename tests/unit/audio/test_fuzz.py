"""Damaged files of every kind give audio or a typed error, and do not harm the caller."""

import random
import resource
from pathlib import Path

import pytest

from earshot.audio.decode import decode
from earshot.audio.limits import Limits
from earshot.errors import AudioError

from .sounds import encode, tone, write

MUTANTS = 40
LIMITS = Limits(max_seconds=600, cpu_seconds=5, stall_seconds=5)


def originals(folder: Path) -> dict[str, Path]:
    sound = tone(1.0)
    return {
        "mp3": write(folder / "o.mp3", sound, 16_000),
        "flac": write(folder / "o.flac", sound, 16_000),
        "wav": write(folder / "o.wav", sound, 16_000),
        "ogg": write(folder / "o.ogg", sound, 16_000),
        "aiff": write(folder / "o.aiff", sound, 16_000),
        "m4a": encode(folder / "o.m4a", "aac", sound, 16_000),
        "webm": encode(folder / "o.webm", "libopus", sound, 16_000),
    }


def mutated(content: bytes, chance: random.Random) -> bytes:
    """Flips, cuts, doubles, zeroes or overwrites, mostly near the front, where the headers are."""
    damaged = bytearray(content)
    for _ in range(chance.randint(1, 12)):
        reach = min(len(damaged), chance.choice([64, 512, len(damaged)]))
        if reach < 2:
            break
        at = chance.randrange(reach)
        match chance.randrange(5):
            case 0:
                damaged[at] ^= 1 << chance.randrange(8)
            case 1:
                damaged[at : at + 4] = chance.choice([b"\xff" * 4, b"\0" * 4, b"\x7f\xff\xff\xff"])
            case 2:
                del damaged[at : at + chance.randint(1, 200)]
            case 3:
                damaged[at:at] = damaged[at : at + chance.randint(1, 200)]
            case _:
                damaged[at] = chance.randrange(256)
    return bytes(damaged)


@pytest.mark.parametrize("kind", ["mp3", "flac", "wav", "ogg", "aiff", "m4a", "webm"])
def test_no_mutant_harms_the_caller(tmp_path, kind):
    original = originals(tmp_path)[kind].read_bytes()
    chance = random.Random(kind)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    for number in range(MUTANTS):
        path = tmp_path / f"mutant-{number}.{kind}"
        path.write_bytes(mutated(original, chance))
        try:
            assert decode(path, LIMITS).duration <= LIMITS.max_seconds
        except AudioError as error:
            assert error.code in {
                "empty", "not_audio", "unsupported_format", "corrupt", "too_long", "too_large",
            }  # fmt: skip
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000  # KiB
