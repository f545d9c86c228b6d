"""Data augmentation: speed, equaliser, reverberation, noise, telephone, mp3.

Waveforms have shape (samples,) at 16 kHz.
"""

import io

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray
from scipy import signal

from training.corpus import SAMPLE_RATE

Waveform = NDArray[np.float32]
Rng = np.random.Generator


def as_float32(x: NDArray[np.floating]) -> Waveform:
    return np.asarray(x, dtype=np.float32)


def change_speed(x: Waveform, factor: float) -> Waveform:
    """Faster, and higher in pitch, for factor > 1; resampled without keeping the pitch."""
    if abs(factor - 1) < 1e-3:
        return x
    return as_float32(soxr.resample(x, SAMPLE_RATE * factor, SAMPLE_RATE, quality="LQ"))


def equalise(x: Waveform, rng: Rng) -> Waveform:
    """Tilts the spectrum about a random frequency by up to 9 dB either way (a shelf filter)."""
    gain = 10 ** (rng.uniform(-9, 9) / 20)
    corner = np.tan(np.pi * np.exp(rng.uniform(np.log(300), np.log(4000))) / SAMPLE_RATE)
    b, a = (np.array([1 + gain * corner, gain * corner - 1]), np.array([1 + corner, corner - 1]))
    return as_float32(signal.lfilter(b / a[0], a / a[0], x))


def reverberate(x: Waveform, rng: Rng) -> Waveform:
    """A room: the direct sound and exponentially decaying noise; RT60 is 0.1-0.6 s."""
    decay = rng.uniform(0.1, 0.6)
    t = np.arange(int(decay * SAMPLE_RATE)) / SAMPLE_RATE
    tail = rng.standard_normal(len(t)) * 10 ** (-3 * t / decay)
    tail[: int(0.002 * SAMPLE_RATE)] = 0
    tail *= 10 ** (-rng.uniform(0, 12) / 20) / np.sqrt(np.sum(tail**2))
    tail[0] = 1.0
    return as_float32(signal.oaconvolve(x, tail)[: len(x)])


def coloured_noise(length: int, rng: Rng) -> Waveform:
    """Noise (length,) of unit power; its spectrum falls by 0-6 dB per octave, white to brown."""
    spectrum = np.fft.rfft(rng.standard_normal(length))
    slope = np.arange(1, len(spectrum) + 1, dtype=np.float64) ** -rng.uniform(0, 1.0)
    noise = np.fft.irfft(spectrum * slope, length)
    return (noise / (np.std(noise) + 1e-9)).astype(np.float32)


def add_noise(x: Waveform, rng: Rng, quietest_snr: float = 6, best_snr: float = 35) -> Waveform:
    """Adds noise; the signal-to-noise ratio is drawn from `quietest_snr`..`best_snr` dB."""
    level = np.std(x) * 10 ** (-rng.uniform(quietest_snr, best_snr) / 20)
    return x + np.float32(level) * coloured_noise(len(x), rng)


def telephone(x: Waveform, rng: Rng) -> Waveform:
    """A band-pass filter from 100-300 Hz to 2.8-4 kHz."""
    edges = (rng.uniform(100, 300), rng.uniform(2800, 4000))
    sos = signal.butter(4, edges, "bandpass", fs=SAMPLE_RATE, output="sos")
    return as_float32(signal.sosfilt(sos, x))


def mp3(x: Waveform, rng: Rng) -> Waveform:
    """Encodes as mp3 at about 8, 16, 24 or 32 kbit/s and decodes; the codec's delay is cut off."""
    file = io.BytesIO()
    scaled = x * (0.8 / (np.abs(x).max() + 1e-6))
    sf.write(
        file,
        scaled,
        SAMPLE_RATE,
        format="MP3",
        subtype="MPEG_LAYER_III",
        bitrate_mode="CONSTANT",
        compression_level=float(rng.choice([0.85, 0.9, 0.95, 0.99], p=[0.3, 0.35, 0.25, 0.1])),
    )
    file.seek(0)
    decoded = sf.read(file, dtype="float32")[0]
    start = max(0, len(decoded) - len(x))
    return as_float32(decoded[min(start, 1105) :][: len(x)])


def augment(x: Waveform, rng: Rng, human: bool, amount: float = 1.0) -> Waveform:
    """A random choice of the above. `human` recordings get less reverberation and noise.

    `amount` scales the probabilities. Early in training, cleaner speech is learnt faster.
    """
    chance = rng.random(5) / max(amount, 1e-9)
    if chance[0] < 0.35:
        x = equalise(x, rng)
    if chance[1] < (0.1 if human else 0.2):
        x = reverberate(x, rng)
    if chance[2] < (0.2 if human else 0.3):
        x = add_noise(x, rng)
    if chance[3] < 0.04:
        x = telephone(x, rng)
    if chance[4] < 0.2:
        x = mp3(x, rng)
    return x
