"""What a person finds who looks for a word that was said, but that no text has."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from earshot.recordings.record import Recording
from earshot.search.request import Hit, Mark, SearchPage, SearchRequest
from earshot.search.searcher import search_in
from tests.search.recordings import of, recording
from tests.search.sounding import FRAME_S, sounding
from tests.unit.search.memory_engine import MemoryEngine

OTHERS = of(["silver spoon", "copper kettle", "nothing of the kind"])
MANY = of(f"copper kettle {n}" for n in range(120))  # more than are looked at


def search(recordings: Sequence[Recording], q: str, **more: object) -> SearchPage:
    return search_in(MemoryEngine(recordings), SearchRequest(q, **more))  # type: ignore[arg-type]


def marked(hit: Hit) -> list[str]:
    return [hit.words[mark.word][0] for mark in hit.marks]


def test_a_word_that_only_the_sound_holds_is_a_maybe_with_its_time() -> None:
    said = sounding("we saw a tree", "meteorite", at_s=1.0)  # from 1 s on a word lasts half one
    page = search([*OTHERS, said], "meteorite")
    (hit,) = page.hits
    assert (page.total, page.maybe, hit.match, hit.text) == (0, 1, "maybe", "we saw a tree")
    assert hit.marks == (Mark(2, "sound"),)
    assert hit.sound
    assert (hit.sound.start, hit.sound.end) == pytest.approx((1.0, 1.0 + 17 * FRAME_S))


def test_among_many_it_is_found_by_letters_that_were_nearly_heard() -> None:
    page = search([*MANY, sounding("we saw a tree", "meteorite")], "meteorite")
    assert [hit.text for hit in page.hits] == ["we saw a tree"]


def test_a_small_index_is_listened_to_whole() -> None:
    said = sounding("we saw a tree", "meteorite", behind=1)  # no letters in threes are near
    assert [hit.text for hit in search([*OTHERS, said], "meteorite").hits] == ["we saw a tree"]
    assert search([*MANY, said], "meteorite").hits == ()


def test_letters_of_a_form_that_cannot_be_read_go_without() -> None:
    made = sounding("we saw a tree", "meteorite")
    assert made.transcript
    odd = replace(made, transcript=replace(made.transcript, letters=b"FL?"))
    assert search([odd], "meteorite").hits == ()
    assert search([odd], "tree").total == 1


def test_where_no_word_lies_under_the_sound_the_nearest_is_marked() -> None:
    (hit,) = search([sounding("we saw", "meteorite", at_s=2.0)], "meteorite").hits
    assert marked(hit) == ["saw"]
    assert hit.sound
    assert hit.sound.start == pytest.approx(2.0)


def test_what_the_text_holds_stays_first_and_as_it_was() -> None:
    texts = ["an alchymist", "one alchimist and more"]  # as good as said, but not closely
    heard = [sounding(f"nothing at all {n}", "the alchemist") for n in range(3)]
    before = search(of(texts), "alchemist")
    page = search([*heard, *of(texts)], "alchemist")
    assert [hit.text for hit in page.hits[:2]] == [hit.text for hit in before.hits]
    assert [hit.match for hit in page.hits] == ["holds"] * 2 + ["maybe"] * 3
    assert page.total == before.total == 2


def test_a_weak_hold_is_not_passed_by_the_clearest_sound() -> None:
    # Two of three words are said: it holds the question, but not closely, so the sound is asked.
    weak = recording("garden with a very long story about some silver that was never found")
    heard = sounding("nothing at all", "silver spoon garden")
    page = search([heard, weak], "silver spoon garden")
    assert [hit.match for hit in page.hits] == ["holds", "maybe"]
    assert page.hits[1].sound


def test_of_the_maybes_the_one_that_sounds_like_it_comes_first() -> None:
    alike = of(["meteor rights", "the meteors"])
    page = search([*alike, sounding("kettle drum", "a meteorite fell")], "meteorite")
    assert [hit.text for hit in page.hits] == ["kettle drum", "meteor rights", "the meteors"]
    assert page.total == 0


def test_a_question_that_a_text_answers_does_not_look_into_the_sound() -> None:
    engine = MemoryEngine([sounding("the meteorite", "the meteorite"), *OTHERS])
    page = search_in(engine, SearchRequest("meteorite"))
    assert page.total == 1
    assert page.hits[0].sound is None
    assert not any(ask.letters for asks in engine.asked for ask in asks)


def test_the_sound_is_asked_in_the_same_round_trip_as_the_broad_question() -> None:
    engine = MemoryEngine([sounding("we saw a tree", "meteorite"), *OTHERS])
    search_in(engine, SearchRequest("meteorite"))
    with_sound = [asks for asks in engine.asked if any(ask.letters for ask in asks)]
    assert len(with_sound) == 1
    assert len(engine.asked) == 2


def test_imports_without_letters_are_found_by_their_text_as_before() -> None:
    imports = of(["he took the phone", "nothing else here"])
    alone = search(imports, "fone")
    beside = search([*imports, sounding("a door", "a door")], "fone")
    assert [hit.text for hit in alone.hits] == ["he took the phone"]
    assert alone.hits == beside.hits
    assert alone.hits[0].sound is None


def test_exact_words_are_never_only_heard() -> None:
    page = search([sounding("we saw a tree", "meteorite")], "meteorite", exact=True)
    assert (page.total, page.maybe) == (0, 0)


def test_an_excluded_word_excludes_what_sounds_right_too() -> None:
    said = [sounding("we saw a tree", "meteorite"), sounding("we saw a door", "meteorite")]
    (hit,) = search(said, "meteorite -door").hits
    assert hit.text == "we saw a tree"


def test_a_long_recording_is_heard_where_the_word_was_said() -> None:
    text = " ".join(f"word{n}" for n in range(400))  # 200 s
    page = search([sounding(text, "a meteorite fell", at_s=150.0)], "meteorite")
    (hit,) = page.hits
    assert hit.sound
    assert hit.start <= hit.sound.start == pytest.approx(150.0 + 4 * FRAME_S)
    assert marked(hit) == ["word300"]
    assert all(other.sound for other in hit.others)


def test_of_what_was_found_only_passages_with_sound_are_fetched_again_for_it() -> None:
    alike = sounding("the meteoroids", "a meteorite fell")
    engine = MemoryEngine([*MANY, alike, recording("meteoric rights")])
    (hit, *_) = search_in(engine, SearchRequest("meteorite")).hits
    assert (hit.text, bool(hit.sound)) == ("the meteoroids", True)
    again = [
        one.query["ids"]["values"] for asks in engine.asked for one in asks if "ids" in one.query
    ]
    assert again == [[f"{alike.recording_id}:0"]]


@pytest.mark.parametrize(
    ("q", "said", "asked"),
    [
        ("gold", "a gold ring", False),
        ("alchemist", "an alchymist", True),  # as good as said, but not quite it
        ("gold ring", "the ring was gold", False),
        ("boy sheep hill", "a hill where the boy kept sheep", False),  # all is said, though apart
        ("silver spoon garden", "silver spool garden", False),  # the phrase, but for a letter
        # Nearly a phrase: the rest of it may have been said elsewhere.
        ("silver spoon garden", "the silver garden spoke", True),
        ("silver spoon garden gate", "gate and then a garden of silver spools", False),
        # Of a long one nothing that lacks a word is the answer for sure.
        (
            "silver spoon garden gate fence",
            "the gate and the fence in the garden of silver spools",
            True,
        ),
    ],
)
def test_the_sound_is_looked_into_where_no_text_has_all_that_was_asked(
    q: str, said: str, asked: bool
) -> None:
    engine = MemoryEngine([recording(said), sounding("nothing at all", "the end")])
    assert search_in(engine, SearchRequest(q)).total == 1
    assert any(ask.letters for asks in engine.asked for ask in asks) == asked


def test_where_fewer_words_have_to_do_the_sound_is_asked_once() -> None:
    engine = MemoryEngine([*of(["the ring was old"]), sounding("nothing at all", "gold ring")])
    page = search_in(engine, SearchRequest("gold ring"))
    assert (page.relaxed, [hit.match for hit in page.hits]) == (True, ["holds", "maybe"])
    assert len(engine.asked) == 2
    assert [any(ask.letters for ask in asks) for asks in engine.asked] == [False, True]
