"""Mixes and resamples blocks of any rate and channel count to 16 kHz, as a stream."""

from typing import cast

import numpy as np
import numpy.typing as npt
import soxr

from earshot.audio.findings import Notes
from earshot.audio.limits import SAMPLE_RATE
from earshot.audio.mixing import mono

MAX_AMPLITUDE = 1e6  # larger floats are no audio, and their squares would overflow


class Resampler:
    """Mixes to mono, or keeps `channels`, and resamples with soxr HQ, librosa's default filter.

    `feed` takes blocks of shape (n, channels of the file) at `rate` Hz and gives shape
    (m, `channels`) at 16 kHz. Where channels cancel each other out, that goes into the `notes`.
    """

    def __init__(self, rate: int, channels: int = 1, notes: Notes | None = None) -> None:
        self.rate = rate
        self.channels = channels
        self._notes = notes or Notes()
        self._stream = (
            soxr.ResampleStream(rate, SAMPLE_RATE, channels, dtype="float32", quality="HQ")
            if rate != SAMPLE_RATE
            else None
        )

    def feed(self, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """The samples at 16 kHz that are complete; the filter holds back some. See `flush`."""
        if not np.isfinite(samples).all() or np.abs(samples).max(initial=0.0) > MAX_AMPLITUDE:
            samples = np.clip(
                np.nan_to_num(samples, posinf=0.0, neginf=0.0), -MAX_AMPLITUDE, MAX_AMPLITUDE
            )
        kept = self._mix(samples)
        return kept if self._stream is None else self._resample(kept, last=False)

    def flush(self) -> npt.NDArray[np.float32]:
        """The last samples, which the filter held back; ends the stream."""
        empty = np.zeros((0, self.channels), np.float32)
        return empty if self._stream is None else self._resample(empty, last=True)

    def _mix(self, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        if samples.shape[1] == self.channels:
            return samples
        mixed, channel = mono(samples)
        if channel is not None:
            cancelled = self._notes.cancelled_s
            cancelled[channel] = cancelled.get(channel, 0.0) + len(samples) / self.rate
        # Only stereo can have one speaker on each channel: other layouts are mixed.
        return mixed if self.channels == 1 else np.repeat(mixed, self.channels, axis=1)

    def _resample(self, samples: npt.NDArray[np.float32], last: bool) -> npt.NDArray[np.float32]:
        assert self._stream is not None  # noqa: S101
        return cast("npt.NDArray[np.float32]", self._stream.resample_chunk(samples, last=last))
