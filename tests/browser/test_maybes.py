"""What holds the query and what may only sound like it; exact words; and what to try instead."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import fake_search
from tests.browser.conftest import OpenPage
from tests.browser.listening import eventually, leads_up_to
from tests.browser.spoken import BY_KEY

FERRYMAN = BY_KEY["stories/ferryman.wav"]
KITCHEN = BY_KEY["kitchen.wav"]
HEADING = "May sound like it"


def answer(page: Page, *hits: dict[str, Any], total: int, maybe: int) -> None:
    """What the API finds from now on, page by page of two."""

    def respond(route: Any) -> None:
        number = int((re.search(r"[?&]page=(\d+)", route.request.url) or ["", "1"])[1])
        found = hits[2 * number - 2 : 2 * number]
        route.fulfill(
            json={**fake_search.search({}), "total": total, "maybe": maybe, "hits": found}
        )

    page.route("**/api/search?*", respond)


def hit(n: int, match: str) -> dict[str, Any]:
    found = fake_search.hit(BY_KEY[f"clips/clip-{n:02}.wav"], "river") or {}
    return {**found, "match": match}


@pytest.mark.parametrize("width", [375, 1280])
def test_what_may_sound_like_it_stands_apart_after_what_holds_it(
    open_page: OpenPage, fake_url: str, width: int
) -> None:
    page = open_page(f"{fake_url}/?q=river&pages=3", width=width)
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "27 recordings, and 1 that may sound like it"
    )
    maybes = page.get_by_role("region", name=HEADING)
    expect(maybes.locator(".hit")).to_have_count(1)
    expect(maybes.locator("mark.sound")).to_have_text("quiver")
    last = page.locator(".results-body > .hits .hit").nth(26).bounding_box()
    first = maybes.bounding_box()
    assert last
    assert first
    assert last["y"] + last["height"] <= first["y"]


def test_where_nothing_holds_it_the_page_says_so(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river&accent=wales")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "No recording has “river”, but 1 may sound like it"
    )
    expect(page.get_by_role("region", name=HEADING).locator(".hit")).to_have_count(1)


def test_without_maybes_there_is_no_word_of_them(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=lavender")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 recording")
    expect(page.get_by_role("heading", name=HEADING)).to_have_count(0)


def test_in_another_order_the_maybes_are_a_step_away(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river&sort=longest&pages=3")
    expect(page.locator(".hit")).to_have_count(27)
    page.get_by_role("link", name="Show them, best match first").click()
    expect(page.locator(".hit")).to_have_count(10)
    expect(page.get_by_label("Order of the results")).to_have_value("relevance")


def test_a_maybe_among_the_first_stays_beneath_what_comes_later(page: Page) -> None:
    answer(
        page, hit(1, "holds"), hit(2, "maybe"), hit(3, "holds"), hit(4, "maybe"), total=2, maybe=2
    )
    page.get_by_role("searchbox").fill("river")
    said = page.locator(".hit .words")
    expect(said).to_have_text([re.compile(f"^Clip number {n} ") for n in (1, 2)])
    page.get_by_role("button", name="Show more").click()
    expect(said).to_have_text([re.compile(f"^Clip number {n} ") for n in (1, 3, 2, 4)])
    expect(page.locator(".hit .play").nth(1)).to_be_focused()
    expect(page.get_by_role("button", name="Show more")).to_have_count(0)


def test_what_only_the_sound_holds_plays_from_there(page: Page) -> None:
    when = FERRYMAN.start_of("orchard")
    found = fake_search.hit(FERRYMAN, "lantern") or {}
    (word,) = [n for n, (_, start, _) in enumerate(FERRYMAN.words) if start == when]
    marks = [{"word": word, "kind": "sound"}]
    answer(page, {**found, "marks": marks, "match": "maybe"}, total=0, maybe=1)
    page.get_by_role("searchbox").fill("orcard")
    expect(page.locator(".hit mark.sound")).to_have_text("orchard")
    page.locator(".hit .play").click()
    eventually(lambda: leads_up_to(page, when))


def test_exact_words_only_is_a_switch_that_stays(page: Page) -> None:
    box = page.get_by_role("searchbox")
    box.fill("river")
    switch = page.get_by_role("checkbox", name="Exact words only")
    switch.focus()
    page.keyboard.press("Space")
    expect(page).to_have_url(re.compile(r"q=river&exact=true$"))
    expect(page.get_by_role("heading", level=1)).to_have_text("25 recordings")
    expect(switch).to_be_focused()
    expect(page.locator("mark.stem, mark.near, mark.sound")).to_have_count(0)

    page.reload()
    expect(switch).to_be_checked()
    box.fill("lavender")
    expect(page).to_have_url(re.compile(r"q=lavender&exact=true$"))
    expect(page.locator(".hit")).to_have_count(1)
    switch.uncheck()
    expect(page).to_have_url(re.compile(r"q=lavender$"))


def test_nothing_found_offers_what_to_try(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=%22rivers%20quiver%22&exact=true")
    expect(page.get_by_role("heading", level=1)).to_have_text(
        'Nothing was found for "rivers quiver"'
    )
    tips = page.locator(".notice")
    expect(tips).to_contain_text("fewer words")
    expect(tips).to_contain_text("another spelling")
    tips.get_by_role("link", name="the same words without quotes").click()
    expect(page.get_by_role("searchbox")).to_have_value("rivers quiver")
    expect(page.locator(".hit")).to_have_count(2)


def test_nothing_found_exactly_leads_to_what_is_like_it(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river&exact=true&accent=wales")
    page.locator(".notice").get_by_role("link", name="words that are like these").click()
    expect(page.get_by_role("checkbox", name="Exact words only")).not_to_be_checked()
    expect(page.locator(".hit mark")).to_have_text("quiver")


@pytest.mark.parametrize("address", ["/", "/?q=river", "/?q=rivor"])
def test_quotes_minus_and_or_are_explained(
    open_page: OpenPage, fake_url: str, address: str
) -> None:
    page = open_page(fake_url + address)
    help_ = page.locator("summary", has_text="How to search")
    help_.focus()
    page.keyboard.press("Enter")
    for typed in ('"river bank"', "river -bank", "boat OR ferry"):
        expect(page.get_by_text(typed, exact=True)).to_be_visible()
