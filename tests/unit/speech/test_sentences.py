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
