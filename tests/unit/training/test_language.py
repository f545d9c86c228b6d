"""The words that help the bundled model spell."""

from pathlib import Path

import numpy as np
import pytest

from earshot.speech.language import read_language
from training.language import Books, read_books, write

LINES = [line.split() for line in ("A DOG BARKS", "A DOG SLEEPS", "A CAT SLEEPS", "A CAT SLEEPS")]
BOOKS = Books(
    {"A": 900, "DOG": 60, "CAT": 50, "SLEEPS": 30, "BOAT": 40, "3D": 10},
    {("A", "DOG"): 800, ("A", "BOAT"): 700, ("BOAT", "SLEEPS"): 9, ("NO", "WORD"): 5},
)


def test_what_follows_a_word_is_a_probability_whoever_knows_the_word(tmp_path: Path) -> None:
    write(LINES, {"ZEBRA"}, BOOKS, tmp_path / "language.npz")
    language = read_language(tmp_path)
    assert language is not None
    size = len(language.unigram)
    assert np.exp(language.unigram).sum() == pytest.approx(1, abs=0.01)
    for context in range(size):
        following = language.score(np.full(size, context), np.arange(size, dtype=np.int32))
        assert np.exp(following).sum() == pytest.approx(1, abs=0.02)


def test_a_pair_of_the_books_is_likelier_than_without_them(tmp_path: Path) -> None:
    words = ["A", "BARKS", "BOAT", "CAT", "DOG", "SLEEPS", "ZEBRA"]

    def boat(books: Books) -> float:
        write(LINES, set(words), books, tmp_path / "language.npz")
        language = read_language(tmp_path)
        assert language is not None
        a, boat = words.index("A"), words.index("BOAT")
        return float(language.score(np.array([a]), np.array([boat], np.int32))[0])

    assert boat(BOOKS) > boat(Books(BOOKS.words, {("A", "DOG"): 800})) + 1


def test_the_books_are_words_and_pairs_in_upper_case() -> None:
    pytest.importorskip("symspellpy", reason="counting words needs requirements-model.txt")
    books = read_books()
    assert books.words["HOUSE"] > books.words["AARDVARK"]
    assert books.pairs["OF", "THE"] > books.pairs["OF", "COURSE"]
