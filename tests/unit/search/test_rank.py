"""Which of several passages comes first."""

from collections.abc import Sequence

import pytest

from earshot.search.frequencies import Frequencies
from earshot.search.question import parse
from earshot.search.rank import Views, closeness, compare
from tests.unit.search.passages import digest

FREQUENCIES = Frequencies(
    3000,
    {"boy": 90, "sheep": 20, "early": 6, "get": 70, "king": 40, "road": 60, "door": 50},
)


def first(q: str, *texts: str) -> str:
    return max(zip(close(q, texts), texts, strict=True))[1]


def close(q: str, texts: Sequence[str], frequencies: Frequencies = FREQUENCIES) -> list[float]:
    question = parse(q)
    views = compare(question, [digest(text) for text in texts], frequencies)
    return list(closeness(question, views).values)


@pytest.mark.parametrize(
    ("q", "better", "worse"),
    [
        # Spelling is the least: without the letters, the sounds and the words nothing is in order.
        ("sheep", "his sheep were hungry", "his ship was hungry"),
        ("boy and the sheep", "the sheep that the boy had", "a sheep in the direction"),
        ("boy sheep", "sheep followed a boy", "sheep and sheep and more sheep"),
        ("why did he get up early", "we left early", "why did he get it"),
        ("what did the boy do with the sheep", "a boy and sheep", "what did he do with the"),
        ("king of the road", "he was king of the road", "on the road he met the king"),
        ("red door", "a red door stood there", "a door stood there near red"),
        ("every day", "everyday life", "every man has his night"),
        ("lighthouse", "the light house stood", "the white horse stood"),
        ("alchemist", "said the alchymist", "said the chemists wife"),
        ("you're right", "you're right about it", "you are right about it"),
        # Sounds count, but letters count more.
        ("threw the window pane", "threw the willow pale", "trough the wind opane"),
    ],
)
def test_the_better_answer_comes_first(q: str, better: str, worse: str) -> None:
    assert first(q, worse, better) == better
    assert first(q, better, worse) == better


def test_a_word_of_the_language_is_sooner_what_was_said_than_a_mishearing() -> None:
    assert first("brothor", "he took the brother along", "he took the brithor along") == (
        "he took the brithor along"
    )


def test_a_word_weighs_by_how_rare_it_is_in_this_index() -> None:
    rare = Frequencies(3000, {"desert": 2, "wind": 900})
    common = Frequencies(3000, {"desert": 900, "wind": 2})
    texts = ["a dry desert here", "a cold wind here"]
    q = "how did he turn desert into wind"
    assert close(q, texts, rare)[0] > close(q, texts, rare)[1]
    assert close(q, texts, common)[0] < close(q, texts, common)[1]


def test_what_holds_all_words_in_order_as_they_were_typed_is_wholly_close() -> None:
    assert close("red door", ["the red door"]) == [pytest.approx(1.0)]


def test_of_two_words_no_phrase_is_made_and_three_are_one_sooner_than_more() -> None:
    question = parse("boy sheep")
    assert closeness(question, compare(question, [digest("boy sheep")], FREQUENCIES)).phrase == 0
    # Three quarters alike: a phrase if there are three words, none if there are four.
    three, four = parse("silver moon garden"), parse("silver moon garden wall")
    like_three = closeness(three, compare(three, [digest("silver moan gorden")], FREQUENCIES))
    like_four = closeness(four, compare(four, [digest("silver man gordon hall")], FREQUENCIES))
    assert like_three.as_phrase > 0.73
    assert 0.70 < like_four.as_phrase < 0.74
    assert (like_three.phrase, like_four.phrase) == (1.0, 0.0)


def test_nothing_is_close_to_no_passage() -> None:
    nothing = closeness(parse("boy sheep"), [])
    assert (list(nothing.values), nothing.as_phrase, nothing.words) == ([], 0.0, 0.0)


@pytest.mark.parametrize(
    ("word", "cut"), [("along", "a long"), ("lighthouse", "light house"), ("bookcase", "bookcas e")]
)
def test_a_word_that_was_heard_as_two_counts_wherever_it_was_cut(word: str, cut: str) -> None:
    (together,) = close(word, [f"we saw {cut} there"])
    first, second = cut.split()
    (apart,) = close(word, [f"we {first} saw {second} there"])
    assert together > apart


def test_it_is_all_the_same_where_a_word_was_cut() -> None:
    cuts = {"along": "a long", "lighthouse": "light house", "bookcase": "bookcas e"}
    counted = {
        compare(parse(word), [digest(f"we saw {cut} there")], FREQUENCIES)[0].words
        for word, cut in cuts.items()
    }
    assert len(counted) == 1


def test_what_is_half_like_a_word_is_less_than_half_of_it() -> None:
    (views,) = compare(parse("sliver"), [digest("silver")], Frequencies(3000))
    assert 0.0 < views.words < 0.7 * views.telling


def test_what_only_is_in_the_text_as_it_is_typed_breaks_a_tie() -> None:
    typed, spoken = close("don't go", ["don't go", "do not go"])
    assert typed > spoken > 0.9


def test_a_contraction_counts_whole_in_a_row_less_in_pieces_and_least_by_half() -> None:
    texts = ["you are here", "you here are", "you here"]
    views = compare(parse("you're"), [digest(text) for text in texts], FREQUENCIES)
    whole, apart, half = (one.words for one in views)
    assert whole == pytest.approx(1.0)
    assert whole > apart > half > 0


def views(as_phrase: float, as_words: float = 0.2, words: float = 1.0) -> Views:
    return Views(as_phrase, as_words, words, telling=1.0)


@pytest.mark.parametrize(
    ("q", "as_phrase", "phrase"),
    [
        ("silver moon garden wall", 0.74, 0.0),
        ("silver moon garden wall", 0.755, 0.5),
        ("silver moon garden wall", 0.77, 1.0),
        ("silver moon garden", 0.70, 0.0),
        ("silver moon garden", 0.715, 0.5),
        ("silver moon garden", 0.73, 1.0),
        ("silver moon", 1.0, 0.0),
        ("silver", 0.2, 1.0),
        ('silver "moon garden"', 0.2, 1.0),  # of what is quoted nothing is free
        ("you're right", 0.73, 1.0),  # three words in two
    ],
)
def test_a_question_is_a_phrase_by_degrees_where_the_likest_passage_is_so_like_it(
    q: str, as_phrase: float, phrase: float
) -> None:
    found = closeness(parse(q), [views(as_phrase), views(0.1, as_words=0.4)])
    assert found.phrase == pytest.approx(phrase, abs=1e-9)
    assert found.as_phrase == as_phrase
    assert list(found.values) == pytest.approx(
        [phrase * as_phrase + (1 - phrase) * 0.2, phrase * 0.1 + (1 - phrase) * 0.4]
    )


def test_a_passage_with_less_than_a_third_of_the_best_one_s_words_makes_no_phrase() -> None:
    question = parse("silver moon garden wall")
    for words, likest in ((0.23, 0.5), (0.25, 0.9)):
        found = closeness(question, [views(0.9, words=words), views(0.5, words=0.8)])
        assert (found.as_phrase, found.words) == (likest, 0.8)


def test_the_very_spelling_counts_for_three_of_what_a_row_of_words_is_worth() -> None:
    (said,) = compare(parse("don't go"), [digest("do not go")], Frequencies(3000))
    assert said.as_phrase == pytest.approx((100 + 50 + 60) / (100 + 50 + 3 + 60))
    assert said.as_words == pytest.approx((100 + 50 + 400) / (100 + 50 + 3 + 400))


def test_one_of_two_words_is_half_of_them_in_both_views() -> None:
    (said,) = compare(parse("silver xylophone"), [digest("silver")], Frequencies(3000))
    assert said.words == pytest.approx(0.5)
    assert said.telling == 1.0
    in_a_row = said.as_phrase * 213 - 60 * 0.5
    assert said.as_words * 553 - 400 * 0.5 == pytest.approx(in_a_row)


def test_a_passage_without_words_is_like_nothing() -> None:
    (said,) = compare(parse("silver spoon"), [digest("")], Frequencies(3000))
    blanks = 2 * 2 / (len(" silver spoon ") + len("  "))
    assert said.as_phrase == pytest.approx(100 * blanks / 213)
    assert (said.words, said.telling) == (0.0, 0.0)
