"""Long recordings: no word is lost, doubled or moved at the cuts between windows."""

import json
from collections.abc import Sequence

import jiwer
import numpy as np
import pytest

from earshot.audio.decode import decode
from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.acoustics import Acoustics
from earshot.speech.model import SpeechModel
from earshot.speech.transcriber import Transcriber
from earshot.speech.vocabulary import Vocabulary
from tests.shared_data import SHARED

pytestmark = pytest.mark.slow("an hour of sound, or minutes with the real model")

HOP = 320
LONG_FORM = SHARED / "long_form" / "cv_concat_05min.mp3"


class ClickEngine:
    """Writes an A wherever the sound is loud, which shows exactly where a frame was."""

    name, batch, calls, on_device = "clicks", 1, 1, False

    def emissions(self, waveforms: Sequence[np.ndarray]) -> list[np.ndarray]:
        found = []
        for waveform in waveforms:
            frames = np.lib.stride_tricks.sliding_window_view(np.abs(waveform), 400)[::HOP]
            loud = frames[:, :HOP].max(axis=1) > 0.5
            found.append(np.log(np.where(loud[:, None], [0.01, 0.01, 0.98], [0.98, 0.01, 0.01])))
        return found


@pytest.fixture
def clicks() -> Transcriber:
    acoustics = Acoustics(hop=HOP, field=400, normalise=False, group_norm=False)
    vocabulary = Vocabulary(("<pad>", "|", "A"), blank=0, delimiter=1)
    return Transcriber(SpeechModel("clicks", "0" * 16, ClickEngine(), acoustics, vocabulary))


def recording(
    seconds: int, times: Sequence[float] | np.ndarray, background: float, pauses: float
) -> np.ndarray:
    """Noise with clicks at `times`, and a pause of 0.5 s every `pauses` seconds."""
    chance = np.random.default_rng(1)
    sound = background * chance.standard_normal(seconds * SAMPLE_RATE, np.float32)
    for pause in np.arange(pauses, seconds, pauses):
        sound[int(pause * SAMPLE_RATE) : int((pause + 0.5) * SAMPLE_RATE)] *= 0.01
    for time in times:
        sound[int(time * SAMPLE_RATE) + 10] = 1.0
    return sound


@pytest.mark.parametrize(("background", "pauses"), [(0.05, 1e9), (0.05, 5.0), (1e-6, 7.0)])
def test_after_an_hour_of_cuts_every_word_has_its_time(clicks, background, pauses):
    times = np.arange(1.0, 3600 - 1, 2.02)
    heard = clicks.transcribe(recording(3600, times, background, pauses)).words
    starts = np.array([word.start for word in heard])
    assert len(starts) == len(times)
    assert np.abs(starts - times).max() <= 0.02


def test_a_click_at_any_position_near_a_cut_is_found_once(clicks):
    for shift in np.linspace(0, 0.02, 7):
        times = np.arange(9.0 + shift, 61, 1.0)
        heard = clicks.transcribe(recording(64, times, 0.05, 1e9)).words
        assert len(heard) == len(times)


def test_silence_between_sounds_is_not_given_to_the_model(clicks):
    sound = np.zeros(60 * SAMPLE_RATE, np.float32)
    sound[45 * SAMPLE_RATE] = 1.0
    (word,) = clicks.transcribe(sound).words
    assert word.start == pytest.approx(45, abs=0.02)


@pytest.mark.skipif(not LONG_FORM.exists(), reason="the long file is not on this machine")
def test_words_of_joined_clips_lie_inside_their_clips(transcriber):
    clips = json.loads(LONG_FORM.with_suffix(".mp3.segments.json").read_text())
    waveform = decode(LONG_FORM).waveform
    # Greedy: through its word list, a small model turns the smallest differences into other words,
    # which changes the error rate by a point either way.
    transcriber = Transcriber(transcriber.model, "greedy")
    heard = transcriber.transcribe(waveform)
    inside = [
        any(c["start"] - 0.1 <= word.start and word.end <= c["end"] + 0.1 for c in clips)
        for word in heard.words
    ]
    assert np.mean(inside) >= 0.99

    apart = transcriber.transcribe_many(
        [waveform[int(c["start"] * SAMPLE_RATE) : int(c["end"] * SAMPLE_RATE)] for c in clips]
    )
    said = " ".join(clip["text"] for clip in clips)
    joined = " ".join(transcript.text for transcript in apart).lower()
    assert jiwer.wer(said, heard.text.lower()) - jiwer.wer(said, joined) <= 0.005
