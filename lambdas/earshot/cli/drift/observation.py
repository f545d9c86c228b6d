"""What drift is measured on: one observation a recording."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from earshot.cli.tables.names import base_name
from earshot.recordings.record import FACETS, Recording

FRAME = 320  # samples: 20 ms at 16 kHz


@dataclass(frozen=True, slots=True)
class Observation:
    """One recording: the numbers that are known, facets, and errors if it has a reference.

    `errors` and `words` are the edits against the reference text and its number of words.
    """

    numbers: Mapping[str, float]
    facets: Mapping[str, str]
    errors: int | None = None
    words: int | None = None


def observe(
    recording: Recording,
    references: Mapping[str, str] | None = None,
    waveform: npt.NDArray[np.float32] | None = None,
) -> Observation:
    """Of a recording with its transcript; level and noise only where its sound is given.

    `references` are texts by base name (earshot.cli.tables.names).
    """
    transcript = recording.transcript
    if transcript is None:
        raise ValueError("only a transcribed recording can be observed")
    numbers = {"duration, s": transcript.duration}
    spoken = sum(segment.end - segment.start for segment in transcript.segments)
    if transcript.words and spoken > 0:
        numbers["words a minute"] = 60 * len(transcript.words) / spoken
        numbers["confidence"] = float(np.mean([word.confidence for word in transcript.words]))
    if waveform is not None and len(waveform) >= 10 * FRAME:
        numbers["level, dBFS"], numbers["signal to noise, dB"] = loudness(waveform)
    facets = {name: recording.facets.get(name) or "unknown" for name in FACETS}
    said = (references or {}).get(base_name(recording.key))
    if said is None:
        return Observation(numbers, facets)
    errors, words = word_errors(said, transcript.text)
    return Observation(numbers, facets, errors, words)


def loudness(waveform: npt.NDArray[np.float32]) -> tuple[float, float]:
    """Level in dBFS, and an estimate of the signal-to-noise ratio in dB.

    The ratio is of the loud 20 ms frames (90th percentile of power) to the quiet ones (10th): no
    pause, no noise floor, so it is a lower bound for speech without pauses.
    """
    frames = waveform[: len(waveform) // FRAME * FRAME].reshape(-1, FRAME)
    power = np.mean(frames.astype(np.float64) ** 2, axis=1) + 1e-10
    quiet, loud = np.percentile(power, (10, 90))
    return 10 * np.log10(power.mean()), 10 * np.log10(loud / quiet)


def word_errors(said: str, heard: str) -> tuple[int, int]:
    """Edits from `said` to `heard` in words, and the words said; case and signs don't count."""
    import jiwer

    def plain(text: str) -> str:
        kept = "".join(c if c.isalnum() or c == "'" else " " for c in text.lower())
        return " ".join(kept.split())

    out = jiwer.process_words(plain(said) or "-", plain(heard))
    words = out.hits + out.substitutions + out.deletions
    return out.substitutions + out.deletions + out.insertions, words
