"""All of a file that can be decoded is decoded, and what can't be is said."""

from pathlib import Path

import numpy as np
import pytest

from earshot.audio.decode import decode

from .sounds import RATE, encode, likeness, speech, write

SAID = speech()
SECONDS = len(SAID) / RATE


@pytest.fixture
def flac(tmp_path) -> Path:
    return write(tmp_path / "a.flac", SAID, RATE, "PCM_16")


def declare(path: Path, samples: int) -> None:
    """Writes another number of samples into a FLAC's header; 0 is that of one from a pipe."""
    content = bytearray(path.read_bytes())
    packed = int.from_bytes(content[18:26]) >> 36 << 36 | samples
    content[18:26] = packed.to_bytes(8)
    path.write_bytes(content)


def cut(path: Path, share: float) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: round(len(content) * share)])
    return path


@pytest.mark.parametrize("declared", [0, len(SAID) // 2])
def test_a_flac_is_decoded_beyond_the_length_that_it_declares(flac, declared):
    declare(flac, declared)
    sound = decode(flac)
    assert sound.duration == pytest.approx(SECONDS, abs=1e-4)
    assert likeness(sound.waveform, SAID) > 0.999
    assert not sound.findings.damaged


def test_of_a_flac_with_a_wrong_byte_one_frame_is_lost(flac):
    whole = decode(flac).waveform
    content = bytearray(flac.read_bytes())
    content[len(content) // 3] ^= 0x10
    flac.write_bytes(content)
    sound = decode(flac)
    assert sound.duration == pytest.approx(SECONDS, abs=1e-4), "what follows keeps its time"
    lost = sound.findings.lost_s
    assert sound.findings.damaged and lost is not None and 0 < lost <= 0.3
    assert sound.findings.heard_s == pytest.approx(SECONDS - lost, abs=0.01)
    other = np.flatnonzero(sound.waveform != whole)
    assert not sound.waveform[other].any(), "silence stands for it"
    assert np.ptp(other) / RATE < lost


def test_two_flacs_in_one_file_are_both_decoded(flac):
    flac.write_bytes(2 * flac.read_bytes())
    sound = decode(flac)
    assert sound.duration == pytest.approx(2 * SECONDS, abs=1e-4)
    assert likeness(sound.waveform[len(SAID) :], SAID) > 0.999
    assert not sound.findings.damaged


@pytest.mark.parametrize("name", ["a.flac", "a.wav", "a.mp3", "a.webm", "a.ogg", "a.aiff"])
def test_a_file_that_was_cut_off_is_decoded_to_its_end_and_said_to_be_incomplete(tmp_path, name):
    path = tmp_path / name
    if name == "a.webm":
        encode(path, "libopus", SAID, RATE)
    else:
        write(path, SAID, RATE)
    cut(path, 0.7)
    sound = decode(path)
    assert 0.45 * SECONDS < sound.duration < 0.9 * SECONDS
    assert likeness(sound.waveform, SAID) > 0.8
    if name == "a.aiff":
        return  # FFmpeg doesn't say
    assert sound.findings.damaged
    if name != "a.ogg":  # which says nowhere how long it is
        whole = sound.findings.heard_s + (sound.findings.lost_s or 0.0)
        assert whole == pytest.approx(SECONDS, abs=0.1)


def test_an_m4a_whose_end_is_missing_is_said_to_be_incomplete(tmp_path):
    path = encode(tmp_path / "a.mp4", "aac", SAID, RATE)
    content = path.read_bytes()
    index = content.find(b"moov") - 4
    data = content.find(b"mdat") - 4
    assert data < index, "the sound stands before its index"
    # Of the sound, the second half is nulls: the index is there, what it points to is not.
    middle = (data + index) // 2
    path.write_bytes(content[:middle] + bytes(index - middle) + content[index:])
    sound = decode(path)
    assert sound.findings.damaged
    assert sound.findings.lost_s == pytest.approx(SECONDS / 2, rel=0.3)


@pytest.mark.parametrize("name", ["a.mp3", "a.opus", "a.webm"])
def test_two_files_in_one_are_both_decoded(tmp_path, name):
    path = encode(tmp_path / name, "libmp3lame" if name == "a.mp3" else "libopus", SAID, 48_000)
    alone = decode(path).duration
    path.write_bytes(2 * path.read_bytes())
    assert decode(path).duration == pytest.approx(2 * alone, abs=0.1)


def test_a_lost_page_of_an_ogg_is_said(tmp_path):
    path = encode(tmp_path / "a.opus", "libopus", np.tile(SAID, 3), RATE)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)
    findings = decode(path).findings
    assert findings.damaged
    assert findings.lost_s is not None and 0.5 < findings.lost_s < 3


@pytest.mark.parametrize("name", ["a.flac", "a.wav", "a.mp3", "a.webm", "a.ogg", "a.m4a", "a.opus"])
def test_a_healthy_file_is_complete(tmp_path, name):
    codecs = {"a.webm": "libopus", "a.m4a": "aac", "a.opus": "libopus"}
    path = tmp_path / name
    encode(path, codecs[name], SAID, RATE) if name in codecs else write(path, SAID, RATE)
    findings = decode(path).findings
    assert not findings.damaged
    assert findings.heard_s == pytest.approx(SECONDS, abs=0.1)
    assert (findings.track, findings.channel) == (None, None)
