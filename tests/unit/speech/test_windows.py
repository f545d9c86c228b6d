"""Windows: every sample is used once, cuts are at pauses, and the size of blocks has no effect."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.windows import CONTEXT_SAMPLES, MAX_SINGLE_WINDOW_SAMPLES, windows

HOP = 320


def noise(seconds: float, seed: int = 0) -> np.ndarray:
    chance = np.random.default_rng(seed)
    return (0.1 * chance.standard_normal(round(seconds * SAMPLE_RATE))).astype(np.float32)


@settings(deadline=None, max_examples=15)
@given(st.floats(0, 150), st.integers(0, 5))
def test_every_sample_is_kept_exactly_once(seconds, seed):
    recording = noise(seconds, seed)
    kept = 0
    for window in windows([recording], HOP):
        assert window.keep_from == kept
        assert window.start % HOP == window.keep_from % HOP == 0
        np.testing.assert_array_equal(
            window.waveform, recording[window.start : window.start + len(window.waveform)]
        )
        kept = window.keep_to
    assert kept == len(recording)


def test_a_recording_up_to_the_limit_is_one_window():
    (only,) = windows([noise(MAX_SINGLE_WINDOW_SAMPLES / SAMPLE_RATE)], HOP)
    assert len(only.waveform) == only.keep_to == MAX_SINGLE_WINDOW_SAMPLES


def test_a_cut_without_a_pause_has_context_on_both_sides():
    cut = list(windows([noise(100)], HOP))
    assert len(cut) > 3
    for before, after in pairwise(cut):
        assert not after.after_pause
        assert before.start + len(before.waveform) - before.keep_to == CONTEXT_SAMPLES
        assert after.keep_from - after.start >= CONTEXT_SAMPLES


def test_no_window_is_longer_than_the_engine_was_measured_with():
    assert max(len(w.waveform) for w in windows([noise(200)], HOP)) <= MAX_SINGLE_WINDOW_SAMPLES


@pytest.mark.parametrize("quiet_at", [4.0, 8.3, 17.0])
@pytest.mark.parametrize("background", [0.0, 0.003])
def test_a_cut_falls_into_the_pause(quiet_at, background):
    recording = noise(40)
    pause = slice(round(quiet_at * SAMPLE_RATE), round((quiet_at + 0.4) * SAMPLE_RATE))
    recording[pause] *= background / 0.1
    first, second, *_ = windows([recording], HOP)
    assert pause.start < first.keep_to < pause.stop
    assert second.after_pause
    assert second.start == second.keep_from == first.keep_to


def test_a_tenth_of_a_second_of_silence_is_no_pause():
    recording = noise(40)
    recording[5 * SAMPLE_RATE : 5 * SAMPLE_RATE + SAMPLE_RATE // 10] = 0
    assert not list(windows([recording], HOP))[1].after_pause


def test_only_a_whole_recording_is_alone():
    assert [window.alone for window in windows([noise(20)], HOP)] == [True]
    assert not any(window.alone for window in windows([noise(40)], HOP))


@pytest.mark.parametrize("size", [160, 4_000, 65_536, 1_000_000])
def test_the_size_of_the_blocks_does_not_change_the_windows(size):
    recording = noise(90)
    blocks = [recording[at : at + size] for at in range(0, len(recording), size)]
    whole, pieces = list(windows([recording], HOP)), list(windows(blocks, HOP))
    assert [(w.start, w.keep_from, w.keep_to) for w in whole] == [
        (w.start, w.keep_from, w.keep_to) for w in pieces
    ]
