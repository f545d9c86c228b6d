import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.errors import ModelError
from earshot.speech import ctc, language
from earshot.speech.beam import BeamDecoder
from earshot.speech.files import LANGUAGE_FILE
from earshot.speech.language import LETTERS, Language, Weights
from earshot.speech.vocabulary import Vocabulary

TOKENS = ("<pad>", "<s>", "</s>", "<unk>", "|", *LETTERS)
VOCABULARY = Vocabulary(TOKENS, blank=0, delimiter=4)


def of_words(counts: dict[str, float], weights: Weights | None = None, pairs: dict | None = None
             ) -> Language:  # fmt: skip
    words = sorted(counts)
    shares = np.array([*(counts[word] for word in words), 0.1])
    size = len(shares)
    number = {word: n for n, word in enumerate(words)}
    scored = sorted((number[a] * size + number[b], p) for (a, b), p in (pairs or {}).items())
    return language.build(
        words,
        np.log(shares / shares.sum()).astype(np.float32),
        np.zeros(size, np.float32),
        np.array([key for key, _ in scored] or [-1], np.int64),
        np.array([p for _, p in scored] or [0.0], np.float32),
        weights or Weights(),
    )


def emission(spelled: str, sure: float = 0.9, instead: dict[int, str] | None = None) -> np.ndarray:
    """A frame for each character with a blank after it; `instead`: likelier letters by position."""
    frames = []
    for place, character in enumerate(spelled.replace(" ", "|")):
        shares = np.full(len(TOKENS), 1e-4)
        wrong = (instead or {}).get(place)
        shares[TOKENS.index(character)] = sure if not wrong else 1 - sure
        if wrong:
            shares[TOKENS.index(wrong)] = sure
        blank = np.full(len(TOKENS), 1e-4)
        blank[0] = 0.99
        frames += [shares, blank]
    shares = np.array(frames)
    logs: np.ndarray = np.log(shares / shares.sum(axis=1, keepdims=True)).astype(np.float32)
    return logs


def text(path: ctc.BestPath, vocabulary: Vocabulary = VOCABULARY) -> str:
    return " ".join(word.text for word in ctc.words(path, vocabulary, 0.02))


def test_a_wrong_letter_is_corrected_to_a_listed_word() -> None:
    heard = emission("THE SHIP SAILED", instead={5: "B", 11: "O"})
    assert text(ctc.best_path(heard)) == "THE SBIP SAOLED"
    listed = of_words(dict.fromkeys(["THE", "SHIP", "SHOP", "SAILED"], 1.0))
    assert text(BeamDecoder(listed, VOCABULARY).best_path(heard)) == "THE SHIP SAILED"


def test_the_previous_word_decides_between_two_similar_ones() -> None:
    heard = emission("TWO NIGHTS", instead={4: "K"})
    listed = dict.fromkeys(["TWO", "NIGHTS", "KIGHTS"], 1.0)
    pairs = {("TWO", "NIGHTS"): -0.1, ("TWO", "KIGHTS"): -6.0}
    assert text(BeamDecoder(of_words(listed), VOCABULARY).best_path(heard)) == "TWO KIGHTS"
    told = of_words(listed, pairs=pairs)
    assert text(BeamDecoder(told, VOCABULARY).best_path(heard)) == "TWO NIGHTS"


def test_a_clear_name_that_is_not_listed_is_still_written() -> None:
    heard = emission("DEAR SIOBHAN GOOD NIGHT", sure=0.99)
    listed = of_words(dict.fromkeys(["DEAR", "GOOD", "NIGHT", "SO", "BAN"], 1.0))
    assert text(BeamDecoder(listed, VOCABULARY).best_path(heard)) == "DEAR SIOBHAN GOOD NIGHT"


@given(st.lists(st.sampled_from(["A", "ALL", "BALL", "TOO", "TO", "IT'S"]), max_size=8))
def test_clear_speech_of_listed_words_is_written_as_it_is(words: list[str]) -> None:
    listed = of_words(dict.fromkeys(["A", "ALL", "BALL", "TOO", "TO", "IT'S"], 1.0))
    said = " ".join(words)
    heard = emission(f" {said} " if words else "  ")
    path = BeamDecoder(listed, VOCABULARY).best_path(heard)
    assert text(path) == said
    assert path.tokens.shape == path.scores.shape == (len(heard),)
    np.testing.assert_array_equal(path.scores, heard[np.arange(len(heard)), path.tokens])


SMALL = Vocabulary(("<pad>", "|", "A", "B"), blank=0, delimiter=1)


@pytest.mark.slow("every path is tried")
@settings(deadline=None, max_examples=60)
@given(st.integers(0, 2**32 - 1))
def test_the_search_finds_what_trying_every_path_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    logits = rng.normal(size=(6, 4)) * 1.5
    heard = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype(np.float32)
    weights = Weights(words=0.8, bonus=0.5, unknown=-1000.0, letter=0.0)
    listed = of_words({"A": 3.0, "AB": 1.0, "BA": 2.0, "BB": 0.5}, weights, {("A", "BA"): -0.1})
    words = sorted(["A", "AB", "BA", "BB"])

    def total(path: tuple[int, ...]) -> float:
        collapsed = "".join(
            SMALL.tokens[token] for token, _ in itertools.groupby(path) if token != SMALL.blank
        )
        said = [word for word in collapsed.split("|") if word]
        if any(word not in words for word in said):
            return -np.inf
        numbers = [listed.other, *map(words.index, said)]
        score = sum(
            float(listed.score(np.array([a]), np.array([b], np.int32))[0])
            for a, b in itertools.pairwise(numbers)
        )
        spoken = float(heard[np.arange(len(path)), path].sum())
        return spoken + weights.words * score + weights.bonus * len(said)

    best = max(map(total, itertools.product(range(4), repeat=6)))
    found = BeamDecoder(listed, SMALL).best_path(heard)
    assert total(tuple(found.tokens.tolist())) == pytest.approx(best, abs=1e-3)


def test_silence_says_nothing() -> None:
    silence = np.full((40, len(TOKENS)), -12.0, np.float32)
    silence[:, 0] = -1e-4
    assert text(BeamDecoder(of_words({"A": 1.0}), VOCABULARY).best_path(silence)) == ""


def test_a_language_is_read_back_as_it_was_counted(tmp_path) -> None:
    training = pytest.importorskip("training.language")
    lines = [line.split() for line in ["THE SEA IS DEEP", "THE SEA IS WIDE", "IT'S THE SEA"]]
    books = training.Books({"SEA": 3}, {("SEA", "IS"): 2})
    weights = Weights(letter=-1.5)
    words = training.word_list(lines, {"SEAL", "DEEPER"}, books)
    assert words == ["DEEP", "DEEPER", "IS", "IT'S", "SEA", "SEAL", "THE", "WIDE"]
    training.write(words, lines, books, tmp_path / LANGUAGE_FILE, weights=weights)
    read = language.read_language(tmp_path)
    assert read is not None
    for number, word in enumerate(words):
        node = language.ROOT
        for letter in word:
            node = read.children[node, LETTERS.index(letter)]
        assert read.word[node] == number
    assert read.weights.letter == -1.5
    the, sea, deep = (np.array([words.index(w)]) for w in ("THE", "SEA", "DEEP"))
    assert read.score(the, sea) > read.score(the, deep)
    for context in range(len(words) + 1):
        every = np.arange(len(words) + 1, dtype=np.int32)
        share = np.exp(read.score(np.full(len(every), context), every)).sum()
        assert share == pytest.approx(1, abs=0.01)


def test_a_model_without_a_language_has_none_and_a_broken_one_is_a_model_error(tmp_path) -> None:
    assert language.read_language(tmp_path) is None
    (tmp_path / LANGUAGE_FILE).write_bytes(b"not an archive")
    with pytest.raises(ModelError):
        language.read_language(tmp_path)
