from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from earshot.recordings.passages import (
    MAX_PASSAGE_S,
    PASSAGE_S,
    count_passages,
    passages,
    passages_of,
)
from earshot.recordings.record import Recording, Status
from earshot.speech.transcript import Provenance, Segment, Transcript, Word

PROVENANCE = Provenance("model", "f00", "onnx", "greedy", "0")


def transcript(segments: list[list[tuple[float, float]]]) -> Transcript:
    """Segments of words that are named by their start."""
    made = tuple(
        Segment(tuple(Word(f"w{start:g}", start, end, 0.5) for start, end in words))
        for words in segments
    )
    return Transcript(made, 0.0, PROVENANCE)


def talk(seconds: int, begin: int = 0) -> list[tuple[float, float]]:
    return [(float(t), t + 0.8) for t in range(begin, begin + seconds)]


def test_a_minute_of_talk_is_one_passage() -> None:
    (passage,) = passages_of(transcript([talk(60)]))
    assert (passage.start, passage.end, len(passage.words)) == (0, 59.8, 60)


def test_a_recording_without_speech_has_one_empty_passage() -> None:
    (passage,) = passages_of(transcript([]))
    assert (passage.n, passage.text, passage.start, passage.end) == (0, "", 0, 0)


def test_a_recording_that_is_not_done_has_no_passages() -> None:
    assert passages(Recording("id", "key", Status.FAILED, 1, "now")) == []


def test_a_phrase_across_a_cut_lies_whole_in_one_passage() -> None:
    words = talk(300)
    cut = passages_of(transcript([words]))
    for begin in range(290):
        phrase = {f"w{t}" for t in range(begin, begin + 10)}
        assert any(phrase <= {word.text for word in passage.words} for passage in cut)


def test_a_passage_begins_after_a_pause_when_one_is_near() -> None:
    second = passages_of(transcript([talk(33), talk(100, begin=33)]))[1]
    assert second.start == 33


def test_of_several_pauses_the_nearest_to_the_half_minute_counts_and_a_far_one_does_not() -> None:
    several = passages_of(transcript([talk(27), talk(5, begin=27), talk(100, begin=32)]))
    assert several[1].start == 32
    far = passages_of(transcript([talk(37), talk(100, begin=37)]))
    assert far[1].start == 30


def test_a_long_silence_brings_no_passage_that_repeats_another() -> None:
    cut = passages_of(transcript([talk(40), talk(10, begin=3000)]))
    assert [(passage.start, len(passage.words)) for passage in cut] == [(0, 40), (3000, 10)]


def test_what_lies_just_on_a_bound_is_within_it() -> None:
    assert len(passages_of(transcript([talk(61)]))) == 1, "its last word begins after a minute"
    reached = passages_of(transcript([talk(46), talk(40, begin=75)]))
    assert reached[1].start == 30, "75 is within 45 s of it"
    beyond = passages_of(transcript([talk(46), talk(40, begin=76)]))
    assert beyond[1].start == 76


def test_counting_is_the_same_as_cutting() -> None:
    long = transcript([talk(1000)])
    assert count_passages(long) == len(passages_of(long)) > 20


@given(
    st.lists(
        st.lists(
            st.tuples(st.floats(0, 5000), st.floats(0, 3)).map(lambda t: (t[0], t[0] + t[1])),
            min_size=1,
            max_size=30,
        ),
        max_size=8,
    )
)
def test_every_word_of_wild_times_is_in_a_passage_that_is_not_too_long(
    segments: list[list[tuple[float, float]]],
) -> None:
    whole = transcript(segments)
    cut = passages_of(whole)
    assert {word for passage in cut for word in passage.words} == set(whole.words)
    assert [passage.n for passage in cut] == list(range(len(cut)))
    for passage in cut:
        starts = [word.start for word in passage.words]
        assert starts == sorted(starts)
        assert not starts or starts[-1] - starts[0] <= max(PASSAGE_S, MAX_PASSAGE_S)


def test_a_passage_has_what_the_listener_heard_in_its_time() -> None:
    shown, heard = transcript([talk(100)]), transcript([talk(100)])
    whole = replace(shown, heard=heard.segments)
    cut = passages_of(whole)
    assert [passage.heard for passage in cut] == [passage.words for passage in cut]


def test_what_was_heard_before_and_behind_all_that_is_shown_is_in_the_first_and_last() -> None:
    shown = transcript([talk(100, begin=5)])
    heard = transcript([[(1.0, 1.5)], talk(100, begin=5), [(120.0, 120.5)]])
    cut = passages_of(replace(shown, heard=heard.segments))
    assert cut[0].heard[0].text == "w1"
    assert cut[-1].heard[-1].text == "w120"
    assert "w1" not in {word.text for word in cut[1].heard}


def test_without_a_writer_the_shown_words_are_the_listeners_own() -> None:
    (passage,) = passages_of(transcript([talk(10)]))
    assert passage.heard == ()
