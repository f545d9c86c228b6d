"""When a run must have ended, and whether a recording will be transcribed by then.

A function that is killed in its work begins it again, five times over. So the work is given up as
soon as its pace shows that it can't be done in time.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from time import monotonic
from typing import Self

from earshot.audio.limits import SAMPLE_RATE
from earshot.errors import OutOfTime, Unavailable
from earshot.speech.engine import Waveform

PACE_S = 10.0
"""So long a recording is worked on before its pace is believed: first runs are slow."""
END_S = 20.0
"""For what comes after the transcribing."""


@dataclass(frozen=True, slots=True)
class Deadline:
    """`at`, by `time.monotonic()`, this run must have ended. A run of its own has `whole_s`."""

    at: float
    whole_s: float

    @classmethod
    def of_run(cls, left_ms: float, whole_s: float) -> Self:
        """Of a run that is ended from outside in `left_ms`, and was given `whole_s` in all."""
        return cls(monotonic() + left_ms / 1000 - END_S, whole_s - END_S)

    def watch(
        self, blocks: Iterator[Waveform], length_s: Callable[[], float | None]
    ) -> Iterator[Waveform]:
        """Passes blocks of shape (n,) on, and raises OutOfTime when they can't all be dealt with.

        `length_s` gives the length of the whole in seconds, if it is known. Raises Unavailable
        where a run that has nothing else to do would have time enough.
        """
        began = monotonic()
        seconds = 0.0
        for block in blocks:
            yield block
            seconds += len(block) / SAMPLE_RATE
            took = monotonic() - began
            if took < PACE_S and monotonic() < self.at:
                continue
            needed = took * max(1.0, (length_s() or 0.0) / seconds)
            if began + needed <= self.at:
                continue
            if needed <= self.whole_s and began + took < self.at:
                raise Unavailable("This run has too little time left for the recording.")
            raise OutOfTime(
                f"Transcribing this recording takes longer than a run may take, which is "
                f"{self.whole_s:.0f} seconds."
            )
