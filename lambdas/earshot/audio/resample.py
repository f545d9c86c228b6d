"""Brings blocks of any rate and channel count to 16 kHz, as a stream."""

from typing import cast

import numpy as np
import numpy.typing as npt
import soxr

from earshot.audio.limits import SAMPLE_RATE

CEILING = 1e6  # beyond it a float file holds noise, and squares would overflow


class Resampler:
    """Mixes to mono (or keeps `channels`) and resamples with soxr HQ, librosa's default filter.

    Feed blocks of shape (frames, channels in the file); get shape (frames, `channels`) at 16 kHz.
    """

    def __init__(self, rate: int, channels: int = 1) -> None:
        self.rate = rate
        self.channels = channels
        self._stream = (
            soxr.ResampleStream(rate, SAMPLE_RATE, channels, dtype="float32", quality="HQ")
            if rate != SAMPLE_RATE
            else None
        )

    def feed(self, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        if not np.isfinite(samples).all() or np.abs(samples).max(initial=0.0) > CEILING:
            samples = np.clip(np.nan_to_num(samples, posinf=0.0, neginf=0.0), -CEILING, CEILING)
        kept = self._mix(samples)
        return kept if self._stream is None else self._resample(kept, last=False)

    def flush(self) -> npt.NDArray[np.float32]:
        """What the filter still holds; ends the stream."""
        empty = np.zeros((0, self.channels), np.float32)
        return empty if self._stream is None else self._resample(empty, last=True)

    def _mix(self, samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        if samples.shape[1] == self.channels:
            return samples
        if self.channels == 1:
            return _mono(samples)
        # A mono file, or surround sound, has no two speakers to keep apart.
        return np.repeat(_mono(samples), self.channels, axis=1)

    def _resample(self, samples: npt.NDArray[np.float32], last: bool) -> npt.NDArray[np.float32]:
        assert self._stream is not None  # noqa: S101
        return cast("npt.NDArray[np.float32]", self._stream.resample_chunk(samples, last=last))


def _mono(samples: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
    mixed: npt.NDArray[np.float32] = samples.mean(axis=1, keepdims=True, dtype=np.float32)
    return mixed
