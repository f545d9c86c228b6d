"""Which audio track of a file is heard. Runs only in the sandboxed child."""

from typing import Any, BinaryIO

import numpy as np

from earshot.audio.ffmpeg import frames, opened, samples_of
from earshot.audio.findings import Notes
from earshot.errors import AudioError

SILENT_POWER = 1e-7  # mean square: 70 dB below full scale
SILENT_BESIDE = 1e-4  # 40 dB below the loudest track


def choose(file: BinaryIO, container: Any, notes: Notes) -> Any:
    """The track that a player plays, the default one, unless it is silent: then the loudest.

    Of a file with several tracks the choice is noted. Each of them is decoded for it.
    """
    tracks = container.streams.audio
    if len(tracks) == 1:
        return tracks[0]
    preferred = tracks.index(container.streams.best("audio") or tracks[0])
    powers = [_power(file, number) for number in range(len(tracks))]
    loudest = max(range(len(tracks)), key=powers.__getitem__)
    silent = powers[preferred] <= max(SILENT_POWER, SILENT_BESIDE * powers[loudest])
    notes.track = loudest if silent else preferred
    return tracks[notes.track]


def _power(file: BinaryIO, number: int) -> float:
    """The mean square of a track's samples; 0 if it can't be decoded."""
    total, count = 0.0, 0
    try:
        with opened(file) as container:
            for frame in frames(container, container.streams.audio[number], Notes()):
                samples = np.nan_to_num(samples_of(frame))
                total += float(np.square(samples, dtype=np.float64).sum())
                count += samples.size
    except (AudioError, LookupError):
        pass
    return total / count if count else 0.0
