"""The words that help the bundled model spell."""

from pathlib import Path

import numpy as np
import pytest

from earshot.speech.language import read_language
from training.language import Books, read_books, word_list, write
from training.reading import Reading, read_folder

LINES = [line.split() for line in ("A DOG BARKS", "A DOG SLEEPS", "A CAT SLEEPS", "A CAT SLEEPS")]
BOOKS = Books(
    {"A": 900, "DOG": 60, "CAT": 50, "SLEEPS": 30, "BOAT": 40, "3D": 10},
    {("A", "DOG"): 800, ("A", "BOAT"): 700, ("BOAT", "SLEEPS"): 9, ("NO", "WORD"): 5},
)


TEXT = """A boat sleeps. A boat sleeps; a boat barks -- the zebra’s boat!

    A cat sleeps. The secret is out. The secret is out."""


def folder_of(tmp_path: Path, text: str) -> Path:
    (tmp_path / "texts" / "deep").mkdir(parents=True)
    (tmp_path / "texts" / "deep" / "one.txt").write_text(text)
    (tmp_path / "texts" / "other.txt").write_text("A boat.")
    return tmp_path / "texts"


@pytest.mark.parametrize("with_reading", [False, True])
def test_what_follows_a_word_is_a_probability_whoever_knows_the_word(
    tmp_path: Path, with_reading: bool
) -> None:
    words = word_list(LINES, {"ZEBRA"}, BOOKS)
    reading = None
    if with_reading:
        number = {word: n for n, word in enumerate(words)}
        reading = read_folder(folder_of(tmp_path, TEXT), number, frozenset(), least=2)
    write(words, LINES, BOOKS, tmp_path / "language.npz", reading)
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
        write(words, LINES, books, tmp_path / "language.npz")
        language = read_language(tmp_path)
        assert language is not None
        a, boat = words.index("A"), words.index("BOAT")
        return float(language.score(np.array([a]), np.array([boat], np.int32))[0])

    assert boat(BOOKS) > boat(Books(BOOKS.words, {("A", "DOG"): 800})) + 1


def test_texts_are_counted_sentence_by_sentence_without_what_is_measured(tmp_path: Path) -> None:
    words = ["A", "BARKS", "BOAT", "CAT", "IS", "OUT", "SECRET", "SLEEPS", "THE"]
    number = {word: n for n, word in enumerate(words)}
    size, start = len(words) + 1, len(words)
    folder = folder_of(tmp_path, TEXT)
    read = read_folder(folder, number, frozenset({"THE SECRET IS OUT"}), least=1)
    counts = dict(zip(read.pairs.tolist(), read.counts.tolist(), strict=True))

    def pair(context: int, word: str) -> int:
        return int(counts.get(context * size + number[word], 0))

    assert pair(number["A"], "BOAT") == 4
    assert pair(start, "A") == 5
    assert pair(start, "BOAT") == 1  # after a word that is not listed
    assert pair(number["SLEEPS"], "A") == 0  # a new sentence
    assert read.words[number["SECRET"]] == 0
    assert read.words[number["BOAT"]] == 5
    assert read.followed[number["A"]] == 5

    often = read_folder(folder, number, frozenset(), least=3)
    assert often.pairs.tolist() == sorted(often.pairs.tolist())
    assert set(often.counts.tolist()) <= {3, 4, 5}
    assert often.followed[number["A"]] == 5


def test_words_that_old_books_write_with_a_hyphen_are_one_word_if_it_is_known(
    tmp_path: Path,
) -> None:
    number = {"TODAY": 0, "WELL": 1, "KNOWN": 2}
    text = "Well-known to-day. Well--known."
    read = read_folder(folder_of(tmp_path, text), number, frozenset(), least=1)
    assert read.words[:3].tolist() == [1, 2, 2]


def test_a_pair_that_was_read_is_likelier_than_without_reading(tmp_path: Path) -> None:
    words = word_list(LINES, {"ZEBRA"}, BOOKS)
    number = {word: n for n, word in enumerate(words)}
    reading = read_folder(folder_of(tmp_path, TEXT), number, frozenset(), least=2)

    def sleeps(reading: Reading | None) -> float:
        write(words, LINES, BOOKS, tmp_path / "language.npz", reading)
        language = read_language(tmp_path)
        assert language is not None
        context, word = number["BOAT"], np.array([number["SLEEPS"]], np.int32)
        return float(language.score(np.array([context]), word)[0])

    assert sleeps(reading) > sleeps(None) + 0.3


def test_the_books_are_words_and_pairs_in_upper_case() -> None:
    pytest.importorskip("symspellpy", reason="counting words needs requirements-model.txt")
    books = read_books()
    assert books.words["HOUSE"] > books.words["AARDVARK"]
    assert books.pairs["OF", "THE"] > books.pairs["OF", "COURSE"]
