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


@pytest.mark.slow("nine thousand blocks of a hundredth of a second")
@pytest.mark.parametrize("size", [160, 4_000, 65_536, 1_000_000])
def test_the_size_of_the_blocks_does_not_change_the_windows(size):
    recording = noise(90)
    blocks = [recording[at : at + size] for at in range(0, len(recording), size)]
    whole, pieces = list(windows([recording], HOP)), list(windows(blocks, HOP))
    assert [(w.start, w.keep_from, w.keep_to) for w in whole] == [
        (w.start, w.keep_from, w.keep_to) for w in pieces
    ]


def first_cut(*pauses: tuple[float, ...], level: float = 0.0, seconds: float = 40) -> float:
    """Where the first window ends, in seconds, with pauses (at, length) at a share of the sound;
    a third number is a pause's own share."""
    recording = noise(seconds)
    for at, length, *share in pauses:
        pause = slice(round(at * SAMPLE_RATE), round((at + length) * SAMPLE_RATE))
        recording[pause] *= share[0] if share else level
    return next(iter(windows([recording], HOP))).keep_to / SAMPLE_RATE


def test_the_first_clear_pause_is_taken_else_the_longest():
    assert first_cut((4, 0.36), (9, 0.8)) == pytest.approx(4.18, abs=0.03)
    assert first_cut((4, 0.30), (9, 0.8)) == pytest.approx(4.15, abs=0.03), "15 frames are clear"
    assert first_cut((4, 0.28), (9, 0.8)) == pytest.approx(9.4, abs=0.03)
    assert first_cut((4, 0.26), (9, 0.28)) == pytest.approx(9.14, abs=0.03)
    assert first_cut((4, 0.26), (9, 0.8)) == pytest.approx(9.4, abs=0.03)


def test_no_window_ends_within_two_seconds_or_after_twenty():
    assert first_cut((1.0, 0.5), (6, 0.5)) == pytest.approx(6.25, abs=0.03)
    assert first_cut((2.2, 0.5), (6, 0.5)) == pytest.approx(2.45, abs=0.03)
    assert first_cut((19.0, 0.5), (22, 0.5)) == pytest.approx(19.25, abs=0.03)
    assert 10 <= first_cut((20.5, 0.5)) <= 20, "in the second half, where there is no pause"


def test_a_pause_is_fifteen_decibels_below_speech():
    assert first_cut((6, 0.5), level=10 ** (-18 / 20)) == pytest.approx(6.25, abs=0.03)
    assert first_cut((6, 0.5), level=10 ** (-12 / 20)) >= 10


def test_where_pauses_are_many_one_is_as_quiet_as_those_are() -> None:
    quiet, dip = 10 ** (-40 / 20), 10 ** (-20 / 20)
    assert first_cut((5, 0.5, dip), (12, 3, quiet)) == pytest.approx(13.5, abs=0.03)
    assert first_cut((5, 0.5, quiet), (12, 3, quiet)) == pytest.approx(5.25, abs=0.03)


def test_a_shout_of_less_than_a_tenth_of_the_time_makes_no_pause_of_the_rest():
    assert first_cut((16, 2.0, 10.0)) >= 10


def test_no_word_goes_on_into_the_first_window():
    assert next(iter(windows([noise(40)], HOP))).after_pause


def test_half_a_minute_is_one_window_and_more_is_not():
    assert first_cut((6, 0.5), seconds=30) == 30
    assert first_cut((6, 0.5), seconds=30.1) == pytest.approx(6.25, abs=0.03)


def test_without_a_pause_the_cut_is_at_the_quietest_tenth_of_a_second():
    assert first_cut((13, 0.1), level=0.5) == pytest.approx(13.05, abs=0.03)
    assert first_cut((4, 0.1), level=0.5) >= 10, "in the second half of the longest window"


def cuts(*pauses: tuple[float, ...], seconds: float = 40, hop: int = HOP) -> list[float]:
    """Where windows end, in seconds, in sound of one level: pauses (at, length, decibels)."""
    recording = np.full(round(seconds * SAMPLE_RATE), 0.1, np.float32)
    recording[::2] *= -1
    for at, length, decibels in pauses:
        pause = slice(round(at * SAMPLE_RATE), round((at + length) * SAMPLE_RATE))
        recording[pause] *= 10 ** (decibels / 20)
    return [window.keep_to / SAMPLE_RATE for window in windows([recording], hop)]


def test_a_cut_is_in_the_middle_of_the_pause():
    assert cuts((4, 0.36, -90))[0] == 4.18
    assert cuts((4, 0.38, -90), hop=160)[0] == 4.19
    assert cuts((4, 0.38, -90))[0] == 4.18, "a multiple of the hop"


def test_without_a_pause_the_cut_is_in_the_middle_of_the_quietest_tenth_of_a_second():
    assert cuts((13, 0.1, -3))[0] == 13.04, "a multiple of the hop"
    assert cuts((13, 0.1, -3), hop=80)[0] == 13.05
    assert cuts((13, 0.1, -3), (15, 0.1, -4))[0] == 15.04
    assert cuts((13, 0.04, -6), (15, 0.1, -4))[0] == 15.04, "it is quiet for longer"


def test_the_second_half_of_the_longest_window_is_from_ten_to_twenty_seconds():
    assert cuts((10, 0.1, -3), (8, 1, -4))[0] == 10.04
    assert cuts((19.9, 0.1, -3), (20, 0.5, -4))[0] == 19.94


def test_twelve_frames_of_twenty_milliseconds_are_a_pause_and_fewer_are_not():
    assert cuts((4, 0.24, -90))[0] == 4.12
    assert cuts((4, 0.22, -90))[0] >= 10


def test_a_pause_just_two_or_twenty_seconds_on_ends_a_window():
    assert cuts((1.84, 0.32, -90), (6, 0.5, -90))[0] == 2
    assert cuts((19.84, 0.32, -90))[0] == 20


def test_what_is_15_decibels_below_speech_is_a_pause():
    assert cuts((6, 0.5, -15.2))[0] == pytest.approx(6.24, abs=0.01)
    assert cuts((6, 0.5, -14.8), (12, 0.5, -20))[0] == pytest.approx(12.24, abs=0.01)


def test_a_tenth_of_the_sound_tells_the_background():
    known = cuts((12, 2.2, -40), (5, 0.5, -20))
    assert known[0] == pytest.approx(13.1, abs=0.01)
    unknown = cuts((12, 1.5, -40), (5, 0.5, -20))
    assert unknown[0] == pytest.approx(5.24, abs=0.01)


def test_faint_noise_is_a_pause_as_digital_silence_is():
    assert cuts((5, 0.5, -55), (12, 5, -200))[0] == pytest.approx(5.24, abs=0.01)


def test_what_is_left_of_twenty_seconds_is_one_window_and_of_more_is_cut():
    assert cuts((9.95, 0.3, -90), seconds=30.1) == [10.1, 30.1]
    assert len(cuts((9.95, 0.3, -90), seconds=30.2)) == 3


def test_no_sound_makes_no_window():
    assert list(windows([], HOP)) == list(windows([noise(0)], HOP)) == []
