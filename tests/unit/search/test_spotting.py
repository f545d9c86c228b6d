"""Word spotting: a word that was said is found at its time, whatever was written."""

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from earshot.search.spotting import BOUNDARY, HALF_LEVEL_NATS, LOST_NATS, Scan, spot
from earshot.speech import frame_letters
from earshot.speech.frame_letters import (
    BEST,
    BLANK,
    LEVELS,
    NO_LETTER,
    SPACE,
    FrameLetters,
)

FRAME_S = 0.02


def said(text: str, first_frame: int = 0, **instead: str) -> FrameLetters:
    """Two frames a letter and a blank after each; a letter's runner-up as told by `instead`."""
    rows = []
    for letter in text.upper():
        code = SPACE if letter == " " else frame_letters.codes_of(letter)[0]
        other = instead.get(letter)
        second = frame_letters.codes_of(other)[0] if other else NO_LETTER
        rows += [([code, second], [0, 1 if other else LEVELS - 1])] * 2
        rows.append(([BLANK, NO_LETTER], [0, LEVELS - 1]))
    letters = np.full((len(rows), BEST), NO_LETTER, np.uint8)
    levels = np.full((len(rows), BEST), LEVELS - 1, np.uint8)
    for at, (codes, steps) in enumerate(rows):
        letters[at, :2], levels[at, :2] = codes, steps
    return FrameLetters(letters, levels, FRAME_S, first_frame)


def at(text: str, word: str) -> Any:
    """When `said` says a word of the text: from its first letter to its last, without the blank."""
    first = text.index(word)
    return pytest.approx((first * 3 * FRAME_S, ((first + len(word)) * 3 - 1) * FRAME_S))


def score(words: str, passage: FrameLetters) -> float:
    (spotted,) = spot(words.split(), [passage])
    return spotted.score if spotted else 0.0


def test_a_word_that_was_said_is_found_at_its_time():
    text = "the boy and the sheep"
    for word in text.split():
        (spotted,) = spot([word], [said(text)])
        assert spotted and spotted.score == 1.0
        assert (spotted.start, spotted.end) == at(text, word)


def test_times_are_those_of_the_recording():
    (spotted,) = spot(["boy"], [said("the boy", first_frame=1000)])
    assert spotted
    assert spotted.start == pytest.approx((1000 + 4 * 3) * FRAME_S)


def test_a_phrase_is_found_from_its_first_word_to_its_last():
    text = "then the boy and the sheep slept"
    (spotted,) = spot(["boy", "and", "the", "sheep"], [said(text)])
    assert spotted and spotted.score == 1.0
    assert (spotted.start, spotted.end) == at(text, "boy and the sheep")


def test_a_phrase_is_its_words_in_their_order():
    assert score("sheep boy", said("the boy and the sheep")) < 0.9


def test_a_word_that_the_recogniser_held_for_second_best_is_found():
    heard = said("the bet", E="O", T="Y")  # tho bey, thy boy
    assert 0.5 < score("boy", heard) < 1.0
    assert score("boy", heard) > score("boy", said("the bet"))


def test_a_word_cut_in_two_costs_less_than_another_word():
    assert score("meteorite", said("a mete orite fell")) > score("meteorite", said("a kite fell"))


def test_a_doubled_letter_is_two_letters():
    assert score("sheep", said("sheep")) == 1.0
    assert score("sheep", said("shep")) < 1.0


def test_a_word_within_a_word_is_worth_less_than_the_word():
    whole, part = score("art", said("the art of")), score("art", said("the party of"))
    assert whole == 1.0
    assert part == pytest.approx(1 - 2 * BOUNDARY * HALF_LEVEL_NATS / 3 / LOST_NATS)


def test_a_passage_may_begin_and_end_with_the_word():
    assert score("art", said("art")) == 1.0


def test_no_word_runs_over_from_one_passage_to_the_next():
    alone = [spot(["boy"], [said(text)])[0] for text in ("the bo", "y sat")]
    assert spot(["boy"], [said("the bo"), said("y sat")]) == alone


def test_silence_between_words_changes_nothing():
    pause = frame_letters.silence(200, FRAME_S)
    passage = frame_letters.join([said("the "), pause, said("boy"), pause, said(" sat")])
    (spotted,) = spot(["boy"], [passage])
    assert spotted and spotted.score == 1.0
    assert (spotted.start, spotted.end) == pytest.approx((212 * FRAME_S, 220 * FRAME_S))


def test_of_two_places_the_better_one_counts():
    passage = frame_letters.join([said("the bet ", E="O", T="Y"), said("the boy")])
    (spotted,) = spot(["boy"], [passage])
    assert spotted and spotted.score == 1.0
    assert spotted.start == pytest.approx((8 + 4) * 3 * FRAME_S)


def test_empty_and_short_passages_have_no_place_for_a_word():
    empty = frame_letters.silence(0, FRAME_S)
    passages = [empty, said("the boy"), said("b"), empty]
    none, found, short, last = spot(["boy"], passages)
    assert (none, last) == (None, None)
    assert short is None or short.score < 0.5
    assert found and found.score == 1.0
    assert spot(["boy"], []) == []
    assert spot(["boy"], [empty]) == [None]


def test_words_without_letters_are_nowhere():
    assert spot([], [said("the boy")]) == [None]
    assert spot(["北京", "9"], [said("the boy")]) == [None]


def test_a_scan_answers_for_one_word_after_the_other():
    passages = [said("the boy"), said("the sheep")]
    scan = Scan(passages)
    for word in ("boy", "sheep", "boy"):
        assert scan.spot([word]) == spot([word], passages)


# -- the running minimum is Viterbi


def shortened(passage: FrameLetters) -> FrameLetters:
    """Blank for sure, frame after frame, counts as one frame."""
    sure = (passage.letters[:, 0] == BLANK) & (passage.levels == [0] + [15] * (BEST - 1)).all(
        axis=1
    )
    kept = [at for at in range(len(passage)) if not (at and sure[at] and sure[at - 1])]
    return FrameLetters(passage.letters[kept], passage.levels[kept], FRAME_S)


def cheapest(word: str, passage: FrameLetters) -> int | None:
    """The least cost over every way to say the word: plain dynamic programming, frame by frame."""
    passage = shortened(passage)
    frames = range(len(passage))

    def cost(t: int, code: int) -> int:
        kept = dict(zip(passage.letters[t].tolist(), passage.levels[t].tolist(), strict=True))
        return 2 * int(kept.get(code, LEVELS - 1)) - int(passage.levels[t, 0])

    def edge(order: list[int]) -> int:
        """Of the frames before a word, the nearest first."""
        least, blanks = BOUNDARY, 0
        for t in order:
            least = min(least, blanks + cost(t, SPACE))
            blanks += cost(t, BLANK)
        return min(least, blanks)

    codes = frame_letters.codes_of(word)
    states = [BLANK] * (2 * len(codes) - 1)
    states[::2] = codes
    best: int | None = None
    held: dict[int, int] = {}
    for t in frames:
        entered: dict[int, int] = {0: edge(list(frames[:t])[::-1])}
        for state, before in held.items():
            steps = [state, state + 1]
            if state % 2 == 0 and state + 2 < len(states) and states[state + 2] != states[state]:
                steps.append(state + 2)
            for step in steps:
                if step < len(states):
                    entered[step] = min(entered.get(step, before), before)
        held = {state: before + cost(t, states[state]) for state, before in entered.items()}
        if len(states) - 1 in held:
            whole = held[len(states) - 1] + edge(list(frames[t + 1 :]))
            best = whole if best is None else min(best, whole)
    return best


def any_passage(draw: st.DrawFn, frames: int) -> FrameLetters:
    some = [BLANK, SPACE, NO_LETTER, *frame_letters.codes_of("ABC")]
    letters = np.array(
        [draw(st.permutations(some))[:BEST] for _ in range(frames)], np.uint8
    ).reshape(-1, BEST)
    any_levels = st.lists(st.integers(0, LEVELS - 1), min_size=BEST, max_size=BEST).map(sorted)
    steps = [draw(st.just([0] + [15] * (BEST - 1)) | any_levels) for _ in letters]
    levels = np.array(steps, np.uint8).reshape(-1, BEST)
    return FrameLetters(letters, levels, FRAME_S)


@st.composite
def many_passages(draw: st.DrawFn) -> list[FrameLetters]:
    return [any_passage(draw, draw(st.integers(0, 7))) for _ in range(draw(st.integers(1, 3)))]


@pytest.mark.slow("two hundred examples against plain dynamic programming")
@settings(max_examples=200, deadline=None)
@given(many_passages(), st.text("abc", min_size=1, max_size=4))
def test_no_way_to_say_the_word_is_cheaper(passages, word):
    for spotted, passage in zip(spot([word], passages), passages, strict=True):
        cost = cheapest(word, passage)
        if cost is None:
            assert spotted is None
        else:
            lost = cost * HALF_LEVEL_NATS / len(word) / LOST_NATS
            assert spotted and spotted.score == pytest.approx(max(0.0, 1 - lost))
            assert passage.start <= spotted.start < spotted.end <= passage.end + 1e-9


@settings(max_examples=100, deadline=None)
@given(many_passages(), st.lists(st.text("abc", min_size=1, max_size=3), min_size=1, max_size=3))
def test_passages_do_not_change_what_is_found_in_others(passages, words):
    together = spot(words, passages)
    assert together == list(itertools.chain(*(spot(words, [one]) for one in passages)))
