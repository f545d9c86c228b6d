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
