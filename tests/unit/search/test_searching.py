"""The whole way of a search, with the passages in memory: plan, ask, rank, page."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from earshot.errors import InvalidRequest
from earshot.recordings.imported import imported_transcript
from earshot.search.kinds import KINDS
from earshot.search.request import SearchPage, SearchRequest
from earshot.search.searcher import search_in
from tests.search.recordings import of, recording
from tests.unit.search.memory_engine import MemoryEngine

ROOT = Path(__file__).parents[3]
MANY = [f"nothing of the kind {n}" for n in range(120)]  # more than are looked at whole


def search(texts: Sequence[str], q: str, **more: object) -> SearchPage:
    return search_in(MemoryEngine(of(texts)), SearchRequest(q, **more))  # type: ignore[arg-type]


def held(page: SearchPage) -> list[str]:
    return [hit.text for hit in page.hits if hit.match == "holds"]


def maybe(page: SearchPage) -> list[str]:
    return [hit.text for hit in page.hits if hit.match == "maybe"]


def kinds(page: SearchPage) -> list[list[str]]:
    return [[mark.kind for mark in hit.marks] for hit in page.hits]


def test_a_word_another_form_and_a_misspelling_hold_the_query_and_say_so() -> None:
    page = search(["the alchemist", "two alchemists", "an alchymist", "a chemist"], "alchemist")
    assert held(page) == ["the alchemist", "two alchemists", "an alchymist"]
    assert kinds(page)[:3] == [["exact"], ["stem"], ["near"]]
    assert page.total == 3


def test_what_only_sounds_like_it_is_a_maybe_and_counted_apart() -> None:
    page = search(["he took the phone", "nothing else here"], "fone")
    assert (page.total, page.maybe, maybe(page)) == (0, 1, ["he took the phone"])
    assert kinds(page) == [["sound"]]


def test_a_common_word_of_the_language_is_no_mishearing_of_another() -> None:
    page = search(["a good day", "the old men", "cold water", "gold coins"], "gold")
    assert held(page) == ["gold coins"]


def test_what_was_never_said_finds_nothing() -> None:
    page = search(["silver spoon", "copper kettle"], "xylophone")
    assert (page.total, page.maybe, page.hits) == (0, 0, ())


def test_every_hit_has_a_mark_in_every_order() -> None:
    texts = ["silver spoon", "a sliver of the spoons", "spoon", "having said that", "I have it"]
    for q in ("silver spoon", "spoon", "having", "sylvir spune", "the silver"):
        for sort in ("relevance", "newest", "longest"):
            assert all(hit.marks for hit in search(texts, q, sort=sort).hits)


def test_most_of_the_telling_words_must_be_said() -> None:
    texts = ["silver spoon garden", "silver fox", "garden gate"]
    page = search(texts, "the silver spoon in garden")
    assert (held(page), page.relaxed) == (["silver spoon garden"], False)
    # One of three is not enough where another passage has two.
    assert held(search(texts, "silver spoon zebra")) == ["silver spoon garden"]


def test_where_nothing_says_enough_the_rarest_words_have_to_do() -> None:
    texts = ["we left early", *(f"get it {n}" for n in range(9))]
    page = search([*texts, "why did he go"], "why did he get up early")
    assert page.relaxed
    assert held(page) == ["we left early"]


def test_in_a_small_index_the_language_tells_which_words_tell() -> None:
    # Here "leave" is as rare as "train"; in the language it is eight times as common.
    texts = ["the train to vienna", "do not leave yet", *(f"number {n}" for n in range(8))]
    page = search(texts, "when does the train leave")
    assert (page.relaxed, held(page)) == (True, ["the train to vienna"])


def test_what_is_like_the_whole_phrase_comes_before_single_words_of_it() -> None:
    texts = ["in songs he had no boots", "they enjoyed the silents", "silence at last"]
    page = search(texts, "in silents he had no roots")
    assert page.hits[0].text == "in songs he had no boots"


def test_what_holds_it_comes_before_a_maybe_that_is_closer() -> None:
    texts = ["you carled the tamber not ten minutes ago", "an editor can show you numbers"]
    page = search(texts, "called that number")
    assert [hit.match for hit in page.hits] == ["holds", "maybe"]
    hold, other = page.hits
    assert (hold.text, page.total, page.maybe) == (texts[1], 1, 1)
    assert (other.score or 0) > (hold.score or 0)


def test_what_is_like_the_whole_phrase_holds_it_in_every_order_and_count() -> None:
    recordings = [
        recording("the sliver spun gorden", accent="us", uploaded_at="2026-01-03T00:00:00.000Z"),
        recording("silver spoon", accent="england"),
        recording("gravel and spindles", accent="england"),
    ]
    engine = MemoryEngine(recordings)
    for sort in ("relevance", "newest"):
        page = search_in(engine, SearchRequest("the silver spoon garden", sort=sort))
        assert held(page) == ["the sliver spun gorden", "silver spoon"]
        assert (page.total, page.maybe, page.relaxed) == (2, 0, False)
        assert {one.value: one.count for one in page.facets["accent"]} == {"us": 1, "england": 1}


def test_all_that_is_nearly_the_phrase_holds_it_and_three_words_are_one() -> None:
    texts = ["she counted every sliver spun", "she counted every solver spun", "he counted on her"]
    page = search(texts, "she counted every silver spoon")
    assert (sorted(held(page)), maybe(page)) == (texts[:2], texts[2:])
    assert held(search(["by the fountain"], "by the mountain")) == ["by the fountain"]


def test_what_holds_a_phrase_does_not_hang_on_the_chosen_facet() -> None:
    # Of those two that are like the phrase one is closer; alone the other would be the closest.
    phrase = "she counted every silver spoon"
    recordings = [
        recording("she counted heavy silver spins", accent="us"),
        recording("he counted a very silly moon", accent="england"),
        recording("the silver spoon was counted", accent="england"),
    ]
    everywhere = search_in(MemoryEngine(recordings), SearchRequest(phrase))
    counts = {one.value: one.count for one in everywhere.facets["accent"]}
    for accent in ("us", "england"):
        chosen = {"accent": (accent,)}
        page = search_in(MemoryEngine(recordings, chosen), SearchRequest(phrase, chosen))
        assert page.total == counts[accent]
        assert {one.value: one.count for one in page.facets["accent"]} == counts


def test_two_words_and_what_was_never_said_are_no_phrase_by_chance() -> None:
    assert held(search(["a goaled rink"], "gold ring")) == []
    assert held(search(["he should never forget", "but we shall"], "xylophone zebra quartz")) == []


def test_beside_what_was_said_only_what_is_close_is_a_maybe() -> None:
    alone = search(["a mouse in the house"], "museum")
    assert (alone.total, alone.maybe) == (0, 1)
    beside = search(["a mouse in the house", "the museum"], "museum")
    assert (beside.total, beside.maybe) == (1, 0)


def test_a_passage_with_half_of_the_words_or_most_sounds_is_found_by_letters_alone() -> None:
    texts = ["the captains log tuesday the knife", *MANY]
    page = search(texts, "captain slog to stay the night of october")
    assert texts[0] in [hit.text for hit in page.hits]


def test_what_holds_it_beyond_what_was_fetched_is_no_maybe() -> None:
    many = [f"shine of {n} and bright is the ring that has gold" for n in range(60)]
    page = search([*many, "gold ring bright shine"], "gold ring shine bright", size=100)
    assert (page.total, page.maybe) == (61, 0)


def test_what_holds_a_phrase_is_counted_once_however_much_it_is() -> None:
    engine = MemoryEngine(of(f"a silver spoon garden {n}" for n in range(60)))
    page = search_in(engine, SearchRequest("silver spoon garden"))
    assert (page.total, len(engine.asked)) == (60, 1)


def test_without_words_all_is_listed_and_nothing_was_left_out_of_the_question() -> None:
    page = search(["silver spoon", "copper kettle"], "")
    assert (page.total, page.maybe, page.relaxed) == (2, 0, False)


def test_where_more_holds_it_than_is_compared_there_are_no_maybes() -> None:
    maybe_one = "the colour of golt"
    for holding, listed in ((40, 1), (41, 0)):
        page = search([maybe_one, *(f"gold {n}" for n in range(holding))], "gold", size=50)
        assert (page.total, page.maybe, len(page.hits)) == (holding, listed, holding + listed)


def test_what_holds_the_fewer_words_is_no_maybe() -> None:
    deserts = [f"the desert {n}" for n in range(50)]
    page = search(
        [*deserts, "a desert of winds'", "the window of a desert"], "desert wendow", size=60
    )
    assert page.relaxed
    assert not [hit.text for hit in page.hits if hit.match == "maybe" and "desert" in hit.text]


def test_fewer_words_cost_no_round_trip_of_their_own() -> None:
    engine = MemoryEngine(of(["a red door", "the blue garden", "nothing else"]))
    page = search_in(engine, SearchRequest("door garden"))
    assert (page.relaxed, page.total, len(engine.asked)) == (True, 2, 2)


def test_a_word_that_lost_a_consonant_is_found_by_the_broad_question() -> None:
    texts = ["advancing slowly they surged on", *MANY]
    page = search(texts, "searched")
    assert (page.total, maybe(page)) == (0, texts[:1])
    assert [mark.word for mark in page.hits[0].marks] == [3]


def test_a_usual_query_takes_one_round_trip() -> None:
    engine = MemoryEngine(of(["the boy and his sheep", "a boy"]))
    page = search_in(engine, SearchRequest("boy sheep"))
    assert held(page) == ["the boy and his sheep"]
    assert (len(engine.asked), engine.opened) == (1, [])


def test_words_that_are_all_said_though_apart_are_not_asked_broadly() -> None:
    engine = MemoryEngine(of(["a hill where the boy kept sheep", "the boy slept"]))
    page = search_in(engine, SearchRequest("boy sheep hill"))
    assert held(page)[0] == "a hill where the boy kept sheep"
    assert len(engine.asked) == 1


def test_exact_words_are_only_those_very_words() -> None:
    texts = ["the sailor", "two sailors", "a sayler"]
    page = search(texts, "sailor", exact=True)
    assert (held(page), page.maybe, kinds(page)) == (["the sailor"], 0, [["exact"]])


def test_a_quoted_phrase_is_what_is_written_and_marked_where_it_stands() -> None:
    texts = ["i am here and she is", "i'm here", "am i here"]
    page = search(texts, '"I am"')
    assert held(page) == ["i am here and she is"]
    assert [(mark.word, mark.kind) for mark in page.hits[0].marks] == [(0, "exact"), (1, "exact")]
    assert held(search(texts, '"I\'m"')) == ["i'm here"]


def test_alternatives_and_exclusions() -> None:
    texts = ["a boy with sheep", "a girl with sheep", "a man with sheep", "a boy alone"]
    assert sorted(held(search(texts, "boy OR girl sheep"))) == texts[:2]
    assert sorted(held(search(texts, "sheep -boy"))) == texts[1:3]
    assert held(search(texts, 'sheep -boy -"a girl"')) == texts[2:3]


@pytest.mark.parametrize("q", ["*", "🎧", "…"])
def test_what_can_not_be_said_finds_nothing(q: str) -> None:
    page = search(["silver spoon"], q)
    assert (page.total, page.hits) == (0, ())
    assert "accent" in page.facets


def test_a_word_of_ten_thousand_letters_is_refused_and_a_long_one_answered() -> None:
    with pytest.raises(InvalidRequest, match="longer than 500"):
        search(["silver spoon"], "a" * 10_000)
    assert search(["silver spoon"], "a" * 500).total == 0


def test_a_prefix_of_more_than_a_thousand_bytes_is_refused() -> None:
    assert search(["silver spoon"], "spoon", prefix="é" * 500)
    with pytest.raises(InvalidRequest, match="1000 bytes"):
        search(["silver spoon"], "spoon", prefix="é" * 500 + "e")


@pytest.mark.parametrize(
    "other",
    [{"q": "gold"}, {"facets": {"accent": ("us",)}}, {"prefix": "a"}, {"exact": True},
     {"sort": "newest"}, {"after": "2026-01-01"}],
)  # fmt: skip
def test_a_cursor_is_one_of_its_own_search(other: dict[str, object]) -> None:
    many = [f"silver spoon {n}" for n in range(60)]
    cursor = search(many, "spoon", size=50).cursor
    assert cursor
    with pytest.raises(InvalidRequest, match="cursor"):
        search(many, **({"q": "spoon", "size": 50, "cursor": cursor} | other))  # type: ignore[arg-type]


def test_facets_count_what_holds_the_query_alone() -> None:
    recordings = [
        recording("he took the phone", accent="us"),
        recording("a fone call", accent="england"),
        recording("the fone", accent="england"),
    ]
    page = search_in(MemoryEngine(recordings), SearchRequest("fone"))
    assert {value.value: value.count for value in page.facets["accent"]} == {"england": 2}
    assert (page.total, page.maybe) == (2, 1)


def test_did_you_mean_asks_back_for_what_neither_index_nor_language_knows() -> None:
    texts = ["the teacher smiled", "said the teacher", "a kidney transparent as glass"]
    assert search(texts, "teecher smiled").did_you_mean == "teacher smiled"
    assert search(texts, "teacher smiled").did_you_mean is None
    assert search(texts, "kidney transplant").did_you_mean is None


def test_what_would_find_no_more_or_reads_the_same_is_not_asked_back() -> None:
    texts = ["the teacher smiled", "said the teacher"]
    assert search(texts, "teecher xylophone").did_you_mean is None
    page = search(texts, "teecher-smiled")
    assert (page.relaxed, page.did_you_mean) == (True, None)


def test_a_word_of_four_letters_is_asked_back_for() -> None:
    assert search(["the goat jumped", "a goat"], "goet jumped").did_you_mean == "goat jumped"


def test_a_misspelt_word_is_asked_back_though_nothing_says_it_beside_the_others() -> None:
    texts = ["the desert sand", "a desert bird", "an oasis at last", *MANY]
    page = search(texts, "desert orasis")
    assert (page.relaxed, page.did_you_mean) == (True, "desert oasis")


def test_what_was_meant_is_found_among_passages_that_were_not_compared() -> None:
    deserts = [f"the desert sand {n}" for n in range(95)]
    assert search([*deserts, "an oasis at last"], "desert orasis").did_you_mean == "desert oasis"


def test_the_page_names_every_kind_of_match_the_best_first() -> None:
    labels = (ROOT / "site" / "js" / "labels.js").read_text()
    (table,) = re.findall(r"export const KINDS = \{\n(.*?)^\};", labels, re.DOTALL | re.MULTILINE)
    named = re.findall(r"^  (\w+):", table, re.MULTILINE)
    assert named == sorted(KINDS, key=lambda kind: -KINDS[kind].worth)


def test_a_better_kind_is_worth_more_and_likelier() -> None:
    ways = [KINDS[kind] for kind in ("exact", "stem", "near", "sound")]
    assert [way.worth for way in ways] == sorted((way.worth for way in ways), reverse=True)
    assert [way.likeness for way in ways] == sorted((way.likeness for way in ways), reverse=True)


def test_a_word_that_the_listener_alone_heard_is_a_maybe_marked_on_the_shown_word() -> None:
    written = recording("the sheep were hungry", heard="THE SHIP WERE HUNGRY")
    page = search_in(MemoryEngine([written]), SearchRequest("ship"))
    assert (page.total, maybe(page)) == (0, ["the sheep were hungry"])
    assert [(mark.word, mark.kind) for mark in page.hits[0].marks] == [(1, "sound")]
    page = search_in(
        MemoryEngine([recording("a boat", heard="A GALLEON")]), SearchRequest("galleon")
    )
    assert [(mark.word, mark.heard) for mark in page.hits[0].marks] == [(1, "galleon")]
    assert (page.total, page.maybe) == (0, 1)


def test_what_both_wrote_holds_the_query_once() -> None:
    both = recording("the sheep, at last.", heard="THE SHEEP AT LAST")
    page = search_in(MemoryEngine([both]), SearchRequest("sheep"))
    assert (page.total, page.maybe, kinds(page)) == (1, 0, [["exact"]])


def test_a_hit_says_whether_its_times_are_estimates() -> None:
    imported = replace(
        recording("gold was found", key="imported.mp3"),
        transcript=imported_transcript("gold was found", 2.0, "elsewhere", "0"),
    )
    engine = MemoryEngine([imported, recording("gold was here")])
    found = search_in(engine, SearchRequest("gold"))
    assert {hit.key: hit.estimated_times for hit in found.hits} == {
        "imported.mp3": True,
        "gold was here.mp3": False,
    }
