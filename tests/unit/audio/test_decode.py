"""Decoding a file gives its audio at 16 kHz, or an error that says why it can't be read."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from earshot import errors
from earshot.audio.decode import decode, stream
from earshot.audio.limits import SAMPLE_RATE, Limits

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


def error(path: Path, limits: Limits | None = None) -> errors.AudioError:
    with pytest.raises(errors.AudioError) as caught:
        decode(path, limits or Limits())
    assert str(path.parent) not in caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.mp3", b"", "empty"),
        ("a.mp3", b"Dear diary, today I recorded nothing at all.\n" * 50, "not_audio"),
        ("a.wav", "Grüße aus Zürich\n".encode() * 300, "not_audio"),
        ("a.mp3", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "not_audio"),
        ("a.pdf", b"%PDF-1.7\n" + bytes(2000), "not_audio"),
        ("a.wav", b"RIFF\x24\x00\x00\x00WAVE", "corrupt"),
        ("a.flac", b"fLaC" + b"\xff" * 500, "corrupt"),
        ("a.ogg", b"OggS" + b"\x00" * 500, "corrupt"),
        ("a.m4a", b"\x00\x00\x00\x20ftypM4A " + b"\x00" * 500, "corrupt"),
    ],
)
def test_a_file_without_audio_has_an_error_that_says_so(tmp_path, name, content, code):
    path = tmp_path / name
    path.write_bytes(content)
    assert error(path).code == code


def test_a_wav_without_samples_is_empty(tmp_path):
    assert error(write(tmp_path / "a.wav", np.zeros(0, np.float32), SAMPLE_RATE)).code == "empty"


def test_a_video_without_a_sound_track_is_not_audio(tmp_path):
    import av

    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=10)
        video.width, video.height, video.pix_fmt = 64, 64, "yuv420p"
        frame = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        container.mux(video.encode(frame))
        container.mux(video.encode(None))
    assert error(path).code == "not_audio"


def test_what_is_no_file_is_not_audio(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path, tmp_path / "pipe", tmp_path / "missing.mp3", Path("/dev/zero")):
        assert error(path).code == "not_audio"


@pytest.mark.parametrize(
    ("name", "playlist"),
    [
        ("a.m3u8", "#EXTM3U\n#EXTINF:2,\nfile://{target}\n#EXT-X-ENDLIST\n"),
        ("a.mp3", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{target}\n#EXT-X-ENDLIST\n"),
        ("a.mp3", "ffconcat version 1.0\nfile '{target}'\n"),
        ("a.sdp", "v=0\nc=IN IP4 127.0.0.1\nm=audio 5004 RTP/AVP 0\n"),
    ],
)
def test_a_playlist_does_not_open_other_files(tmp_path, name, playlist):
    target = write(tmp_path / "secret.wav", tone(2), SAMPLE_RATE)
    path = tmp_path / name
    path.write_text(playlist.format(target=target))
    assert error(path).code in ("not_audio", "corrupt")


def test_a_forged_rate_is_refused(tmp_path):
    path = write(tmp_path / "a.wav", tone(1), SAMPLE_RATE, "PCM_16")
    content = bytearray(path.read_bytes())
    for rate in (1, 999, 0x7FFFFFFF):
        content[24:28] = struct.pack("<I", rate)
        path.write_bytes(content)
        assert error(path).code == "corrupt"


def test_a_flac_with_eight_channels_at_655_khz_is_decoded(tmp_path):
    path = write(tmp_path / "a.flac", np.zeros((655_350, 8), np.float32), 655_350)
    assert decode(path).duration == pytest.approx(1, abs=0.01)


def test_longer_than_allowed_is_too_long(tmp_path):
    path = write(tmp_path / "a.wav", tone(3), SAMPLE_RATE)
    assert error(path, Limits(max_seconds=2)).code == "too_long"
    assert decode(path, Limits(max_seconds=3)).duration == 3


def test_more_bytes_than_allowed_is_too_large(tmp_path):
    path = write(tmp_path / "a.wav", tone(3), SAMPLE_RATE)
    assert error(path, Limits(max_bytes=1000)).code == "too_large"


@pytest.mark.parametrize("name", ["bomb.flac", "bomb.opus", "bomb.mp3"])
def test_a_bomb_of_silence_stops_at_the_limit(tmp_path, name):
    silence = np.zeros(48_000 * 120, np.float32)
    path = write(tmp_path / name, silence, 48_000, format="OGG" if "opus" in name else None,
                 subtype="OPUS" if "opus" in name else None)  # fmt: skip
    lean = Limits(expansion_free_seconds=10, max_seconds_per_kib=0.01)
    assert error(path, lean).code == "too_large"
    assert error(path, Limits(max_seconds=60)).code == "too_long"


def test_hours_of_silence_in_a_small_file_are_refused_by_default(tmp_path):
    path = tmp_path / "bomb.flac"
    with soundfile.SoundFile(path, "w", 8_000, 1) as file:
        for _ in range(70):
            file.write(np.zeros(8_000 * 60, np.int16))
    assert path.stat().st_size / 1024 * Limits().max_seconds_per_kib < 70 * 60
    assert error(path).code == "too_large"


def test_sound_before_a_limit_is_not_lost_to_a_streaming_reader(tmp_path):
    path = write(tmp_path / "a.wav", tone(60), SAMPLE_RATE)
    decoded = 0
    with pytest.raises(errors.AudioTooLong):
        for block in stream(path, Limits(max_seconds=30)):
            decoded += len(block)
    assert 0 < decoded <= 30 * SAMPLE_RATE
