"""Searching: while one types, narrowed down, shared by its address, and when it goes wrong."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser import fake_search
from tests.browser.conftest import OpenPage
from tests.browser.listening import eventually
from tests.browser.spoken import BY_KEY, word_in

FERRYMAN = BY_KEY["stories/ferryman.wav"]
ALL = "27 recordings, and 1 that may sound like it"


def search(page: Page, query: str) -> None:
    page.get_by_role("searchbox").fill(query)


def test_results_come_while_one_types(page: Page) -> None:
    page.get_by_role("searchbox").press_sequentially("lavender", delay=10)
    expect(page.locator(".hit")).to_have_count(1)
    expect(page.locator(".hit mark")).to_have_text("lavender")
    expect(page.get_by_role("heading", level=1, name="1 recording")).to_be_visible()
    expect(page).to_have_title(re.compile("lavender"))


def test_a_typed_search_is_one_step_back(page: Page) -> None:
    box = page.get_by_role("searchbox")
    for part in ("lav", "lavend", "lavender"):
        box.fill(part)
        expect(page).to_have_url(re.compile(f"q={part}$"))
    page.go_back()
    expect(page.get_by_role("heading", name="Latest recordings")).to_be_visible()
    expect(box).to_have_value("")


def test_words_that_were_said_are_offered_while_one_types(page: Page) -> None:
    page.get_by_role("searchbox").press_sequentially("lant")
    page.get_by_role("navigation", name="Words that were said").get_by_text("lantern").click()
    expect(page.get_by_role("searchbox")).to_have_value("lantern")
    expect(page.locator(".hit mark")).to_have_text("lantern")
    expect(page.locator(".completions a")).to_have_count(0)


def test_each_kind_of_match_looks_different_and_is_explained(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(f"{fake_url}/?q=river&pages=3")
    looks = set()
    for kind in ("exact", "stem", "near", "sound"):
        mark = page.locator(f".hit mark.{kind}").first
        looks.add(
            mark.evaluate(
                "(m) => { const s = getComputedStyle(m);"
                " return s.textDecorationLine + s.textDecorationStyle + s.backgroundColor }"
            )
        )
        assert mark.get_attribute("title")
        expect(page.locator(f".legend mark.{kind}")).to_be_visible()
    assert len(looks) == 4


def test_facets_take_several_values_and_live_in_the_address(page: Page) -> None:
    search(page, "river")
    expect(page.locator(".hit")).to_have_count(10)
    page.get_by_role("checkbox", name="Scottish").check()
    expect(page.locator(".hit")).to_have_count(1)
    page.get_by_label(re.compile("^New Zealand")).check()
    expect(page.locator(".hit")).to_have_count(2)
    expect(page).to_have_url(re.compile("accent=scotland&accent=newzealand"))
    expect(page.get_by_label(re.compile("^New Zealand"))).to_be_focused()

    page.reload()
    expect(page.locator(".hit")).to_have_count(2)
    expect(page.get_by_role("checkbox", name="Scottish")).to_be_checked()

    page.go_back()
    expect(page.locator(".hit")).to_have_count(1)
    page.get_by_role("button", name="Show all again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(ALL)


def test_facets_count_what_else_could_be_chosen(page: Page) -> None:
    search(page, "river")
    american = page.locator("label.facet", has_text="American").first
    expect(american.locator(".facet-count")).to_have_text("7")
    page.get_by_role("checkbox", name="Scottish").check()
    expect(page.locator(".hit")).to_have_count(1)
    expect(american.locator(".facet-count")).to_have_text("7")


def test_the_order_can_be_chosen(page: Page) -> None:
    search(page, "river")
    page.get_by_label("Order of the results").select_option("longest")
    expect(page).to_have_url(re.compile("sort=longest"))
    expect(page.locator(".hit").first).to_contain_text("ferryman")
    expect(page.get_by_label("Order of the results")).to_have_value("longest")


def test_more_results_are_added_and_stay_in_the_address(page: Page) -> None:
    search(page, "river")
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".hit")).to_have_count(20)
    expect(page.locator(".hit").nth(10).locator(".play")).to_be_focused()
    page.reload()
    expect(page.locator(".hit")).to_have_count(20)
    expect(page.get_by_role("region", name="May sound like it")).to_be_hidden()
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".hit")).to_have_count(28)
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_going_back_from_a_recording_finds_the_place_again(page: Page) -> None:
    search(page, "river")
    page.get_by_role("button", name="Show more").click()
    link = page.locator(".hit .about a").nth(15)
    link.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    assert before > 500
    link.click()
    expect(page.locator(".recording")).to_be_visible()
    assert page.evaluate("scrollY") < 200
    page.go_back()
    expect(page.locator(".hit")).to_have_count(20)
    eventually(lambda: abs(page.evaluate("scrollY") - before) < 50)


def passage(query: str, first: int, last: int) -> dict[str, Any]:
    """The ferryman's words from `first` up to `last` as a hit, marked where they match."""
    found = fake_search.hit(FERRYMAN, query) or {}
    words = found["words"][first:last]
    marks = [
        {**mark, "word": mark["word"] - first}
        for mark in found["marks"]
        if first <= mark["word"] < last
    ]
    return {**found, "words": words, "marks": marks, "start": words[0][1], "end": words[-1][2]}


@pytest.mark.parametrize(
    ("query", "passages", "named"),
    [
        pytest.param("grandmother", [(0, 45), (20, 70)], [], id="said-once"),
        pytest.param("her", [(20, 70), (40, 90)], [75], id="the-same-word-and-a-new-one"),
        pytest.param("her", [(20, 60), (62, 80), (70, 90)], [75], id="in-two-of-the-others"),
        pytest.param("her", [(0, 30), (62, 80), (35, 70)], [40, 75], id="in-order-of-time"),
        pytest.param("the", [(0, 10), (62, 80), (70, 90)], [72, 78], id="each-its-own-word"),
        pytest.param("the mill", [(0, 45), (20, 70)], [], id="less-than-was-shown-before"),
        pytest.param("nine days", [(40, 71), (50, 90)], [71], id="across-the-end"),
        pytest.param("ferryman", [(0, 45), (30, 80), (50, 90)], [50], id="nothing-marked"),
    ],
)
def test_further_passages_name_words_that_were_not_shown_yet(
    page: Page, query: str, passages: list[tuple[int, int]], named: list[int]
) -> None:
    best, *others = (passage(query, *within) for within in passages)
    answer = {**fake_search.search({"q": [query]}), "hits": [{**best, "others": others}]}
    page.route("**/api/search?*", lambda route: route.fulfill(json=answer))
    search(page, query)
    expect(page.locator(".hit")).to_have_count(1)
    links = page.locator(".hit .others a")
    times = [FERRYMAN.words[word][1] for word in named]
    expect(links).to_have_text([f"0:{int(seconds):02}" for seconds in times])
    for i, word in enumerate(named):
        links.nth(i).click()
        expect(page.locator(".word:focus")).to_have_text(word_in(FERRYMAN.words[word][0]))
        expect(page).to_have_url(re.compile(f"q=.*at={FERRYMAN.words[word][1]}$"))
        page.go_back()


def test_a_late_answer_never_replaces_a_newer_one(page: Page) -> None:
    search(page, "slow river")
    expect(page).to_have_url(re.compile("slow"))
    search(page, "lavender")
    expect(page.locator(".hit")).to_have_count(1)
    page.wait_for_timeout(1500)
    expect(page.locator(".hit mark")).to_have_text("lavender")


def test_a_slow_answer_is_announced_by_placeholders(page: Page) -> None:
    search(page, "slow river")
    expect(page.locator(".skeleton")).to_be_visible()
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    expect(page.locator(".hit").first).to_be_visible()
    expect(page.locator("main")).not_to_have_attribute("aria-busy", "true")


def test_nothing_found_says_so_and_suggests_another_word(page: Page) -> None:
    search(page, "rivor")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing was found for “rivor”")
    page.get_by_role("link", name="river").click()
    expect(page.locator(".hit")).to_have_count(10)
    expect(page.get_by_role("searchbox")).to_have_value("river")


def test_a_relaxed_search_says_so(page: Page) -> None:
    search(page, "river herrings opinions")
    expect(page.locator(".notice")).to_contain_text("No recording has all of these words together")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("boom", "Something went wrong on Earshot's side."),
        ("busy", "Earshot is busy just now."),
        ("a AND (", "Too odd a query."),
        ("garbled", "The answer was cut short."),
    ],
)
def test_a_failure_is_a_sentence_and_can_be_tried_again(
    open_page: OpenPage, fake_url: str, query: str, sentence: str
) -> None:
    page = open_page(fake_url, forgive="Failed to load resource")
    search(page, query)
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text(sentence)
    expect(alert).not_to_contain_text("secret trace")
    expect(alert.get_by_role("button", name="Try again")).to_be_visible()


def test_a_lost_connection_is_told_and_mended(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(fake_url, forgive="Failed to load resource")
    page.context.set_offline(True)
    search(page, "river")
    expect(page.get_by_role("alert")).to_contain_text("Is there a connection?")
    page.context.set_offline(False)
    page.get_by_role("button", name="Try again").click()
    expect(page.locator(".hit")).to_have_count(10)


def test_what_is_typed_before_the_pages_code_has_come_is_searched(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page("about:blank")
    late: list[Route] = []
    page.route("**/js/main.js", lambda route: late.append(route))
    with page.expect_request("**/js/main.js"):
        page.goto(fake_url, wait_until="commit")
    search(page, "lavender")
    late.pop().continue_()
    expect(page.locator(".hit mark")).to_have_text("lavender")
    expect(page.get_by_role("searchbox")).to_have_value("lavender")
