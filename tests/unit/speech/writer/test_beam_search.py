"""The likeliest text is found, not the one whose words are likeliest one by one."""

import numpy as np
import pytest

from earshot.speech.writer.beam_search import Beam, search

START, END = 0, 9
WIDE = Beam(width=4, margin=10.0, alike=4)
GREEDY = Beam(width=1, margin=0.0, alike=1)


class Language:
    """A decoder of known probabilities: which tokens may follow which text."""

    def __init__(self, following):
        self.following = following
        self.texts = [()]
        self.widths = []  # how many texts were gone on with, step by step

    def __call__(self, tokens, position, parents):
        before = [self.texts[parent] for parent in parents]
        self.texts = [
            (*text, token) if token != START else text
            for text, token in zip(before, tokens, strict=True)
        ]
        assert all(len(text) == position for text in self.texts)
        self.widths.append(len(tokens))
        found = np.full((len(tokens), 2), END)
        likely = np.full((len(tokens), 2), -30.0, np.float32)
        for row, text in enumerate(self.texts):
            chances = self.following(text)
            ordered = sorted(chances, key=lambda token: -chances[token])[:2]
            found[row, : len(ordered)] = ordered
            likely[row, : len(ordered)] = [np.log(chances[token]) for token in ordered]
        return found, likely


def of(table):
    return Language(lambda text: table.get(text, {END: 1.0}))


MISLED = {(): {1: 0.6, 2: 0.4}, (1,): {3: 0.51, 4: 0.49}, (2,): {5: 0.99, 6: 0.01}}


def test_a_first_word_is_taken_back_when_what_follows_is_unlikely():
    assert search(of(MISLED), START, {END}, 10, GREEDY).tokens == (1, 3)
    found = search(of(MISLED), START, {END}, 10, WIDE)
    assert found.tokens == (2, 5)
    assert found.total == pytest.approx(np.log(0.4 * 0.99))
    assert np.exp(found.log_probabilities).tolist() == pytest.approx([0.4, 0.99])
    assert not found.stopped


def test_the_end_counts_for_the_likelihood_of_a_text():
    unfinished = {(): {1: 0.6, 2: 0.4}, (1,): {END: 0.1, 3: 0.1}, (2,): {END: 0.9}}
    assert search(of(unfinished), START, {END}, 10, WIDE).tokens == (2,)


def test_a_text_far_less_likely_is_not_followed():
    language = of(MISLED)
    assert search(language, START, {END}, 10, Beam(4, 0.2, 4)).tokens == (1, 3)
    assert max(language.widths) == 2  # 3 and 4, as likely as each other


def test_texts_that_end_alike_share_a_place():
    def following(text):
        return {1: 0.6, 2: 0.4} if not text else {3 + len(text): 1.0}

    language = Language(following)
    search(language, START, {END}, 5, Beam(4, 10.0, 2))
    assert language.widths == [1, 2, 2, 1, 1]  # 1 or 2, then 4, 5: one of them


def test_texts_that_end_differently_are_followed_side_by_side():
    def following(text):
        return {1: 0.6, 2: 0.4} if not text else {10 * text[0] + len(text): 1.0}

    language = Language(following)
    search(language, START, {END}, 5, Beam(4, 10.0, 2))
    assert language.widths == [1, 2, 2, 2, 2]


def test_a_text_that_ends_goes_before_one_that_has_to_be_stopped():
    def following(text):
        return {END: 0.1, 1: 0.9}

    found = search(Language(following), START, {END}, 40, WIDE)
    assert not found.stopped


def test_a_loop_is_cut_and_said():
    found = search(Language(lambda text: {1: 1.0}), START, {END}, 40, WIDE)
    assert (found.tokens, found.stopped) == ((1,), True)


def test_without_an_end_the_budget_ends_it():
    found = search(Language(lambda text: {1 + len(text): 1.0}), START, {99}, 6, WIDE)
    assert (found.tokens, found.stopped) == ((1, 2, 3, 4, 5, 6), True)


def test_nothing_may_be_said():
    found = search(of({(): {END: 1.0}}), START, {END}, 6, WIDE)
    assert (found.tokens, found.stopped) == ((), False)
