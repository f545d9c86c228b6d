"""Streaming gives the samples that librosa.load gives: soxr HQ over the whole file at once."""

import numpy as np
import pytest
import soundfile
import soxr

from earshot.audio.decode import decode

from .sounds import write

FLOOR = -60  # dB below the sound


@pytest.mark.parametrize("rate", [8_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("suffix", ["wav", "mp3", "flac"])
def test_a_mono_clip_has_librosas_samples(tmp_path, rate, suffix):
    noise = np.random.default_rng(rate).standard_normal(6 * rate).astype(np.float32)
    voice = 0.1 * np.convolve(noise, np.hanning(8) / 4, "same").astype(np.float32)
    path = write(tmp_path / f"a.{suffix}", voice, rate)
    theirs = soxr.resample(soundfile.read(path, dtype="float32")[0], rate, 16_000, quality="HQ")
    ours = decode(path).waveform
    assert len(ours) == pytest.approx(len(theirs), abs=1)
    both = min(len(ours), len(theirs))
    error = np.sqrt(np.mean(np.square(ours[:both] - theirs[:both])))
    assert 20 * np.log10(error / np.sqrt(np.mean(np.square(theirs))) + 1e-12) < FLOOR
