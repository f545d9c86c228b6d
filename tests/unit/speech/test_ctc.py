"""Greedy decoding: the reference's text, with times and confidence."""

from itertools import groupby

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.speech import ctc
from earshot.speech.vocabulary import Vocabulary

LETTERS = ("<pad>", "|", "A", "B", "C", "'")
VOCABULARY = Vocabulary(LETTERS, blank=0, delimiter=1)
FRAME = 0.02


def path(spoken: str, scores: list[float] | None = None) -> ctc.BestPath:
    """`-` is the blank, `|` the space."""
    tokens = [0 if letter == "-" else LETTERS.index(letter) for letter in spoken]
    return ctc.BestPath(
        np.array(tokens, np.int32),
        np.log(np.array(scores or [1.0] * len(tokens), np.float32)),
    )


def words(spoken: str, scores: list[float] | None = None):
    return ctc.words(path(spoken, scores), VOCABULARY, FRAME)


def text(spoken: str) -> str:
    return " ".join(word.text for word in words(spoken))


@pytest.mark.parametrize(
    ("spoken", "expected"),
    [
        ("", ""),
        ("----", ""),
        ("||||", ""),
        ("A", "A"),
        ("AA-AAB", "AAB"),
        ("--A--B-|--C--", "AB C"),
        ("|A||-|B|", "A B"),
        ("A|B", "A B"),
        ("A-'-B", "A'B"),
    ],
)
def test_repeats_collapse_and_blanks_vanish(spoken, expected):
    assert text(spoken) == expected


def test_a_word_lasts_from_its_first_letter_to_its_last():
    first, second = words("--AA-B--|-C---")
    assert (first.start, first.end) == pytest.approx((0.04, 0.12))
    assert (second.start, second.end) == pytest.approx((0.20, 0.22))


def test_confidence_is_of_the_clearest_frames_and_does_not_fall_with_length():
    (short,) = words("A", [0.5])
    (long,) = words("ABABABAB", [0.5] * 8)
    (held,) = words("AAA", [0.1, 0.5, 0.2])
    assert short.confidence == long.confidence == held.confidence == 0.5


def test_a_tokenizer_in_lower_case_writes_lower_case():
    lower = Vocabulary(LETTERS, blank=0, delimiter=1, lower_case=True)
    assert ctc.words(path("AB"), lower, FRAME)[0].text == "ab"


@given(st.text(alphabet="-|ABC'", max_size=60))
def test_the_text_is_transformers_own(spoken):
    # Wav2Vec2CTCTokenizer: group, drop the padding token, delimiter to space, strip.
    kept = [letter for letter, _ in groupby(spoken) if letter != "-"]
    expected = "".join(kept).replace("|", " ")
    assert text(spoken) == " ".join(expected.split())


@given(st.text(alphabet="-|ABC'", max_size=60))
def test_words_come_in_order_and_never_overlap(spoken):
    times = [time for word in words(spoken) for time in (word.start, word.end)]
    assert times == sorted(times)
    assert all(word.start < word.end for word in words(spoken))


@given(st.text(alphabet="-|AB", min_size=1, max_size=40), st.integers(0, 40))
def test_a_path_joined_from_two_gives_the_same_words(spoken, at):
    whole = path(spoken)
    assert ctc.words(ctc.join([whole[:at], whole[at:]]), VOCABULARY, FRAME) == words(spoken)


def test_the_best_path_follows_the_likeliest_token():
    emission = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], np.float32))
    best = ctc.best_path(emission)
    assert best.tokens.tolist() == [0, 2]
    np.testing.assert_allclose(np.exp(best.scores), [0.7, 0.8], rtol=1e-6)
