import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from earshot.search.analysis import spoken

NUMBERS = st.from_regex(r"\d{0,20}(,\d{3}){0,3}(\.\d{1,20})?(st|nd|rd|th|s|%|am)?", fullmatch=True)


@settings(deadline=None)  # the first one imports the words of numbers
@given(NUMBERS)
@example("12.5")
@example("19.9")
@example("١٩٩٠")
def test_whatever_is_written_in_digits_is_said_in_words(written: str) -> None:
    assert bool(spoken(written)) == bool(written)
    assert not any(word.isdigit() for word in spoken(written))
    assert all(re.fullmatch("[a-z]+", word) for word in spoken(written))


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("12.5", "twelve point five"),
        ("1990", "nineteen ninety"),
        ("2006", "two thousand and six"),
        ("3rd", "third"),
        ("12,500", "twelve thousand five hundred"),
        ("0.25", "zero point two five"),
        ("90s", "nineties"),
        ("the 1990's", "the nineteen nineties"),
        ("6s", "sixes"),
        ("10am", "ten am"),
        ("16mm", "sixteen mm"),
        ("7seas", "seven seas"),
        ("$20", "twenty dollars"),
        ("£1", "one pound"),
        ("$1,500.50", "fifteen hundred dollars fifty"),
    ],
)
def test_numbers_are_said_as_people_say_them(written: str, said: str) -> None:
    assert " ".join(word for part in written.split() for word in spoken(part)) == said
