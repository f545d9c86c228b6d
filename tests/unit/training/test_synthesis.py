import shutil
from pathlib import Path

import numpy as np
import pytest

from training import synthesis, voices
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
    assert "github.com/RHVoice/RHVoice" in message
    assert "--no-rhvoice" in message


def test_rhvoice_can_be_left_out() -> None:
    synthesizers = {d.voice.synthesizer for d in voices.deliveries(seed=1, scale=0.01)}
    without = {d.voice.synthesizer for d in voices.deliveries(1, 0.01, rhvoice=False)}
    assert synthesizers - without == {"rhvoice"}
