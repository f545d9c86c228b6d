"""Nowhere to go and nothing to see: wrong addresses, a search that is away, steps back."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage


@pytest.mark.parametrize("path", ["/recordings", "/a/b.html", "/?recording=nosuchthing&q=river"])
def test_a_wrong_address_leads_on(open_page: OpenPage, fake_url: str, path: str) -> None:
    page = open_page(fake_url + path, forgive="Failed to load resource")
    expect(page.get_by_role("alert")).to_contain_text("There is no")
    expect(page.get_by_role("button", name="Try again")).to_have_count(0)
    page.get_by_role("link", name="To the start page").click()
    expect(page.get_by_role("heading", name="Latest recordings")).to_be_visible()
    page.go_back()
    page.get_by_role("searchbox").fill("lavender")
    expect(page.locator(".hit")).to_have_count(1)


@pytest.mark.parametrize(("path", "status"), [("/recordings", 404), ("/", 200), ("/?q=river", 200)])
def test_a_wrong_address_is_not_found_for_programs_too(
    open_page: OpenPage, site_url: str, path: str, status: int
) -> None:
    page = open_page(site_url, forgive="Failed to load")
    answer = page.goto(site_url + path)
    assert answer is not None and answer.status == status
    assert "words that were said" in answer.text(), "the page, either way"


def test_an_unknown_recording_offers_the_search_that_led_to_it(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(f"{fake_url}/?recording=nosuchthing&q=river", forgive="Failed to load")
    page.get_by_role("link", name="Search for “river”").click()
    expect(page.locator(".hit")).to_have_count(10)


def test_old_results_do_not_stay_while_a_search_is_away(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river")
    expect(page.locator(".hit")).to_have_count(10)
    page.route("**/api/search?*", lambda route: None)  # it never answers
    page.clock.install()
    page.get_by_role("searchbox").fill("lavender")
    page.clock.run_for(3500)
    expect(page.get_by_text("This takes longer than usual. Earshot")).to_be_visible()
    expect(page.locator(".hit")).to_have_count(0)
    page.clock.run_for(7000)
    expect(page.get_by_role("alert")).to_contain_text("Earshot is busy just now.")
    page.unroute("**/api/search?*")


def test_a_search_that_was_looked_at_is_a_step_back(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(fake_url)
    page.clock.install()
    box = page.get_by_role("searchbox")
    box.fill("lavender")
    page.clock.run_for(300)
    expect(page.locator(".hit mark")).to_have_text("lavender")
    page.clock.run_for(2100)
    box.fill("orchard")
    page.clock.run_for(300)
    expect(page).to_have_url(re.compile("q=orchard"))
    page.go_back()
    expect(page).to_have_url(re.compile("q=lavender"))
    expect(box).to_have_value("lavender")
