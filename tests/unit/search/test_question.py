"""What is understood of what was typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.errors import InvalidRequest
from earshot.search.question import Question, Slot, Term, parse


def words(question: Question) -> list[list[str]]:
    return [[" ".join(term.tokens) for term in slot.terms] for slot in question.slots]


def test_free_words_are_asked_for_one_by_one() -> None:
    assert words(parse("the boy's sheep")) == [["the"], ["boys"], ["sheep"]]


def test_a_quoted_phrase_is_asked_for_as_it_is_written() -> None:
    assert parse('"I am"').slots == (Slot((Term(("i", "am"), quoted=True),)),)
    assert parse('"I\'m" here').slots[0] == Slot((Term(("i'm",), quoted=True),))


def test_a_contraction_is_asked_for_in_a_row() -> None:
    assert words(parse("I'll")) == [["i will"]]
    assert words(parse("don't know")) == [["do not"], ["know"]]


def test_a_quote_that_is_not_closed_yet_quotes_nothing() -> None:
    assert words(parse('sea "old')) == [["sea"], ["old"]]


def test_or_stands_between_alternatives() -> None:
    assert words(parse("boy OR girl sheep")) == [["boy", "girl"], ["sheep"]]
    assert words(parse('boy OR "old man" OR girl')) == [["boy", "old man", "girl"]]
    assert words(parse("boy or girl")) == [["boy"], ["or"], ["girl"]]


@pytest.mark.parametrize("q", ["OR boy", "boy OR", "OR", "boy OR OR girl"])
def test_an_or_that_stands_between_nothing_is_passed_over(q: str) -> None:
    asked = [one for slot in words(parse(f"{q} too")) for one in slot]
    assert asked in (["too"], ["boy", "too"], ["boy", "girl", "too"])


def test_whoever_types_capitals_means_the_word_or() -> None:
    assert words(parse("BOY OR GIRL")) == [["boy"], ["or"], ["girl"]]


def test_a_minus_excludes_a_word_or_a_phrase() -> None:
    question = parse('sheep -boy -"old man"')
    assert words(question) == [["sheep"]]
    assert [term.tokens for term in question.excluded] == [("boy",), ("old", "man")]


@pytest.mark.parametrize("q", ["well-known", "- sheep", "minus -5 degrees", "sheep -"])
def test_a_hyphen_and_a_number_below_zero_exclude_nothing(q: str) -> None:
    assert parse(q).excluded == ()


def test_to_exclude_alone_asks_for_nothing() -> None:
    assert not parse("-boy")


@pytest.mark.parametrize("q", ["*", "🎧", "- -- !", '""', "..."])
def test_what_can_not_be_said_is_no_question(q: str) -> None:
    assert not parse(q)


def test_more_than_forty_words_are_no_question() -> None:
    assert parse("ab " * 40)
    with pytest.raises(InvalidRequest, match="more than 40 words"):
        parse("ab " * 41)


def test_stop_words_tell_only_where_nothing_else_is_asked_for() -> None:
    assert [slot.terms[0].tokens for slot in parse("the boy and").telling] == [("boy",)]
    assert len(parse("to be or not to be").telling) == 6
    assert parse('"to be" or not').telling == ()


@given(st.text(max_size=80))
def test_any_text_is_understood_or_refused(q: str) -> None:
    try:
        question = parse(q)
    except InvalidRequest:
        return
    assert all(term.tokens for slot in question.slots for term in slot.terms)
