"""Files after public bug reports, if they are on this machine; test_whole_file.py and its
neighbours rebuild their kinds from the project's own recordings.
"""

import numpy as np
import pytest

from earshot.audio.decode import decode
from earshot.audio.limits import SAMPLE_RATE
from tests.shared_data import COMMON_VOICE, SHARED

from .sounds import lag, likeness

WILD = SHARED / "found_in_the_wild"

pytestmark = pytest.mark.skipif(
    not (WILD.is_dir() and COMMON_VOICE.is_dir()),
    reason="the files that were found in the wild are not on this machine",
)


@pytest.fixture(scope="module")
def a() -> np.ndarray:
    return decode(COMMON_VOICE / "clips" / "sample-000003.mp3").waveform


@pytest.fixture(scope="module")
def b() -> np.ndarray:
    return decode(COMMON_VOICE / "clips" / "sample-000001.mp3").waveform


def test_a_flac_from_a_pipe(a, b):
    sound = decode(WILD / "g1_pipe.flac")
    assert sound.duration == pytest.approx(16.08, abs=0.01)
    assert likeness(sound.waveform, np.concatenate([a, b, a, b])) > 0.99
    assert not sound.findings.damaged


def test_a_flac_with_one_wrong_byte(a, b):
    sound = decode(WILD / "g3_onebyte.flac")
    assert sound.duration == pytest.approx(16.08, abs=0.01)
    assert likeness(sound.waveform, np.concatenate([a, b, a, b])) > 0.99
    assert sound.findings.damaged
    assert sound.findings.lost_s == pytest.approx(0.072, abs=0.001), "one frame"


def test_two_flacs_one_after_the_other(a, b):
    # The page beside the file says 7.82 s, as one version of FFmpeg gives; the clips have 8.04 s.
    sound = decode(WILD / "d6_concat.flac")
    assert sound.duration == pytest.approx((len(a) + len(b)) / SAMPLE_RATE, abs=0.01)
    assert likeness(sound.waveform, np.concatenate([a, b])) > 0.99


def test_a_webm_with_a_gap(a, b):
    sound = decode(WILD / "h1_gap.webm")
    assert sound.duration == pytest.approx(13.6, abs=0.1)
    at = lag(sound.waveform, b)
    assert at / SAMPLE_RATE == pytest.approx(10.0, abs=0.1)
    assert likeness(sound.waveform[at:], b) > 0.9
    assert likeness(sound.waveform[lag(sound.waveform, a) :], a) > 0.9
    assert not sound.waveform[5 * SAMPLE_RATE : 9 * SAMPLE_RATE].any()


def test_an_mp3_whose_channels_cancel_each_other_out(a):
    sound = decode(WILD / "a1_antiphase.mp3")
    assert likeness(sound.waveform, a) > 0.9
    assert sound.findings.channel == 0
