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


def spells(path: tuple[int, ...], words: list[str]) -> bool:
    """Whether frames' tokens say the words: repeats as one, delimiters at most between words."""
    runs = [token for n, token in enumerate(path) if n == 0 or token != path[n - 1]]
    letters = "".join(TOKENS[token] for token in runs if token > 1)
    if letters != "".join(words):
        return False
    ends = np.cumsum([len(word) for word in words])
    said = 0
    for token in runs:
        said += token > 1
        if token == 1 and said and said not in ends:
            return False
    return True


def best(heard: Emission, words: list[str]) -> float:
    paths = product(range(len(TOKENS)), repeat=len(heard))
    return max(
        float(sum(heard[frame, token] for frame, token in enumerate(path)))
        for path in paths
        if spells(path, words)
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
