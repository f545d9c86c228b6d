"""How well written words fit the sound, in figures worked out by hand."""

import pytest

from earshot.speech.alignment.align import AlignedWord
from earshot.speech.alignment.vouching import fit, vouched


def word(letters: int, support: float) -> AlignedWord:
    return AlignedWord("a" * letters, ("A" * letters,), 0, letters, support, 0)


def test_the_fit_is_a_mean_over_letters_and_one_that_was_left_out_counts_for_four_nats() -> None:
    words = [word(4, -1.0), word(2, -4.0)]
    assert fit(words, 6) == (-4 - 8) / 6
    assert fit(words, 10) == (-4 - 8 - 4 * 4) / 10
    assert fit(words, 5) == (-4 - 8) / 5, "more letters were said than are written"
    assert fit([word(1, -1.0)], 1) == -1.0
    assert fit([], 3) == -4.0
    assert fit([], 0) == 0.0


@pytest.mark.parametrize(
    ("supports", "stands"),
    [
        ([], []),
        ([-3.0], [True]),
        ([-4.0], [False]),
        ([-3.0, -3.9], [True, True]),
        ([-3.0, -4.1], [False, False]),
        ([-3.5, -3.5, -3.5], [True, True, True]),
        ([-3.5, -3.5, -3.6], [False, False, False]),
        ([0.0, -9.0, 0.0, 0.0], [True, True, True, True]),
        ([0.0, 0.0, -1.0, -9.0, -1.0, 0.0], [True, True, False, False, False, True]),
    ],
)
def test_three_words_in_a_row_are_not_misheard_so_badly(
    supports: list[float], stands: list[bool]
) -> None:
    assert vouched([word(3, support) for support in supports]) == stands


def test_a_longer_word_counts_for_more_of_a_run() -> None:
    assert vouched([word(8, -3.0), word(1, -6.0), word(1, -6.0)]) == [False] * 3
    assert vouched([word(8, -2.0), word(1, -6.0), word(1, -6.0)]) == [True] * 3
