import pytest

from earshot.speech import sentences
from earshot.speech.transcript import Word


def said(text: str, pauses: dict[int, float] | None = None, word_s: float = 0.3) -> list[Word]:
    """Words of equal length; `pauses` before words, by index, in seconds."""
    words, now = [], 0.0
    for at, one in enumerate(text.split()):
        now += (pauses or {}).get(at, 0.05)
        words.append(Word(one, round(now, 3), round(now + word_s, 3), 0.9))
        now += word_s
    return words


def texts(words: list[Word]) -> list[str]:
    return [segment.text for segment in sentences.split(words)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It rains. We stay!", ["It rains.", "We stay!"]),
        ("“Do you?” “I do.” Good.", ["“Do you?”", "“I do.”", "Good."]),
        ("Mr. Smith met Dr. J. Brown.", ["Mr. Smith met Dr. J. Brown."]),
        ("It cost 3.5 pounds. 20 came.", ["It cost 3.5 pounds.", "20 came."]),
        ("Well… maybe not.", ["Well… maybe not."]),
        ("It was I. We left.", ["It was I.", "We left."]),
        ("no marks at all", ["no marks at all"]),
        ("", []),
    ],
)
def test_a_segment_is_a_sentence(text: str, expected: list[str]) -> None:
    assert texts(said(text)) == expected


def test_a_pause_within_a_sentence_does_not_cut_it_and_a_long_one_does() -> None:
    assert texts(said("We came, and I saw it.", {2: 1.0, 3: 1.0})) == ["We came, and I saw it."]
    assert texts(said("We came, and we saw.", {2: 3.0})) == ["We came,", "and we saw."]


def test_a_pause_before_a_capital_cuts_where_the_mark_is_missing() -> None:
    assert texts(said("We came We saw", {2: 1.0})) == ["We came", "We saw"]


def test_no_segment_is_absurdly_long() -> None:
    text = " ".join(["one two three four, five six seven"] * 20)
    cut = sentences.split(said(text))
    assert all(segment.end - segment.start <= sentences.MAX_SEGMENT_S for segment in cut)
    assert all(segment.end - segment.start > 3 for segment in cut)
    assert sum(segment.text.endswith(",") for segment in cut[:-1]) >= len(cut) - 2
    assert " ".join(segment.text for segment in cut) == text


def test_words_and_channel_stay_as_they_are() -> None:
    words = said("It rains. We stay!")
    cut = sentences.split(words, channel=1)
    assert [word for segment in cut for word in segment.words] == words
    assert {segment.channel for segment in cut} == {1}


def lengths(words: list[Word]) -> list[int]:
    return [len(segment.words) for segment in sentences.split(words)]


def test_two_seconds_are_a_long_pause_and_eight_tenths_one_before_a_capital() -> None:
    first = Word("came", 0.0, 0.0, 0.9)

    def cut(text: str, pause_s: float) -> bool:
        return len(sentences.split([first, Word(text, pause_s, pause_s + 1, 0.9)])) == 2

    assert cut("home", 2.0) and not cut("home", 1.9)
    assert cut("Home", 0.8) and not cut("Home", 0.7)
    assert cut("I", 2.0) and not cut("I", 1.9), "I has its capital anywhere"


def evenly(count: int, word_s: float, pauses: dict[int, float] | None = None) -> list[Word]:
    """Words in a row, from ten seconds on; `pauses` before words, by index."""
    pauses = pauses or {}
    return said(
        " ".join(["on"] * count), {**dict.fromkeys(range(count), 0), 0: 10, **pauses}, word_s
    )


def test_a_sentence_of_twenty_seconds_stays_whole_and_a_longer_one_is_cut_in_the_middle() -> None:
    assert lengths(evenly(20, 1.0)) == [20]
    assert lengths(evenly(22, 1.0)) == [11, 11]
    assert lengths(evenly(44, 1.0)) == [11, 11, 11, 11]


def test_two_slow_words_are_cut_and_one_stays() -> None:
    assert lengths(evenly(2, 12.0)) == [1, 1]
    assert lengths(evenly(1, 30.0)) == [1]


def test_a_comma_is_as_good_a_place_to_cut_as_a_pause_of_a_second() -> None:
    def cut(pause_s: float) -> list[int]:
        words = evenly(24, 1.0, {16: pause_s})
        words[7] = Word("on,", words[7].start, words[7].end, 0.9)
        return lengths(words)

    assert cut(0.9) == [8, 16]
    assert cut(1.1) == [16, 8]


def test_a_pause_of_a_tenth_of_a_second_is_worth_a_part_of_half_the_length() -> None:
    assert lengths(evenly(40, 0.55, {11: 0.1})) == [11, 29]
    assert lengths(evenly(40, 0.55, {9: 0.1})) == [20, 20]
    assert lengths(evenly(40, 0.55, {29: 0.1})) == [29, 11]
