import pytest

from earshot.search.marks import marks
from earshot.search.question import parse
from tests.unit.search.passages import digest


@pytest.mark.parametrize(
    ("q", "heard", "marked"),
    [
        ("with you gentlemen", "MY AGREEMENT WITH YOU GENTLEMENSTANS", "GENTLEMENSTANS"),
        ("to the lighthouse", "HE WENT TO THE LIED HOWS", "LIED"),
    ],
)
def test_garbled_words_are_marked_though_common_ones_are_asked_for_too(
    q: str, heard: str, marked: str
) -> None:
    words = heard.split()
    assert marked in [words[mark.word] for mark in marks(digest(heard), parse(q))]


def marked(q: str, said: str, heard: str | None = None) -> list[str]:
    words = said.split()
    return [words[mark.word] for mark in marks(digest(said, heard), parse(q))]


def test_a_word_that_was_heard_in_pieces_is_marked_where_its_letters_lie() -> None:
    said = "so we saw that x y x y an el ef an ti ne"
    assert marked("elephantine", said)[-4:] == ["el", "ef", "an", "ti"]
    assert "saw" not in marked("elephantine", said)


@pytest.mark.parametrize("said", ["cattle", "dragon", "we saw no cattle at all"])
def test_what_is_like_nothing_in_the_text_is_not_marked(said: str) -> None:
    assert marked("window", said) == []


def test_a_text_that_is_shorter_than_the_question_is_marked_whole() -> None:
    assert marked("elephantine", "el ef an") == ["el", "ef", "an"]


def test_what_both_wrote_alike_is_no_word_of_the_listener() -> None:
    both = "advancing slowly they surged on", "advancing slowly they surjed on"
    (mark,) = marks(digest(*both), parse("searched"))
    assert (mark.word, mark.heard) == (3, None)


def test_a_stop_word_is_marked_beside_a_word_that_tells_and_nowhere_else() -> None:
    assert marked("the garden", "the man and the boy in the garden") == ["the", "garden"]
    assert marked("the garden", "the big red garden") == ["garden"]
    assert marked("the of", "the man of the house") == ["the", "of", "the"]


def test_of_alternatives_a_quoted_word_is_marked_as_it_is_written() -> None:
    assert marked('"boy" OR girl', "a girl and a boy and boys") == ["girl", "boy"]


def test_a_word_that_was_cut_in_two_is_marked_in_both_parts() -> None:
    assert marked("lighthouse", "a light house in the light") == ["light", "house"]
    assert marked("light house", "the lighthouse") == ["lighthouse"]


def test_a_row_is_marked_up_to_the_last_word() -> None:
    assert marked('"i am"', "here i am") == ["i", "am"]
    assert marked("you're", "here you are") == ["you", "are"]


def test_a_stop_word_has_no_other_forms() -> None:
    (mark,) = marks(digest("human beings"), parse("being"))
    assert mark.kind == "sound"
