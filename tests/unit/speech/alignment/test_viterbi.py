"""Against every path there is: forced alignment of few letters over few frames."""

from itertools import product

import numpy as np
import pytest

from earshot.speech.alignment.viterbi import viterbi
from earshot.speech.engine import Emission, log_softmax
from earshot.speech.vocabulary import Vocabulary

TOKENS = ("<pad>", "|", "A", "B")
VOCABULARY = Vocabulary(TOKENS, blank=0, delimiter=1)


def emission(frames: int, seed: int) -> Emission:
    logits = np.random.default_rng(seed).normal(0, 2, (frames, len(TOKENS)))
    return log_softmax(logits.astype(np.float32))


def spells(path: tuple[int, ...], words: list[str], kept: tuple[bool, ...]) -> bool:
    """Whether frames' tokens say the words that are kept, with a gap where others are left out.

    Repeats are one letter; delimiters stand between words at most.
    """
    lengths = [len(word) if keep else 0 for word, keep in zip(words, kept, strict=True)]
    ends = np.cumsum(lengths).tolist()
    said, letters, gaps = 0, "", set()
    for n, token in enumerate(path):
        if token <= 1:
            gaps.add(said)
            if token == 1 and said not in (0, *ends):
                return False
        elif n == 0 or token != path[n - 1]:
            said, letters = said + 1, letters + TOKENS[token]
    left_out = {end for end, keep in zip(ends, kept, strict=True) if not keep}
    wanted = "".join(word for word, keep in zip(words, kept, strict=True) if keep)
    return letters == wanted and left_out <= gaps


def best(heard: Emission, words: list[str], kept: tuple[bool, ...] | None = None) -> float:
    paths = product(range(len(TOKENS)), repeat=len(heard))
    return max(
        (
            float(sum(heard[frame, token] for frame, token in enumerate(path)))
            for path in paths
            if spells(path, words, kept or (True,) * len(words))
        ),
        default=-np.inf,
    )


@pytest.mark.parametrize("words", [["A"], ["AB"], ["AA"], ["A", "A"], ["AB", "B"], ["BA", "AB"]])
@pytest.mark.parametrize("seed", range(3))
def test_the_best_of_all_paths_is_found(words: list[str], seed: int) -> None:
    heard = emission(6, seed)
    letters = np.array([TOKENS.index(letter) for letter in "".join(words)])
    begins = np.array([n == 0 for word in words for n in range(len(word))])

    path = viterbi(heard, letters, begins, VOCABULARY)

    assert path is not None
    assert path.score == pytest.approx(best(heard, words), abs=1e-4)
    assert (path.first < path.last).all()
    assert (path.last[:-1] <= path.first[1:]).all()


@pytest.mark.parametrize("price", [0.5, 2.0, 5.0])
@pytest.mark.parametrize("words", [["AB"], ["A", "A"], ["AB", "B"], ["B", "A", "AB"]])
@pytest.mark.parametrize("seed", range(3))
def test_words_are_left_out_where_that_is_worth_its_price(
    words: list[str], price: float, seed: int
) -> None:
    heard = emission(5, seed)
    letters = np.array([TOKENS.index(letter) for letter in "".join(words)])
    begins = np.array([n == 0 for word in words for n in range(len(word))])
    bounds = [0, *np.cumsum([len(word) for word in words]).tolist()]

    prices = [price * len(word) for word in words]
    path = viterbi(heard, letters, begins, VOCABULARY, bounds, prices)

    worth = {}
    for kept in product([True, False], repeat=len(words)):
        left_out = sum(len(w) for w, keep in zip(words, kept, strict=True) if not keep)
        worth[kept] = best(heard, words, kept) - price * left_out
    assert path is not None
    assert path.score == pytest.approx(max(worth.values()), abs=1e-4)
    stands = path.first < path.last
    kept = tuple(bool(stands[bound]) for bound in bounds[:-1])
    assert worth[kept] == pytest.approx(max(worth.values()), abs=1e-4)


def test_letters_lie_where_they_are_heard() -> None:
    heard = np.full((9, 4), np.log(0.01), np.float32)
    for frame, token in enumerate([0, 0, 2, 2, 0, 1, 0, 3, 0]):
        heard[frame, token] = np.log(0.97)
    path = viterbi(heard, np.array([2, 3]), np.array([True, True]), VOCABULARY)
    assert path is not None
    assert list(zip(path.first.tolist(), path.last.tolist(), strict=True)) == [(2, 4), (7, 8)]


def test_a_double_letter_needs_a_gap() -> None:
    heard = emission(2, 0)
    double, begins = np.array([2, 2]), np.array([True, False])
    assert viterbi(heard, double, begins, VOCABULARY) is None
    path = viterbi(emission(3, 0), double, begins, VOCABULARY)
    assert path is not None
    assert path.first.tolist() == [0, 2]


def test_more_letters_than_frames_do_not_fit() -> None:
    begins = np.array([True, False, False])
    assert viterbi(emission(2, 0), np.array([2, 3, 2]), begins, VOCABULARY) is None


def test_no_letters_have_no_path() -> None:
    nothing = np.array([], np.int64)
    assert viterbi(emission(4, 0), nothing, nothing.astype(bool), VOCABULARY) is None


def test_a_frame_before_a_word_that_is_left_out_lies_before_it() -> None:
    heard = np.full((3, 4), np.log(0.001), np.float32)
    for frame, token in enumerate([0, 3, 0]):
        heard[frame, token] = np.log(0.997)
    begins = np.array([True, True])
    path = viterbi(heard, np.array([2, 3]), begins, VOCABULARY, [0, 1, 2], [2.0, 2.0])
    assert path is not None
    assert path.states.tolist() == [0, 3, 4]
    assert (path.first.tolist(), path.last.tolist()) == ([1, 1], [1, 2])
    assert path.score == pytest.approx(3 * np.log(0.997) - 2.0, rel=1e-5)


def test_a_letter_that_nobody_said_costs_twelve_nats_a_frame_at_most() -> None:
    heard = np.full((1, 4), -40.0, np.float32)
    heard[0, 0] = 0.0
    path = viterbi(heard, np.array([2]), np.array([True]), VOCABULARY)
    assert path is not None
    assert path.score == -12.0
