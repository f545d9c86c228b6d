import itertools

import numpy as np
import pytest
from hypothesis import given
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


PATHS = np.array(list(itertools.product(range(4), repeat=6)))


def worth(said: list[str], listed: Language, words: list[str]) -> float:
    """The best that the language gives these words, each as listed or as an unlisted one."""
    weights = listed.weights
    ways = [
        [None, words.index(word)] if word in words else [None]
        for word in said
    ]  # fmt: skip
    totals = []
    for way in itertools.product(*ways):
        numbers = [listed.other, *(listed.other if one is None else one for one in way)]
        total = weights.bonus * len(said)
        for word, one, before in zip(said, way, numbers[:-1], strict=True):
            if one is None:
                total += weights.unknown + weights.letter * len(word)
            else:
                pair = listed.score(np.array([before]), np.array([one], np.int32))
                total += weights.words * float(pair[0])
        totals.append(total)
    return max(totals)


FEW = {"A": 3.0, "AB": 1.0, "BA": 2.0, "BB": 0.5}
MANY = {
    "".join(letters): 1.0 + n / 7
    for length in (1, 2, 3, 4)
    for n, letters in enumerate(itertools.product("AB", repeat=length))
}


@pytest.mark.parametrize(("counts", "unknown"), [(FEW, -1000.0), (FEW, -1.5), (MANY, -1000.0)])
def test_the_search_finds_what_trying_every_path_finds(
    counts: dict[str, float], unknown: float
) -> None:
    weights = Weights(words=0.8, bonus=0.5, unknown=unknown, letter=-0.4)
    listed = of_words(counts, weights, {("A", "BA"): -0.1})
    words = sorted(counts)
    collapsed = [
        "".join(SMALL.tokens[token] for token, _ in itertools.groupby(path) if token)
        for path in PATHS.tolist()
    ]
    of_text = {
        text: worth([word for word in text.split("|") if word], listed, words)
        for text in set(collapsed)
    }
    said = np.array([of_text[text] for text in collapsed])
    rng = np.random.default_rng(1)
    for _ in range(150):
        logits = rng.normal(size=(6, 4)) * 1.5
        heard = (logits - np.log(np.exp(logits).sum(axis=1, keepdims=True))).astype(np.float32)
        totals = heard[np.arange(6), PATHS].sum(axis=1) + said
        found = BeamDecoder(listed, SMALL).best_path(heard).tokens
        (at,) = np.flatnonzero((found == PATHS).all(axis=1))
        assert totals[at] == pytest.approx(totals.max(), abs=1e-3)


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


def small(*frames: dict[str, float]) -> np.ndarray:
    """Log-probabilities by token ("-" is the blank); of what is not named, none at all."""
    heard = np.full((len(frames), 4), -60.0, np.float32)
    for frame, likely in zip(heard, frames, strict=True):
        for token, nats in likely.items():
            frame["-|AB".index(token)] = nats
    return heard


BLANK, SPACE = {"-": -0.01}, {"|": 0.0}


@pytest.mark.parametrize(("behind", "said"), [(15.0, "BB A"), (17.0, "AA A")])
def test_words_that_fall_sixteen_nats_behind_are_given_up(behind: float, said: str) -> None:
    """Though the next word is one that only follows on them."""
    pairs = {("BB", "A"): -0.1, ("AA", "A"): -40.0}
    listed = of_words({"A": 1.0, "AA": 1.0, "BB": 1.0}, Weights(1.0, 0.0, -100.0, 0.0), pairs)
    letter = {"A": 0.0, "B": -behind / 3}
    heard = small(letter, letter, BLANK, letter, BLANK, SPACE, {"A": 0.0}, BLANK, SPACE)
    assert text(BeamDecoder(listed, SMALL).best_path(heard), SMALL) == said


@pytest.mark.parametrize(("nats", "said"), [(-7.9, "AB"), (-8.1, "AA")])
def test_a_letter_less_likely_than_one_in_three_thousand_is_not_tried(
    nats: float, said: str
) -> None:
    weights = Weights(1.0, 0.0, -15.0, 0.0)
    heard = small({"A": 0.0}, BLANK, {"A": 0.0, "B": nats}, BLANK)
    listed = of_words({"AB": 1.0}, weights)
    assert text(BeamDecoder(listed, SMALL).best_path(heard), SMALL) == said


@pytest.mark.parametrize(("blank", "said"), [(0.9985, "AB"), (0.9995, "A")])
def test_after_a_blank_that_is_certain_no_letter_is_tried(blank: float, said: str) -> None:
    weights = Weights(1.0, 0.0, -30.0, 0.0)
    heard = small({"A": 0.0}, {"-": float(np.log(blank)), "B": -7.5})
    listed = of_words({"AB": 1.0}, weights)
    assert text(BeamDecoder(listed, SMALL).best_path(heard), SMALL) == said


@pytest.mark.parametrize(("silence", "said"), [(-7.0, "A"), (-11.0, "A BB")])
def test_a_recording_ends_inside_a_listed_word_only_where_nothing_else_is_near(
    silence: float, said: str
) -> None:
    listed = of_words({"A": 1.0, "BBA": 1.0}, Weights(0.0, 0.0, -100.0, 0.0))
    letter = {"B": 0.0, "-": silence}
    heard = small({"A": 0.0}, SPACE, letter, BLANK, letter)
    assert text(BeamDecoder(listed, SMALL).best_path(heard), SMALL) == said
