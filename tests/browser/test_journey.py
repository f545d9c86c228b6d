"""The journey everything exists for: search for words, press one, hear exactly it.

The same steps run on the fake server and on the real stack.
"""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.listening import eventually, is_playing_from, leads_up_to, lit, searched, sound


def search_for_an_example(page: Page) -> str:
    """Takes the first of the searches that the start page offers, and types it."""
    query: str = page.locator(".examples a").first.inner_text()
    page.keyboard.press("/")
    page.keyboard.type(query, delay=15)
    expect(page.locator(".hit").first).to_be_visible()
    expect(page).to_have_url(re.compile(r"\?q="))
    return query


def test_a_search_plays_from_the_matching_word_and_lights_it(
    open_page: OpenPage, site_url: str
) -> None:
    page = open_page(site_url)
    query = search_for_an_example(page)

    first = searched(page, query)["hits"][0]
    word = first["marks"][0]["word"]
    _, start, _ = first["words"][word]
    mark = page.locator(".hit").first.locator("mark").first
    mark.click()

    eventually(lambda: is_playing_from(page, start))
    eventually(lambda: mark.inner_text() in lit(page))
    expect(page.get_by_role("region", name="Player")).to_be_visible()


def test_the_play_button_starts_at_the_match_and_then_pauses(
    open_page: OpenPage, site_url: str
) -> None:
    page = open_page(site_url)
    query = search_for_an_example(page)
    first = searched(page, query)["hits"][0]
    button = page.locator(".hit .play").first
    button.click()
    eventually(lambda: leads_up_to(page, first["words"][first["marks"][0]["word"]][1]))

    expect(button).to_have_accessible_name(re.compile("^Pause"))
    button.click()
    eventually(lambda: sound(page)["paused"])


def test_a_recordings_page_has_every_word_and_its_files(open_page: OpenPage, site_url: str) -> None:
    page = open_page(site_url)
    search_for_an_example(page)
    page.locator(".hit .about a").first.click()
    expect(page).to_have_url(re.compile(r"\?recording=[a-z2-7]{16}&q=.*&at="))
    expect(page.locator(".transcript .word").first).to_be_visible()

    for format_, begins in {"txt": "", "srt": "1\n", "vtt": "WEBVTT", "json": "{"}.items():
        href = page.locator(f".downloads a:has-text('.{format_}')").get_attribute("href")
        text = page.evaluate("async (href) => (await fetch(href)).text()", href)
        assert text.startswith(begins)
