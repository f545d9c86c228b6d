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


def test_times_are_rounded_to_milliseconds_and_confidence_to_ten_thousandths():
    (word,) = ctc.words(path("-AB", [1.0, 0.5, 0.25]), VOCABULARY, 0.0203127)
    assert (word.start, word.end, word.confidence) == (0.02, 0.061, 0.3536)


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


def test_a_pause_without_letters_ends_a_word_where_the_space_was_missed():
    def spoken(blanks: int, before: int = 0) -> list[str]:
        said = path("-" * before + "A" + "-" * blanks + "B")
        return [word.text for word in ctc.words(said, VOCABULARY, FRAME, pause=0.4)]

    assert spoken(20) == ["A", "B"], "20 frames of 0.02 s"
    assert spoken(19) == ["AB"]
    assert spoken(5, before=100) == ["AB"], "wherever in the recording it is"


def test_no_word_goes_on_into_a_path_that_begins_with_a_blank():
    def joined(*spoken: str) -> list[str]:
        begun = [ctc.begin_word(path(one), VOCABULARY) for one in spoken]
        return [word.text for word in ctc.words(ctc.join(begun), VOCABULARY, FRAME)]

    assert joined("A", "-B") == ["A", "B"]
    assert joined("A", "B-") == ["AB"]
    assert joined("A", "") == ["A"]
    before = path("-B", [0.5, 0.25])
    assert ctc.begin_word(before, VOCABULARY).scores.tolist() == before.scores.tolist()
    assert before.tokens.tolist() == [0, 3], "the path that was given is left as it is"


def test_a_path_is_laid_over_another_as_far_as_that_one_goes():
    silence = ctc.blank_path(4, VOCABULARY)
    assert silence.scores.tolist() == [0.0] * 4
    assert ctc.lay(path("AB"), silence, 1).tokens.tolist() == path("-AB-").tokens.tolist()
    cut = ctc.lay(path("AB", [0.5, 0.5]), silence, 3)
    assert cut.tokens.tolist() == path("---A").tokens.tolist()
    assert cut.scores.tolist() == pytest.approx([0.0, 0.0, 0.0, np.log(0.5)])
    assert silence.tokens.tolist() == [0] * 4
