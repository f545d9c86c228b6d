"""A sound is where a player plays it: gaps in time stamps are silence."""

import numpy as np
import pytest

from earshot.audio.decode import decode
from earshot.audio.limits import Limits
from earshot.audio.timeline import Timeline

from .sounds import encode_at, tone

RATE = 48_000
GAP_S = 6.0


def after(seconds: float, put_off: float):
    return lambda at: put_off if at >= seconds - 1e-9 else 0.0


def starts(waveform: np.ndarray) -> list[float]:
    """When sound begins, after at least a second of silence."""
    pieces = waveform[: len(waveform) // 160 * 160].reshape(-1, 160)
    loud = np.abs(pieces).max(axis=1) > 0.1
    quiet = np.concatenate([np.zeros(100, bool), loud])
    return [at / 100 for at in np.flatnonzero(loud) if not quiet[at : at + 100].any()]


@pytest.mark.parametrize(
    ("name", "codec"),
    [("a.webm", "libopus"), ("a.mkv", "libopus"), ("a.m4a", "aac"), ("a.opus", "libopus")],
)
def test_a_gap_between_two_clips_is_silence(tmp_path, name, codec):
    path = encode_at(tmp_path / name, codec, tone(8, RATE), RATE, after(4, GAP_S))
    sound = decode(path)
    assert starts(sound.waveform) == pytest.approx([0, 4 + GAP_S], abs=0.05)
    assert sound.duration == pytest.approx(8 + GAP_S, abs=0.05)
    assert sound.findings.heard_s == pytest.approx(8, abs=0.05)
    assert not sound.findings.damaged


@pytest.mark.parametrize(("name", "codec"), [("a.webm", "libopus"), ("a.m4a", "aac")])
def test_a_sound_that_begins_late_begins_with_silence(tmp_path, name, codec):
    path = encode_at(tmp_path / name, codec, tone(4, RATE), RATE, lambda at: 3.0)
    assert starts(decode(path).waveform) == pytest.approx([3.0], abs=0.05)


def test_a_gap_beyond_the_limit_is_a_wrong_time_stamp(tmp_path):
    path = encode_at(tmp_path / "a.webm", "libopus", tone(8, RATE), RATE, after(4, 5000))
    assert decode(path, Limits(max_seconds=60)).duration == pytest.approx(8, abs=0.05)


def test_a_long_gap_in_a_small_file_is_no_bomb(tmp_path):
    path = encode_at(tmp_path / "a.webm", "libopus", tone(2, RATE), RATE, after(1, 700))
    assert path.stat().st_size < 50_000
    assert decode(path).duration == pytest.approx(702, abs=0.1)


def test_streams_that_follow_each_other_follow_on_the_clock():
    line = Timeline(max_s=100, from_zero=True)
    gaps = [line.silence_before(at, 1) for at in (0, 1, 2, 0, 1, None, 3)]
    assert gaps == [0] * 7
    assert line.end_s == 7


def test_rounded_time_stamps_leave_no_gaps():
    line = Timeline(max_s=100, from_zero=True)
    assert sum(line.silence_before(round(n * 0.0213, 2), 0.0213) for n in range(1000)) == 0
