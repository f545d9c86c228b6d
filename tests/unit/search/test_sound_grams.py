"""Trigrams by sound: of what was heard, and of what was nearly heard."""

import numpy as np

from earshot.search.sound_grams import BUDGET, asked_grams, sound_grams
from earshot.speech import frame_letters
from earshot.speech.frame_letters import BEST, BLANK, LEVELS, NO_LETTER, SPACE, FrameLetters


def frames(*rows: dict[str, int]) -> FrameLetters:
    """A frame for each row, of letters and the level that each has; `_` is the blank."""
    letters = np.full((len(rows), BEST), NO_LETTER, np.uint8)
    levels = np.full((len(rows), BEST), LEVELS - 1, np.uint8)
    for at, row in enumerate(rows):
        for place, (letter, level) in enumerate(row.items()):
            code = {"_": BLANK, " ": SPACE}.get(letter) or (
                BLANK if letter == "_" else frame_letters.codes_of(letter)[0]
            )
            letters[at, place], levels[at, place] = code, level
    return FrameLetters(letters, levels, 0.02)


def said(text: str) -> FrameLetters:
    return frames(*({letter: 0} for letter in text))


def test_letters_run_on_over_blanks_and_spaces():
    assert sound_grams(said("s_h_oo_ _a_n")) == ["hoa", "oan", "sho"]


def test_a_letter_that_lasts_is_one_and_a_repeated_one_is_two():
    assert sound_grams(said("seee_t")) == ["set"]
    assert sound_grams(said("se_et")) == ["eet", "see"]


def test_what_was_nearly_heard_is_there_too():
    grams = sound_grams(frames({"b": 0}, {"e": 0, "o": 1}, {"t": 0, "y": 1}))
    assert grams == ["bet", "bey", "bot", "boy"]


def test_a_letter_that_may_not_have_been_said_may_be_left_out():
    grams = sound_grams(frames({"b": 0}, {"_": 0, "r": 1}, {"a": 0}, {"t": 0}))
    assert grams == ["bat", "bra", "rat"]


def test_what_is_too_unlikely_is_left_out():
    grams = sound_grams(frames({"b": 0}, {"e": 0, "o": BUDGET}, {"t": 0, "y": 1}))
    assert grams == ["bet", "bey", "bot"]


def test_a_word_that_was_said_shares_all_of_its_grams():
    grams = set(sound_grams(said("t_h_e_ _s_h_e_ep")))
    assert set(asked_grams("sheep")) <= grams


def test_short_words_and_empty_passages_have_none():
    assert asked_grams("of") == []
    assert asked_grams("北京") == []
    assert sound_grams(frame_letters.silence(0, 0.02)) == []
    assert sound_grams(frame_letters.silence(9, 0.02)) == []
