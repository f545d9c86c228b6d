"""What the sound adds to ranking, and when a passage may hold a word that no text has."""

import numpy as np
import pytest

from earshot.search.sound import SOUND, soundings
from earshot.speech import frame_letters
from earshot.speech.frame_letters import BEST, BLANK, LEVELS, NO_LETTER, SPACE, FrameLetters

FRAME_S = 0.02


def said(text: str, behind: int = 0) -> FrameLetters:
    """A frame a letter and a blank after each; the letters lie so many levels behind another."""
    letters = np.full((2 * len(text), BEST), NO_LETTER, np.uint8)
    levels = np.full((2 * len(text), BEST), LEVELS - 1, np.uint8)
    letters[:, 0], levels[:, 0] = BLANK, 0
    other = frame_letters.codes_of("x")[0]
    for at, letter in enumerate(text):
        code = SPACE if letter == " " else frame_letters.codes_of(letter)[0]
        if not behind or code == SPACE:
            letters[2 * at, 0] = code
        else:
            letters[2 * at, :2], levels[2 * at, :2] = (other, code), (0, behind)
    return FrameLetters(letters, levels, FRAME_S)


def test_the_passage_that_sounds_most_like_the_query_has_the_greatest_term():
    passages = [said("the silver spoon"), said("a meteorite", behind=3), said("a meteorite")]
    terms = [one.term for one in soundings(["meteorite"], passages)]
    assert terms == sorted(terms)
    assert 0 <= terms[0] < terms[1] < terms[2] == pytest.approx(SOUND)


def test_a_word_that_was_heard_unclearly_is_a_maybe_with_its_time():
    (found,) = soundings(["meteorite"], [said("a meteorite fell", behind=3)])
    assert found.maybe
    assert (found.maybe.start, found.maybe.end) == pytest.approx((4 * FRAME_S, 21 * FRAME_S))


def test_what_sounds_otherwise_is_no_maybe():
    (found,) = soundings(["xylophone"], [said("the silver spoon")])
    assert found.maybe is None
    assert found.words == (None,)


def test_a_short_word_must_be_clearer_than_a_long_one():
    short, long = (
        soundings([word], [said(text, behind=3)])[0].words[0]
        for word, text in (("cat", "a cat"), ("caterpillar", "a caterpillar"))
    )
    assert short is None
    assert long is not None


def test_every_telling_word_has_its_place_and_stop_words_none():
    (found,) = soundings(["the", "boy", "and", "the", "sheep"], [said("the boy and the sheep")])
    assert [bool(word) for word in found.words] == [False, True, False, False, True]


def test_stop_words_count_where_there_is_nothing_else():
    for_it, against = soundings(["the"], [said("see the boy"), said("a sheep")])
    assert for_it.term > against.term
    assert for_it.maybe


def test_words_in_a_row_are_worth_more_than_the_same_words_apart():
    together, apart = soundings(
        ["silver", "spoon"], [said("a silver spoon"), said("spoon of the silver")]
    )
    assert together.term > apart.term
    assert [bool(word) for word in apart.words] == [True, True]


def test_a_rare_word_can_weigh_more():
    passages = [said("a silver coin"), said("a wooden spoon")]
    silver, spoon = soundings(["silver", "spoon"], passages, weights=[1.0, 9.0])
    assert spoon.term > silver.term


def test_a_passage_without_frame_letters_stands_between():
    like, without, unlike = soundings(["sheep"], [said("the sheep"), None, said("a door")])
    assert like.term > without.term > unlike.term
    assert without.maybe is None


def test_nothing_asked_and_nothing_there_is_no_fault():
    assert soundings(["boy"], []) == []
    assert soundings([], [said("boy")])[0].maybe is None
    empty = frame_letters.silence(0, FRAME_S)
    assert soundings(["boy"], [empty])[0].term == 0.0
