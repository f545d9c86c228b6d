"""Levels in decibels, and what is quiet beside speech, worked out by hand."""

import numpy as np
import pytest

from earshot.speech.loudness import FRAME_SAMPLES, is_steady, levels, quiet_runs


def test_a_level_is_that_of_twenty_milliseconds_and_digital_silence_has_one() -> None:
    sound = np.zeros(4 * FRAME_SAMPLES - 1, np.float32)
    sound[:FRAME_SAMPLES] = 0.1
    sound[FRAME_SAMPLES : 2 * FRAME_SAMPLES : 2] = 1.0
    assert levels(sound) == pytest.approx([-20, 10 * np.log10(0.5), -90], abs=1e-4)
    assert levels(sound[: FRAME_SAMPLES - 1]).shape == (0,)


def test_a_tenth_of_the_time_tells_how_loud_speech_is() -> None:
    pause, hum, speech = np.full(100, -60.0), np.full(799, -20.0), np.zeros(101)
    assert quiet_runs(np.concatenate([pause, hum, speech])) == [(0, 899)]
    assert quiet_runs(np.concatenate([pause, hum, speech[2:]])) == [(0, 100)]
    assert quiet_runs(np.concatenate([pause, hum, speech]), spoken=0.5) == [(0, 100)]


def test_noise_is_steady_for_a_second_where_nothing_is_three_decibels_above_the_middle() -> None:
    second = np.full(50, -40.0)
    assert is_steady(second)
    assert not is_steady(second[1:]), "it is too short to tell"
    for decibels, steady in ((2.9, True), (3.1, False)):
        second[7] = -40 + decibels
        assert is_steady(second) is steady
