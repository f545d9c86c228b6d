"""A file that is too long is refused before the work on it, not after."""

import numpy as np
import pytest

from earshot import errors
from earshot.audio.decode import stream
from earshot.audio.limits import Limits

from .sounds import RATE, encode, tone, write

NOISE = np.random.default_rng(0).normal(0, 0.1, 70 * RATE).astype(np.float32)


@pytest.mark.parametrize("name", ["a.wav", "a.flac", "a.mp3", "a.ogg", "a.webm"])
def test_a_long_recording_is_refused_before_its_first_block(tmp_path, name):
    path = tmp_path / name
    if name == "a.webm":
        encode(path, "libopus", NOISE, RATE)
    else:
        write(path, NOISE, RATE)
    with pytest.raises(errors.AudioTooLong):
        next(stream(path, Limits(max_seconds=65), counted=True))
    blocks = stream(path, Limits(max_seconds=71), counted=True)
    assert len(next(blocks))
    assert blocks.length_s == pytest.approx(70, rel=0.01)
    blocks.close()


def test_a_length_that_a_header_makes_up_is_not_believed(tmp_path):
    path = write(tmp_path / "a.flac", NOISE[: 20 * RATE], RATE)
    content = bytearray(path.read_bytes())
    content[21:26] = bytes([content[21] | 0x0F, 255, 255, 255, 255])
    path.write_bytes(content)
    blocks = stream(path, Limits(max_seconds=21), counted=True)
    assert sum(map(len, blocks)) == 20 * RATE


def test_a_short_file_is_not_counted(tmp_path):
    blocks = stream(write(tmp_path / "a.wav", tone(1), RATE), counted=True)
    next(blocks)
    assert blocks.length_s is None
