"""Decoding a file gives its audio at 16 kHz, whatever its format, name and header."""

import struct

import numpy as np
import pytest

from earshot.audio.decode import decode, stream
from earshot.audio.limits import SAMPLE_RATE

from .sounds import encode, tone, write


def pitch(waveform: np.ndarray) -> float:
    """The loudest frequency in Hz."""
    spectrum = np.abs(np.fft.rfft(waveform * np.hanning(len(waveform))))
    return float(spectrum.argmax() * SAMPLE_RATE / len(waveform))


@pytest.mark.parametrize(
    ("name", "subtype", "container"),
    [
        ("8bit.wav", "PCM_U8", "WAV"),
        ("16bit.wav", "PCM_16", "WAV"),
        ("24bit.wav", "PCM_24", "WAV"),
        ("32bit.wav", "PCM_32", "WAV"),
        ("float.wav", "FLOAT", "WAV"),
        ("double.wav", "DOUBLE", "WAV"),
        ("extensible.wav", "PCM_24", "WAVEX"),
        ("a-law.wav", "ALAW", "WAV"),
        ("adpcm.wav", "IMA_ADPCM", "WAV"),
        ("sound.flac", "PCM_24", "FLAC"),
        ("sound.ogg", "VORBIS", "OGG"),
        ("sound.opus", "OPUS", "OGG"),
        ("sound.aiff", "PCM_16", "AIFF"),
        ("sound.sph", "PCM_16", "NIST"),
        ("sound.mat", "PCM_16", "MAT5"),  # which FFmpeg can't open
        ("sound.mp3", "MPEG_LAYER_III", "MP3"),
        ("no-suffix", "MPEG_LAYER_III", "MP3"),
        ("an-mp3-named.wav", "MPEG_LAYER_III", "MP3"),
    ],
)
def test_libsndfiles_formats_become_16_khz(tmp_path, name, subtype, container):
    rate = 48_000
    path = write(tmp_path / name, tone(2, rate), rate, subtype, container)
    sound = decode(path)
    assert sound.waveform.dtype == np.float32
    assert sound.waveform.ndim == 1
    assert sound.duration == pytest.approx(2, abs=0.06)
    assert sound.findings.heard_s == pytest.approx(2, abs=0.06)
    assert pitch(sound.waveform) == pytest.approx(440, abs=2)


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("sound.m4a", "aac"),
        ("sound.mp4", "aac"),
        ("sound.webm", "libopus"),
        ("sound.wma", "wmav2"),
        ("sound.ac3", "ac3"),
        ("sound.ts", "mp2"),
        ("sound.caf", "alac"),
    ],
)
def test_ffmpegs_formats_become_16_khz(tmp_path, name, codec):
    sound = decode(encode(tmp_path / name, codec, tone(2, 48_000), 48_000))
    assert sound.duration == pytest.approx(2, abs=0.1)
    assert pitch(sound.waveform) == pytest.approx(440, abs=2)


@pytest.mark.parametrize("rate", [8_000, 11_025, 16_000, 22_050, 44_100, 96_000, 192_000])
def test_any_rate_keeps_its_length(tmp_path, rate):
    sound = decode(write(tmp_path / "a.wav", tone(3, rate), rate))
    assert len(sound.waveform) == pytest.approx(3 * SAMPLE_RATE, abs=1)


def test_a_file_at_16_khz_comes_through_untouched(tmp_path):
    samples = tone(1)
    sound = decode(write(tmp_path / "a.wav", samples, SAMPLE_RATE, "FLOAT"))
    np.testing.assert_array_equal(sound.waveform, samples)


def test_channels_are_mixed_down(tmp_path):
    both = np.stack([tone(1), np.zeros(SAMPLE_RATE, np.float32)], axis=1)
    sound = decode(write(tmp_path / "a.wav", both, SAMPLE_RATE, "FLOAT"))
    np.testing.assert_allclose(sound.waveform, tone(1) / 2, atol=1e-6)


def test_stereo_can_be_kept_apart(tmp_path):
    left, right = tone(1), tone(1, hertz=880)
    path = write(tmp_path / "a.wav", np.stack([left, right], axis=1), SAMPLE_RATE, "FLOAT")
    samples = np.concatenate(list(stream(path, channels=2)))
    np.testing.assert_array_equal(samples[:, 0], left)
    np.testing.assert_array_equal(samples[:, 1], right)


def test_a_mono_file_has_the_same_sound_on_both_sides(tmp_path):
    path = write(tmp_path / "a.wav", tone(1), SAMPLE_RATE, "FLOAT")
    samples = np.concatenate(list(stream(path, channels=2)))
    np.testing.assert_array_equal(samples[:, 0], samples[:, 1])


def test_digital_silence_is_sound(tmp_path):
    path = write(tmp_path / "a.mp3", np.zeros(SAMPLE_RATE, np.float32), SAMPLE_RATE)
    assert not decode(path).waveform.any()


def test_invalid_numbers_in_a_float_file_are_replaced(tmp_path):
    samples = tone(1)
    samples[100:103] = np.nan, np.inf, -np.inf
    samples[200] = 3e38
    sound = decode(write(tmp_path / "a.wav", samples, SAMPLE_RATE, "FLOAT"))
    assert np.isfinite(sound.waveform).all()
    assert np.isfinite(np.square(sound.waveform).sum())


def test_a_channel_without_numbers_does_not_silence_the_other(tmp_path):
    both = np.stack([tone(1), np.full(SAMPLE_RATE, np.nan, np.float32)], axis=1)
    path = write(tmp_path / "half.wav", both, SAMPLE_RATE, "FLOAT")
    assert np.abs(decode(path).waveform).max() == pytest.approx(0.2, abs=0.01)


@pytest.mark.parametrize("name", ["caf\udce9.wav", "take.raw"])
def test_a_files_name_does_not_matter(tmp_path, name):
    written = write(tmp_path / "a.wav", tone(1), SAMPLE_RATE)
    try:
        path = written.rename(tmp_path / name)
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    assert decode(path).duration == 1


def test_the_rest_of_a_truncated_file_is_decoded(tmp_path):
    path = write(tmp_path / "a.mp3", tone(10), SAMPLE_RATE)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    assert decode(path).duration == pytest.approx(5, abs=0.2)


def test_an_mp3_is_decoded_beyond_a_wrong_frame_count(tmp_path):
    path = write(tmp_path / "a.mp3", tone(10), SAMPLE_RATE)
    content = bytearray(path.read_bytes())
    at = content.find(b"Info") if b"Info" in content[:200] else content.find(b"Xing")
    assert at > 0
    content[at + 8 : at + 12] = struct.pack(">I", 20)
    path.write_bytes(content)
    assert decode(path).duration == pytest.approx(10, abs=0.2)


def test_a_chained_ogg_is_decoded_to_its_end(tmp_path):
    one = write(tmp_path / "1.ogg", tone(2), SAMPLE_RATE).read_bytes()
    two = write(tmp_path / "2.ogg", tone(3), SAMPLE_RATE).read_bytes()
    both = tmp_path / "both.ogg"
    both.write_bytes(one + two)
    assert decode(both).duration == pytest.approx(5, abs=0.1)


@pytest.mark.parametrize("declared", [0, 0x7FFFFFFF, 0xFFFFFFFF])
def test_a_wav_with_a_wrong_length_is_decoded_in_full(tmp_path, declared):
    path = write(tmp_path / "a.wav", tone(2), SAMPLE_RATE, "PCM_16")
    content = bytearray(path.read_bytes())
    at = content.index(b"data") + 4
    content[4:8] = content[at : at + 4] = struct.pack("<I", declared)
    path.write_bytes(content)
    assert decode(path).duration == pytest.approx(2, abs=0.01)
