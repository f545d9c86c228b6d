"""A recording that can't be transcribed in a run's time is given up at once."""

from collections.abc import Iterator

import numpy as np
import pytest

from earshot.audio.limits import SAMPLE_RATE
from earshot.errors import OutOfTime, Unavailable
from earshot.speech import deadline
from earshot.speech.deadline import END_S, Deadline

BLOCK = np.zeros(SAMPLE_RATE, np.float32)  # a second


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(deadline, "monotonic", clock)
    return clock


def worked(clock: Clock, run: Deadline, seconds: int, pace: float, length: float | None) -> int:
    """How many seconds of sound are worked through; each takes `pace` seconds."""
    done = 0

    def blocks() -> Iterator[np.ndarray]:
        for _ in range(seconds):
            yield BLOCK

    for _ in run.watch(blocks(), lambda: length):
        done += 1
        clock.now += pace
    return done


def test_what_fits_is_worked_through(clock):
    run = Deadline.of_run(900_000, 900)
    assert worked(clock, run, 3600, 0.2, 3600.0) == 3600


def test_what_does_not_fit_is_given_up_as_soon_as_its_pace_is_known(clock):
    run = Deadline.of_run(900_000, 900)
    with pytest.raises(OutOfTime, match="880 seconds"):
        worked(clock, run, 7200, 0.2, 7200.0)
    assert clock.now < 15


def test_a_recording_of_unknown_length_is_given_up_when_the_time_is_over(clock):
    run = Deadline.of_run(100_000, 100)
    with pytest.raises(OutOfTime):
        worked(clock, run, 10_000, 0.2, None)
    assert clock.now == pytest.approx(100 - END_S, abs=1)


def test_what_would_fit_in_a_run_of_its_own_comes_again(clock):
    clock.now = 700.0  # others of the batch took that long
    run = Deadline(at=880.0, whole_s=880.0)
    with pytest.raises(Unavailable):
        worked(clock, run, 2000, 0.2, 2000.0)
    assert clock.now < 715
