from earshot.speech import readable, segments
from earshot.speech.transcript import Word


def test_nothing_shouts_and_each_segment_begins_with_a_capital() -> None:
    words = [
        Word("I'M", 0.0, 0.2, 0.9),
        Word("HERE", 0.3, 0.5, 0.9),
        Word("AND", 2.0, 2.2, 0.9),
        Word("I", 2.3, 2.4, 0.9),
        Word("STAY", 2.5, 2.8, 0.9),
    ]
    shown = readable.readable(segments.split(words))
    assert [segment.text for segment in shown] == ["I'm here", "And I stay"]
    assert [word.text for word in readable.readable_words(words)] == [
        "I'm", "here", "And", "I", "stay",
    ]  # fmt: skip
    assert [word.start for segment in shown for word in segment.words] == [0.0, 0.3, 2.0, 2.3, 2.5]


def test_no_words_stay_none() -> None:
    assert readable.readable(()) == ()
    assert readable.readable_words(()) == ()


def test_a_capital_stands_behind_an_opening_quote() -> None:
    assert readable.capital("“don't") == "“Don't"
    assert readable.capital("...") == "..."
