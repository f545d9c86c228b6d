"""Which of the passages that were found hold a question too, which may, and which are chance."""

from collections.abc import Sequence

import pytest

from earshot.search.candidates import Comparison, joined
from earshot.search.engine import Candidate, Place
from earshot.search.frequencies import Frequencies
from earshot.search.question import parse
from earshot.search.rank import closeness, compare
from tests.unit.search.passages import digest

FREQUENCIES = Frequencies(3000, {})


def candidate(text: str, score: float | None = None, letters: bytes | None = None) -> Candidate:
    """A passage of the recording that is named as its text."""
    found = digest(text, recording_id=text)
    return Candidate(Place(text, 0, 1, score), found, letters=letters)


def close(q: str, text: str) -> float:
    question = parse(q)
    return closeness(question, compare(question, [digest(text)], FREQUENCIES)).values[0]


def as_good_as_said(q: str, holding: Sequence[str], others: Sequence[str]) -> set[str]:
    comparison = Comparison(parse(q), FREQUENCIES)
    found = comparison.as_good_as_said([*map(candidate, holding)], [*map(candidate, others)])
    return {one.removesuffix(":0") for one in found}


def maybes(
    q: str, holding: Sequence[str], others: Sequence[str], relaxed: bool = False
) -> list[str]:
    comparison = Comparison(parse(q), FREQUENCIES)
    found, _ = comparison.in_order([*map(candidate, holding)], [*map(candidate, others)], relaxed)
    assert [one.place.recording_id for one in found if one.match == "holds"] == list(holding)
    return [one.place.recording_id for one in found if one.match == "maybe"]


PHRASE = "she counted every silver spoon"


def as_phrase(text: str) -> float:
    (views,) = compare(parse(PHRASE), [digest(text)], FREQUENCIES)
    return views.as_phrase


@pytest.mark.parametrize(
    ("other", "by", "holds"),
    [
        ("she counted very salver spin", (0.0, 0.02), False),
        ("she count every solver spin", (0.02, 0.04), True),
    ],
)
def test_what_is_closest_to_a_phrase_holds_it_if_it_is_that_much_closer_than_what_has_its_words(
    other: str, by: tuple[float, float], holds: bool
) -> None:
    held = "she counted every silly spin"
    least, most = by
    assert least < close(PHRASE, other) - close(PHRASE, held) < most
    assert (as_good_as_said(PHRASE, [held], [other]) == {other}) is holds


def test_alone_what_is_seven_tenths_like_a_phrase_holds_it_and_beside_it_what_is_more() -> None:
    like, unlike = "shy counted heavy salver moon", "he counter heavy solver spoon"
    assert as_phrase(unlike) < 0.7 < as_phrase(like) < 0.71
    assert as_good_as_said(PHRASE, [], [like]) == {like}
    assert as_good_as_said(PHRASE, [], [unlike]) == set()
    best, more, less = (
        f"she {one}" for one in ("count very silver spoon", "contend very silver spoons",
                                 "mounted very silver spoons")
    )  # fmt: skip
    assert as_phrase(less) < 0.85 < as_phrase(more) < as_phrase(best)
    assert as_good_as_said(PHRASE, [], [less, more, best]) == {more, best}


def test_a_contraction_is_two_words_of_a_phrase_and_one_that_is_free() -> None:
    assert as_good_as_said("you're right", [], ["you are rite"]) == {"you are rite"}
    assert as_good_as_said("you're", [], ["you were"]) == set()


QUESTION, STOP_WORDS = "what did the boy do with the sheep", "what did he do with the"


def test_beside_what_holds_a_question_its_stop_words_are_chance() -> None:
    said = "a boy"
    assert maybes(QUESTION, [said], [STOP_WORDS]) == []
    assert maybes(QUESTION, [said], [STOP_WORDS], relaxed=True) == [STOP_WORDS]
    assert maybes(QUESTION, [], [STOP_WORDS]) == [STOP_WORDS]
    assert maybes(QUESTION, [said], ["what did the man do with the ship"])


def test_a_maybe_of_one_word_is_half_like_it_and_not_far_behind_what_holds_it() -> None:
    assert close("lantern", "return") < 0.48 < close("lantern", "cavern") < 0.5
    assert maybes("lantern", [], ["return", "cavern"]) == ["cavern"]
    assert close("lantern", "pattern") < 0.6 < close("lantern", "lean turn") < 0.61
    assert maybes("lantern", ["lantern"], ["pattern", "lean turn"]) == ["lean turn"]


def test_a_maybe_of_several_words_is_a_third_like_them() -> None:
    assert close("lantern gate", "eastern goat") < 0.35 < close("lantern gate", "linen goat") < 0.36
    for holding in ([], ["lantern gate"]):
        assert maybes("lantern gate", holding, ["eastern goat", "linen goat"]) == ["linen goat"]


def test_the_ten_best_maybes_are_shown_the_closest_first() -> None:
    others = [
        *(f"a lander {n}" for n in range(8)),
        "landern",
        "lanten lattern",
        "antlers",
        "a tern",
    ]
    found = maybes("lantern", [], others)
    assert len(found) == 10
    assert found == sorted(others, key=lambda text: -close("lantern", text))[:10]


def test_as_close_as_each_other_the_engine_s_score_decides_and_then_the_name() -> None:
    places = {"b gold": 0.5, "a gold": 0.5, "c gold": None, "d gold": 2.0, "e gold": -1.0}
    holding = [candidate(text, score) for text, score in places.items()]
    found, _ = Comparison(parse("gold"), FREQUENCIES).in_order(holding, [], relaxed=False)
    assert [one.place.recording_id[0] for one in found] == ["d", "a", "b", "c", "e"]


def test_what_was_found_twice_counts_once_with_the_letters_of_its_sound() -> None:
    first, again = candidate("gold", 1.0), candidate("gold", 2.0, b"letters")
    other = candidate("silver")
    (one, two) = joined([first, other], [again])
    assert (one.place.score, one.letters, two.place.recording_id) == (1.0, b"letters", "silver")
    assert joined([again], [first])[0].letters == b"letters"
