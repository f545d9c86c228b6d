import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.errors import InvalidRequest
from earshot.search.facets import parse_range
from earshot.search.pages import Cursor

ODD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=5),
    max_leaves=12,
)


def encoded(content: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(content).encode()).decode()


def test_a_cursor_comes_back_as_it_was_given_out() -> None:
    for cursor in (
        Cursor(20),
        Cursor(40, (7.25, "abc", 3), "relevance"),
        Cursor(40, (1772446530123, "abc", -1.0, 1 << 30), "newest"),
    ):
        assert Cursor.decode(cursor.encode()) == cursor


@given(ODD)
def test_what_is_no_cursor_is_refused_or_harmless(content: Any) -> None:
    try:
        cursor = Cursor.decode(encoded(content))
    except InvalidRequest:
        return
    assert cursor.offset >= 0
    assert cursor.position == ()  # nothing that hypothesis finds is a position of a known order


@pytest.mark.parametrize(
    "forged",
    [
        encoded([20, [7.25, "abc", 3], "newest"]),  # a position of another order
        encoded([20, [7.25, "abc", 3], "best"]),
        encoded([20, [float("nan"), "abc", 3], "relevance"]),
        encoded([20, [10**400, "abc", 3], "relevance"]),
        encoded([20, [True, "abc", 3], "relevance"]),
        encoded([True, [], "relevance"]),
        base64.urlsafe_b64encode(b"[" * 1480).decode(),
    ],
)
def test_a_forged_cursor_is_refused(forged: str) -> None:
    with pytest.raises(InvalidRequest):
        Cursor.decode(forged)


@pytest.mark.parametrize("text", ["nan-5", "0-inf", "inf-", "-nan", "1e999-", "-", "5", ""])
def test_a_range_has_bounds_that_are_numbers(text: str) -> None:
    with pytest.raises(InvalidRequest):
        parse_range(text)
