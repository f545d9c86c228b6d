"""Completions while someone types."""

from collections.abc import Callable, Sequence

import pytest
from opensearchpy import OpenSearch

from earshot.search.index import SearchIndex
from earshot.search.suggest import suggest
from tests.search.recordings import of

Completing = Callable[..., Sequence[str]]


@pytest.fixture
def completing(client: OpenSearch, alias: str, index: SearchIndex) -> Completing:
    index.project(
        of([
            "THE FIRE DRILL IS ON FRIDAY",
            "a fire drill again",
            "a fire alarm",
            "a final word of a dragon fire",
            "it's Friday's colour",
        ])
    )  # fmt: skip
    client.indices.refresh(index=alias)
    return lambda typed, size=8: suggest(client, alias, typed, size)


def test_a_beginning_becomes_the_words_that_were_said_the_commonest_first(
    completing: Completing,
) -> None:
    assert completing("fi") == ["fire", "final"]
    assert completing("FI", 1) == ["fire"]


def test_what_follows_the_words_before_comes_first(completing: Completing) -> None:
    assert completing("fire dr") == ["fire drill", "fire dragon"]


def test_after_a_space_comes_what_was_said_next(completing: Completing) -> None:
    assert completing("a fire ") == ["a fire drill", "a fire alarm"]


def test_spelling_and_contractions_are_no_hindrance(completing: Completing) -> None:
    assert completing("it is frid") == ["it is friday's"]
    assert completing("color") == ["colour"]


@pytest.mark.parametrize(
    "typed",
    ["", " ", "*", "/.*/", "\x00", "🙂", "_source", "a AND (", "\u202eabc", "x" * 10_000,
     "a " * 5_000, "0", "1" * 300, "\ud800", '"', "nothing like it"],
)  # fmt: skip
def test_odd_input_gets_an_answer(completing: Completing, typed: str) -> None:
    assert len(completing(typed)) <= 8
