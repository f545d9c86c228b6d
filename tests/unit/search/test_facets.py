"""What the facets beside a page of hits say: recordings by each further choice."""

from collections.abc import Sequence

import pytest

from earshot.errors import InvalidRequest
from earshot.recordings.passages import passages
from earshot.recordings.record import Recording
from earshot.search.facets import read
from earshot.search.request import FILTERS, MAX_FACET_VALUES, SearchPage, SearchRequest
from earshot.search.searcher import search_in
from tests.search.recordings import recording
from tests.unit.search.memory_engine import MemoryEngine

LONG = " ".join(["the old harbour"] * 80)  # two minutes: passages that overlap

CLIPS = [
    recording("gold one", accent="us", age="twenties"),
    recording("gold two", accent="us", age="fifties"),
    recording("gold three", accent="england", age="twenties"),
    recording("silver", accent="scotland", age="twenties"),
]


def search(
    recordings: Sequence[Recording], q: str = "gold", **chosen: tuple[str, ...]
) -> SearchPage:
    return search_in(MemoryEngine(recordings, chosen), SearchRequest(q, chosen))


def counts(page: SearchPage, name: str) -> dict[str, int]:
    return {value.value: value.count for value in page.facets[name]}


def chosen(page: SearchPage, name: str) -> list[str]:
    return [value.value for value in page.facets[name] if value.selected]


def test_only_values_of_what_holds_the_query_are_listed() -> None:
    page = search(CLIPS)
    assert counts(page, "accent") == {"us": 2, "england": 1}
    assert counts(page, "duration") == {"0-5": 3}
    assert chosen(page, "accent") == []


def test_a_choice_narrows_the_other_facets_and_not_its_own() -> None:
    page = search(CLIPS, accent=("us",))
    assert page.total == 2
    assert counts(page, "accent") == {"us": 2, "england": 1}
    assert counts(page, "age") == {"twenties": 1, "fifties": 1}
    assert chosen(page, "accent") == ["us"]


def test_values_of_one_facet_are_alternatives_and_two_facets_are_not() -> None:
    assert search(CLIPS, accent=("us", "england")).total == 3
    assert search(CLIPS, accent=("us", "england"), age=("twenties",)).total == 2


def test_a_chosen_value_stays_though_nothing_has_it() -> None:
    page = search(CLIPS, accent=("scotland",), duration=("60-300",))
    assert page.total == 0
    assert counts(page, "accent")["scotland"] == 0
    assert chosen(page, "accent") == ["scotland"]
    assert counts(page, "duration")["60-300"] == 0
    assert chosen(page, "duration") == ["60-300"]


def test_a_range_of_ones_own_counts_from_its_lower_bound_to_below_the_upper_one() -> None:
    clips = [recording(f"gold {'x ' * n}", pace=0.5) for n in range(6)]  # 0.5 to 3 s
    assert search(clips, duration=("1-2",)).total == 2
    assert search(clips, duration=("2-",)).total == 3
    assert search(clips, duration=("-1", "2.5-")).total == 3


@pytest.mark.parametrize("text", ["5", "-", "", "a-b", "nan-", "1-2-3", "1-inf"])
def test_what_is_no_range_is_refused(text: str) -> None:
    with pytest.raises(InvalidRequest, match="5-10, 5- or -10"):
        search(CLIPS, duration=(text,))


def test_a_recording_of_several_passages_counts_once() -> None:
    recordings = [
        recording(LONG, "long.mp3", passages=4, accent="us"),
        recording("a harbour", accent="us"),
        recording("their harbour", accent="england"),
    ]
    page = search(recordings, "harbour")
    assert page.total == 3
    assert counts(page, "accent") == {"us": 2, "england": 1}
    assert counts(page, "duration") == {"0-5": 2, "60-300": 1}
    assert search(recordings, "harbour", accent=("england",)).total == 1


def test_a_recording_of_two_passages_counts_once() -> None:
    text = " ".join(["the old harbour"] * 50)
    minute = recording(text, "minute.mp3", passages=2, accent="us")
    page = search([minute, recording("a harbour", accent="us")], "harbour")
    assert (page.total, counts(page, "accent")) == (2, {"us": 2})
    assert len(passages(minute)) == 2


def test_what_can_not_be_chosen_is_refused() -> None:
    with pytest.raises(InvalidRequest, match="no facet colour"):
        search(CLIPS, colour=("red",))
    most = tuple(map(str, range(MAX_FACET_VALUES)))
    assert search(CLIPS, accent=most).total == 0
    with pytest.raises(InvalidRequest, match="More than"):
        search(CLIPS, accent=(*most, "us"))


@pytest.mark.parametrize(("several", "exact"), [(39_999, True), (40_000, False)])
def test_a_total_is_exact_as_far_as_the_engine_counts_and_says_so_beyond(
    several: int, exact: bool
) -> None:
    nothing_of_each = {name: {"buckets": ()} for name in FILTERS}
    again = {"total": {"doc_count": 2 * several, "recordings": {"value": several}}}
    counted = read({}, 100_000, nothing_of_each, nothing_of_each | again)
    assert (counted.total, counted.exact) == (100_000 - several, exact)
