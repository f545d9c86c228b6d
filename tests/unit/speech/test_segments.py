"""Segments begin where the speaker paused."""

from earshot.speech.segments import LONGEST, PAUSE, split
from earshot.speech.transcript import Word


def words(*times: tuple[float, float]) -> list[Word]:
    return [Word("A", start, end, 1.0) for start, end in times]


def test_a_pause_begins_a_new_segment():
    spoken = words((0.0, 0.5), (0.6, 1.0), (1.0 + PAUSE, 2.0 + PAUSE))
    assert [len(segment.words) for segment in split(spoken)] == [2, 1]


def test_a_shorter_gap_does_not():
    assert len(split(words((0.0, 0.5), (0.4 + PAUSE, 2.0)))) == 1


def test_after_a_long_stretch_half_a_pause_will_do():
    gap = PAUSE * 0.6
    steady = words(*[(n * (1 + gap), n * (1 + gap) + 1) for n in range(60)])
    segments = split(steady)
    assert len(segments) > 1
    assert all(segment.end - segment.start <= LONGEST for segment in segments)


def test_no_words_make_no_segments():
    assert split([]) == ()


def test_a_channel_is_kept():
    assert split(words((0, 1)), channel=1)[0].channel == 1
