"""Pauses are not given to a model, and nothing that is said is left out with them."""

from collections.abc import Iterable

import numpy as np
import pytest

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.audible import QUIET_MARGIN_FRAMES, SILENT_MARGIN_SAMPLES, audible
from earshot.speech.engine import Waveform
from earshot.speech.loudness import FRAME_SAMPLES
from earshot.speech.windows import Window, windows

HOP = 320
MARGIN_S = QUIET_MARGIN_FRAMES * FRAME_SAMPLES / SAMPLE_RATE


def noise(seconds: float, decibels: float, seed: int = 0) -> Waveform:
    """Even noise at so many decibels below full scale."""
    chance = np.random.default_rng(seed)
    samples = chance.standard_normal(round(seconds * SAMPLE_RATE), np.float32)
    return np.asarray(10 ** (decibels / 20) * samples, np.float32)


def window(waveform: Waveform, alone: bool = False) -> Window:
    return Window(waveform, 0, 0, len(waveform), after_pause=True, alone=alone)


def seconds(found: slice) -> tuple[float, float]:
    return found.start / SAMPLE_RATE, found.stop / SAMPLE_RATE


@pytest.mark.parametrize("background", [-75, -60, -45])
def test_noise_before_and_after_speech_is_left_out_but_for_a_margin(background: float) -> None:
    speech = noise(4, -20)
    parts = [noise(3, background), speech, noise(5, background, seed=1)]
    start, end = seconds(audible(window(np.concatenate(parts)), HOP))
    assert start == pytest.approx(3 - MARGIN_S, abs=0.02)
    assert end == pytest.approx(7 + MARGIN_S, abs=0.02)
    assert start * SAMPLE_RATE % HOP == 0


def test_digital_silence_leaves_a_smaller_margin() -> None:
    sound = np.zeros(6 * SAMPLE_RATE, np.float32)
    sound[2 * SAMPLE_RATE : 3 * SAMPLE_RATE] = noise(1, -20)
    start, end = seconds(audible(window(sound), HOP))
    margin = SILENT_MARGIN_SAMPLES / SAMPLE_RATE
    assert (start, end) == pytest.approx((2 - margin, 3 + margin), abs=0.001)


@pytest.mark.parametrize("sound", [noise(9, -40), np.zeros(9 * SAMPLE_RATE, np.float32)])
def test_a_window_of_even_noise_or_silence_is_not_given_at_all(sound: Waveform) -> None:
    found = audible(window(sound), HOP)
    assert found.start == found.stop


def test_a_word_little_above_the_noise_is_given() -> None:
    sound = noise(9, -40)
    sound[4 * SAMPLE_RATE : 4 * SAMPLE_RATE + SAMPLE_RATE // 2] += noise(0.5, -38, seed=2)
    start, end = seconds(audible(window(sound), HOP))
    assert start <= 4
    assert end >= 4.5


def test_a_faint_end_of_a_word_stays_in_the_margin() -> None:
    fading = noise(1, -20) * 10 ** (-np.linspace(0, 45, SAMPLE_RATE, dtype=np.float32) / 20)
    sound = np.concatenate([noise(3, -70), noise(3, -20, seed=1), fading, noise(4, -70, seed=2)])
    _, end = seconds(audible(window(sound), HOP))
    assert end >= 7 - 0.1


def test_the_only_window_of_a_recording_is_given_whole() -> None:
    sound = np.concatenate([noise(3, -60), noise(1, -20), noise(3, -60)])
    assert audible(window(sound, alone=True), HOP) == slice(0, len(sound))


def test_a_few_words_among_long_pauses_cost_what_words_do() -> None:
    def recording() -> Iterable[Waveform]:
        for turn in range(20):
            yield noise(2, -20, turn)
            yield noise(12, -58, turn)

    given = [audible(part, HOP) for part in windows(recording(), HOP)]
    spoken = 20 * (2 + 2 * MARGIN_S)
    assert sum(part.stop - part.start for part in given) / SAMPLE_RATE <= 1.1 * spoken
