"""What a person who searches sees, on a real node."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from opensearchpy import OpenSearch

from earshot.recordings.details import Details
from earshot.search.index import SearchIndex
from earshot.search.request import Range, SearchPage, SearchRequest
from earshot.search.searcher import search
from earshot.search.suggest import suggest
from tests.search.recordings import of, recording

Ask = Callable[..., SearchPage]


@pytest.fixture
def ask(client: OpenSearch, alias: str, index: SearchIndex) -> Ask:
    def ask(q: str = "", **more: object) -> SearchPage:
        client.indices.refresh(index=alias)
        return search(client, alias, SearchRequest(q, **more))  # type: ignore[arg-type]

    return ask


def texts(page: SearchPage) -> list[str]:
    return [hit.text for hit in page.hits]


def counts(page: SearchPage, facet: str) -> dict[str, int]:
    return {value.value: value.count for value in page.facets[facet]}


def test_exact_comes_before_stem_before_near_before_sounds_like(
    index: SearchIndex, ask: Ask
) -> None:
    said = ["the sailor came home", "all sailors came home", "a sayler came home", "a tailor sat"]
    index.project(of(said))
    page = ask("sailor")
    assert texts(page)[:3] == said[:3]
    kinds = [[mark.kind for mark in hit.marks] for hit in page.hits]
    assert kinds[:3] == [["exact"], ["stem"], ["near"]]


def test_a_word_is_found_by_its_sound(index: SearchIndex, ask: Ask) -> None:
    index.project(of(["he took the phone", "nothing else here"]))
    (hit,) = ask("fone").hits
    assert hit.text == "he took the phone"
    assert [(mark.word, mark.kind) for mark in hit.marks] == [(3, "sound")]


@pytest.mark.parametrize(
    ("heard", "asked"),
    [
        ("he went in to the house", "into"),
        ("an other one went there", "another"),
        ("some one was here before", "someone"),
        ("everyday life in the city", "every day"),
    ],
)
def test_words_are_found_across_the_boundaries_that_were_heard(
    index: SearchIndex, ask: Ask, heard: str, asked: str
) -> None:
    index.project(of([heard, "unrelated talk about fish"]))
    page = ask(asked)
    assert texts(page)[:1] == [heard]
    assert {mark.kind for mark in page.hits[0].marks} <= {"near", "sound"}
    assert page.hits[0].marks


@pytest.mark.parametrize(
    ("heard", "asked"),
    [
        ("the twenty first of june", "21st"),
        ("we do not know that", "don't know"),
        ("i am well known", "well-known"),
        ("the color of money", "colour"),
        ("a hundred percent sure", "% sure"),
        ("in nineteen eighty four", "1984"),
    ],
)
def test_spellings_of_the_same_speech_are_exact_matches(
    index: SearchIndex, ask: Ask, heard: str, asked: str
) -> None:
    index.project(of([heard, "unrelated talk about fish"]))
    page = ask(asked)
    assert texts(page) == [heard]
    assert {mark.kind for mark in page.hits[0].marks} == {"exact"}


def test_the_very_spelling_comes_first(index: SearchIndex, ask: Ask) -> None:
    index.project(of(["you are right about that", "you're right about that"]))
    assert texts(ask("you're right")) == ["you're right about that", "you are right about that"]


def test_a_phrase_said_in_one_go_comes_before_its_words_apart(index: SearchIndex, ask: Ask) -> None:
    index.project(of(["red house and blue door", "blue house and red door"]))
    assert texts(ask("red door"))[0] == "blue house and red door"


def test_a_quoted_phrase_is_strict(index: SearchIndex, ask: Ask) -> None:
    index.project(of(["the old man and the sea", "the sea and the old man", "the old men"]))
    assert texts(ask('"man and the sea"')) == ["the old man and the sea"]
    both = {"the sea and the old man", "the old man and the sea"}
    assert set(texts(ask('sea "old man"'))) == both
    assert ask('"sea man"').total == 0


def test_an_open_quote_is_no_quote(index: SearchIndex, ask: Ask) -> None:
    index.project(of(["the old man and the sea"]))
    assert ask('sea "old').total == 1


def test_three_of_five_words_are_enough_and_two_are_not(index: SearchIndex, ask: Ask) -> None:
    index.project(of(["silver spoon garden", "silver spoon mountain"]))
    assert ask("silver spoon garden zebra quixotic").relaxed is False
    assert texts(ask("silver spoon garden zebra quixotic"))[0] == "silver spoon garden"


def test_when_nothing_holds_enough_fewer_words_do_with_a_notice(
    index: SearchIndex, ask: Ask
) -> None:
    index.project(of(["silver spoon", "copper kettle"]))
    page = ask("kettle zebra quixotic bamboo")
    assert (page.relaxed, texts(page)) == (True, ["copper kettle"])


def test_what_was_never_said_finds_nothing_and_claims_nothing(index: SearchIndex, ask: Ask) -> None:
    index.project(of(["silver spoon"]))
    page = ask("xylophone")
    assert (page.total, page.hits, page.relaxed, page.did_you_mean) == (0, (), False, None)


@pytest.mark.parametrize(
    ("heard", "asked"),
    [
        ("says for us to go the linet", "limit"),
        ("that little jesevel is here", "jezebel"),
        ("advancing slowly they surged on", "searched"),
    ],
)
def test_a_word_is_found_whose_sound_lost_or_changed_a_consonant(
    index: SearchIndex, ask: Ask, heard: str, asked: str
) -> None:
    index.project(of([heard, "nothing else here"]))
    assert texts(ask(asked)) == [heard]


def test_what_is_no_word_is_sooner_held_for_a_mishearing_than_a_common_word(
    index: SearchIndex, ask: Ask
) -> None:
    index.project(of(["he took the brother along", "he took the brithor along"]))
    assert texts(ask("brothor")) == ["he took the brithor along", "he took the brother along"]


def test_common_words_alone_are_not_enough_of_a_query(index: SearchIndex, ask: Ask) -> None:
    index.project(of(["the impact of the projectile", "the end of the road", "sand and stones"]))
    assert texts(ask("the impact of the projectile")) == ["the impact of the projectile"]
    assert texts(ask("end of the world")) == ["the end of the road"]


def test_a_misspelled_word_is_asked_back_in_a_word_that_was_said(
    index: SearchIndex, ask: Ask
) -> None:
    index.project(of(["the teacher smiled", "said the teacher"]))
    assert ask("teecher smiled").did_you_mean == "teacher smiled"
    assert ask("teacher smiled").did_you_mean is None


def test_an_empty_query_shows_everything_the_newest_first(index: SearchIndex, ask: Ask) -> None:
    index.project(
        [
            recording("older", uploaded_at="2026-01-01T00:00:00Z"),
            recording("newer", uploaded_at="2026-02-01T00:00:00Z"),
            recording("", key="silence.mp3", uploaded_at="2025-01-01T00:00:00Z"),
        ]
    )
    page = ask()
    assert texts(page) == ["newer", "older", ""]
    assert page.hits[0].marks == ()


def test_a_facet_counts_as_if_its_own_choice_had_not_been_made(
    index: SearchIndex, ask: Ask
) -> None:
    index.project(
        [
            recording("one day", accent="us", age="teens"),
            recording("one night", accent="us"),
            recording("one evening", accent="england", age="teens"),
            recording("one noon", accent="scotland", age="twenties"),
            recording("two suns", accent="england", age="teens"),
        ]
    )
    page = ask("one", facets={"accent": ("us", "england"), "age": ("teens",)})
    assert sorted(texts(page)) == ["one day", "one evening"]
    assert page.total == 2
    assert counts(page, "accent") == {"us": 1, "england": 1}
    assert counts(page, "age") == {"teens": 2, "unknown": 1}
    assert counts(page, "gender") == {"unknown": 2}
    assert [value.selected for value in page.facets["age"]] == [True, False]
    for value, count in counts(ask("one", facets={"accent": ("us",)}), "accent").items():
        assert ask("one", facets={"accent": (value,)}).total == count


@pytest.mark.parametrize("q", ["never give up", "card hanging in", "lighthouse"])
def test_choosing_a_value_shows_as_many_as_it_counted(index: SearchIndex, ask: Ask, q: str) -> None:
    index.project(
        [
            recording("never give up", accent="us"),
            recording("never gave a cup", accent="england"),
            recording("he never gives it up to them", accent="england"),
            recording("the cards hang in rows", accent="scotland"),
            recording("a card hanging in the hall", accent="us"),
            recording("lied house", accent="scotland"),
            recording("the light house keeper", accent="england"),
        ]
    )
    counted = counts(ask(q), "accent")
    assert counted
    for accent, count in counted.items():
        assert ask(q, facets={"accent": (accent,)}).total == count


def test_unknown_can_be_chosen_and_a_choice_that_counts_nothing_stays_to_be_undone(
    index: SearchIndex, ask: Ask
) -> None:
    index.project([recording("one day", accent="us"), recording("one night")])
    assert texts(ask("one", facets={"accent": ("unknown",)})) == ["one night"]
    page = ask("one", facets={"accent": ("mars",)})
    assert (page.total, counts(page, "accent")["mars"]) == (0, 0)


def test_what_its_owner_says_is_in_a_hit_narrows_and_is_counted_where_asked(
    index: SearchIndex, ask: Ask
) -> None:
    said = Details("Monday's talk", "Ann", "Köln", "Talks", "2024-05-01", ("river", "bank"))
    index.project(
        [
            replace(recording("one day"), details=said),
            replace(recording("one night"), details=Details(speaker="Bob", tags=("bank",))),
            recording("one evening"),
        ]
    )
    page = ask("one", facets={"speaker": ("Ann",), "tags": ()})
    (hit,) = page.hits
    assert (hit.title, hit.speaker, hit.place, hit.collection) == (
        "Monday's talk",
        "Ann",
        "Köln",
        "Talks",
    )
    assert (hit.recorded_at, hit.tags) == ("2024-05-01", ("river", "bank"))
    assert counts(page, "speaker") == {"Ann": 1, "Bob": 1}
    assert counts(page, "tags") == {"river": 1, "bank": 1}
    assert "place" not in page.facets, "nobody asked"
    assert ask("one", facets={"tags": ("bank",)}).total == 2
    assert [hit.title for hit in ask("evening").hits] == [None]


def test_durations_are_chosen_by_range(index: SearchIndex, ask: Ask) -> None:
    index.project([recording("one " * 4, key="short"), recording("one " * 30, key="long")])
    page = ask("one", facets={"duration": ("0-5",)})
    assert [hit.key for hit in page.hits] == ["short"]
    assert counts(page, "duration") == {"0-5": 1, "10-30": 1}
    both = ask("one", facets={"duration": ("0-5", "15-15.5")})
    assert both.total == 2
    assert counts(both, "duration") == {"0-5": 1, "10-30": 1, "15-15.5": 1}


def test_filters_by_date_confidence_and_key(index: SearchIndex, ask: Ask) -> None:
    index.project(
        [
            recording("one", key="a/1", uploaded_at="2026-01-01T10:00:00Z", confidence=0.5),
            recording("one", key="b/1", uploaded_at="2026-01-02T10:00:00Z", confidence=0.9),
        ]
    )
    assert [hit.key for hit in ask("one", prefix="a/").hits] == ["a/1"]
    assert [hit.key for hit in ask("one", after="2026-01-02").hits] == ["b/1"]
    assert [hit.key for hit in ask("one", before="2026-01-02").hits] == ["a/1"]
    assert [hit.key for hit in ask("one", confidence=Range(0.8)).hits] == ["b/1"]


@pytest.mark.parametrize(
    ("sort", "keys"),
    [
        ("newest", ["new", "middle", "old"]),
        ("oldest", ["old", "middle", "new"]),
        ("longest", ["middle", "old", "new"]),
        ("shortest", ["new", "old", "middle"]),
        ("confidence", ["old", "new", "middle"]),
    ],
)
def test_hits_are_sorted_as_asked(index: SearchIndex, ask: Ask, sort: str, keys: list[str]) -> None:
    index.project(
        [
            recording("one", key="new", uploaded_at="2026-03-01T00:00:00Z", confidence=0.6),
            recording("one " * 200, key="middle", uploaded_at="2026-02-01T00:00:00Z", passages=3),
            recording("one two", key="old", uploaded_at="2026-01-01T00:00:00Z", confidence=0.99),
        ]
    )
    index.project([recording("one", key="new", revision=2, uploaded_at="2026-03-01T00:00:00Z")])
    index.project(
        [
            recording(
                "one " * 200, key="middle", revision=2, passages=9, confidence=0.3,
                uploaded_at="2026-02-01T00:00:00Z",
            )
        ]
    )  # fmt: skip
    assert [hit.key for hit in ask("one", sort=sort).hits] == keys


def test_a_long_recording_is_one_hit_with_its_best_passages_and_counts_once(
    index: SearchIndex, ask: Ask
) -> None:
    filler = "nothing to hear here " * 40
    lecture = f"{filler} mitochondria {filler} {filler} mitochondria and chloroplasts {filler}"
    index.project(
        [
            recording(lecture, key="lecture", passages=20, accent="us"),
            recording("mitochondria", key="clip", accent="us"),
        ]
    )
    page = ask("mitochondria chloroplasts")
    assert page.hits[0].key == "lecture"
    assert "chloroplasts" in page.hits[0].text
    page = ask("mitochondria")
    assert sorted(hit.key for hit in page.hits) == ["clip", "lecture"]
    assert (page.total, counts(page, "accent")) == (2, {"us": 2})
    (hit,) = [hit for hit in page.hits if hit.key == "lecture"]
    assert hit.others
    assert all(other.recording_id == hit.recording_id for other in hit.others)
    assert len({hit.start, *(other.start for other in hit.others)}) == 1 + len(hit.others)


def test_before_the_first_recording_there_is_nothing_and_no_fault(
    client: OpenSearch, alias: str
) -> None:
    page = search(client, alias, SearchRequest("sailor", facets={"gender": ("female",)}))
    assert (page.total, page.hits, page.cursor) == (0, (), None)
    assert counts(page, "gender") == {"female": 0}
    assert suggest(client, alias, "sai", 5) == []
