"""A writer that does not stop by itself is stopped."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.writer.stopping import repeated, token_budget


@pytest.mark.parametrize(
    ("tokens", "dropped"),
    [
        ([1, 2, 3, 4, 5, 6, 7, 8], 0),
        ([9, 7, 7, 7, 7], 0),  # "no, no, no, no": people say that
        ([9, 7, 7, 7, 7, 7], 4),
        ([9, *[7, 8] * 5], 8),
        ([9, *[7, 8] * 4], 0),
        ([9, *range(10), *range(10)], 0),  # a phrase said twice
        ([9, *range(10), *range(10), *range(10)], 20),
        ([], 0),
    ],
)
def test_a_loop_is_what_no_one_says(tokens, dropped):
    assert repeated(tokens) == dropped


def test_a_loop_is_found_whatever_its_length():
    for period in range(4, 33):
        assert repeated([99, *list(range(period)) * 3]) == 2 * period
    assert repeated([99, *list(range(33)) * 3]) == 0, "so long a phrase may be a refrain"


@given(st.lists(st.integers(1, 2), max_size=25), st.lists(st.integers(1, 2), max_size=6))
def test_a_loop_is_the_shortest_end_that_is_there_often_enough(before, phrase):
    tokens = before + 3 * phrase
    loops = [
        period * (times - 1)
        for period in range(1, 33)
        for times in [5 if period < 4 else 3]
        if tokens and tokens[-period * times :] == tokens[-period:] * times
    ]
    assert repeated(tokens) == (loops[0] if loops else 0)


def test_tokens_are_bounded_by_how_long_the_sound_is():
    ten, twenty = (token_budget(seconds * SAMPLE_RATE) for seconds in (10, 20))
    assert 65 <= ten < 80
    assert twenty - ten == 65
    assert token_budget(0) == 6, "a short word"
    assert token_budget(1) == 7
