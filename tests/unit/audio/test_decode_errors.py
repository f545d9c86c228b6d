"""A file that can't be decoded gives an error that says why, and limits hold for every file."""

import os
import struct
from pathlib import Path

import numpy as np
import pytest
import soundfile

from earshot import errors
from earshot.audio.decode import decode, stream
from earshot.audio.limits import SAMPLE_RATE, Limits

from .sounds import tone, write


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
