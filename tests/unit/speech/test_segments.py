"""Segments start after pauses."""

from earshot.speech.segments import LONG_SEGMENT_S, SEGMENT_PAUSE_S, split
from earshot.speech.transcript import Word


def words(*times: tuple[float, float]) -> list[Word]:
    return [Word("A", start, end, 1.0) for start, end in times]


def test_a_pause_begins_a_new_segment():
    spoken = words((0.0, 0.5), (0.6, 1.0), (1.0 + SEGMENT_PAUSE_S, 2.0 + SEGMENT_PAUSE_S))
    assert [len(segment.words) for segment in split(spoken)] == [2, 1]


def test_a_shorter_gap_does_not():
    assert len(split(words((0.0, 0.5), (0.4 + SEGMENT_PAUSE_S, 2.0)))) == 1


def test_a_long_segment_ends_at_half_a_pause():
    gap = SEGMENT_PAUSE_S * 0.6
    steady = words(*[(n * (1 + gap), n * (1 + gap) + 1) for n in range(60)])
    segments = split(steady)
    assert len(segments) > 1
    assert all(segment.end - segment.start <= LONG_SEGMENT_S for segment in segments)


def test_no_words_make_no_segments():
    assert split([]) == ()


def test_a_channel_is_kept():
    assert split(words((0, 1)), channel=1)[0].channel == 1


def test_eight_tenths_of_a_second_are_a_pause_and_half_of_it_after_half_a_minute():
    assert len(split(words((0, 1), (1.8, 2)))) == 2
    assert len(split(words((0, 1), (1.7, 2)))) == 1
    assert len(split(words((0, 29), (29.5, 30)))) == 1, "no longer than half a minute"
    assert len(split(words((0, 29), (29.5, 31)))) == 2
    assert len(split(words((0, 29), (29.3, 31)))) == 1


def test_how_long_a_segment_is_does_not_depend_on_where_it_begins():
    assert len(split(words((100, 101), (101.5, 102)))) == 1
