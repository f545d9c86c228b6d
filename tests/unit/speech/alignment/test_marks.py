import pytest

from earshot.speech.alignment import marks


@pytest.mark.parametrize(
    ("heard", "written", "begins", "shown"),
    [
        ("ALCHEMIST SAID", "outcome, said.", False, "alchemist, said."),
        ("A MILE", "“Amyle,”", True, "“A mile,”"),
        ("YES I DO", "Yes. I", True, "Yes i do".replace("i", "I")),
        ("ANNA", "Hannah", False, "Anna"),
        ("SO", "", True, "So"),
        ("SO", "", False, "so"),
    ],
)
def test_heard_words_take_the_marks_of_what_they_replace(
    heard: str, written: str, begins: bool, shown: str
) -> None:
    assert " ".join(marks.carried(heard.split(), written.split(), begins)) == shown


def test_a_dropped_end_leaves_its_mark_to_the_word_before() -> None:
    assert marks.closed("said", ["to", "him."]) == "said."
    assert marks.closed("said,", ["to", "him."]) == "said,"
    assert marks.closed("said", []) == "said"


def test_a_text_that_says_much_the_same_lends_its_marks() -> None:
    heard = ["Let", "us", "start", "at", "the", "shore", "then", "we", "leave"]
    written = ["Let", "us", "tolerate", "the", "shore.", "Then", "we", "leave!"]
    assert " ".join(marks.shared(heard, written)) == "Let us start at the shore. Then we leave!"


def test_the_last_word_takes_the_closing_mark_of_another_last_word() -> None:
    heard = ["Thank", "you", "and", "good", "night"]
    written = ["Thank", "you", "and", "good", "knight."]
    assert marks.shared(heard, written)[-1] == "night."


def test_a_text_that_says_something_else_lends_nothing() -> None:
    heard = ["Down", "by", "the", "river"]
    assert marks.shared(heard, ["Thank", "you", "for", "watching!"]) == heard
    assert marks.shared([], ["Hello!"]) == []
    assert marks.shared(heard, []) == heard
