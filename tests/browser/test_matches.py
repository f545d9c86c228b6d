"""A recording that a search led to: its matches are marked, counted, and a key apart."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.listening import eventually, leads_up_to, moves, sound
from tests.browser.spoken import BY_KEY

FERRYMAN = BY_KEY["stories/ferryman.wav"]
HERS = [start for text, start, _ in FERRYMAN.words if text == "her"]


def place(page: Page) -> str:
    return str(page.get_by_role("group", name="Matches").get_by_role("status").inner_text())


@pytest.mark.parametrize("width", [375, 1280])
def test_a_recording_keeps_what_was_searched_and_marks_all_of_it(
    open_page: OpenPage, fake_url: str, width: int
) -> None:
    page = open_page(f"{fake_url}/?q=her", width=width)
    page.locator(".hit .about a").first.click()
    expect(page.get_by_role("searchbox")).to_have_value("her")
    expect(page.locator(".transcript mark")).to_have_text(["her", "her"])
    expect(page.locator(".word.target")).to_have_text("her")
    expect(page.locator(".word:focus")).to_have_text("her")
    assert place(page) == "1 of 2"
    page.get_by_role("button", name="Next").click()
    assert place(page) == "2 of 2"
    expect(page.get_by_role("button", name="Next")).to_be_focused()
    expect(page.locator(".transcript mark").nth(1)).to_have_class(re.compile("target"))
    expect(page.locator(".transcript mark").nth(1)).to_be_in_viewport()
    page.go_back()
    expect(page.locator(".hit").first).to_be_visible()


def test_n_goes_to_the_next_match_and_shift_n_back(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&q=her")
    expect(page.locator(".word.target")).to_have_count(1)
    assert place(page) == "1 of 2"
    for key, shown, index in (("n", "2 of 2", 1), ("n", "1 of 2", 0), ("N", "2 of 2", 1)):
        page.keyboard.press(key)
        assert place(page) == shown
        expect(page.locator(".transcript mark").nth(index)).to_be_focused()
    page.get_by_role("searchbox").focus()
    page.keyboard.press("n")
    assert place(page) == "2 of 2"


def test_the_sound_goes_along_to_the_next_match(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&q=her")
    page.locator(".recording .play").click()
    eventually(lambda: moves(page))
    page.keyboard.press("n")
    eventually(lambda: 0 < HERS[1] - sound(page)["time"] < 1.5)


def test_a_recording_with_no_match_says_so(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&q=lavender")
    expect(page.get_by_role("group", name="Matches")).to_contain_text("no match")
    page.keyboard.press("n")
    expect(page.locator(".word.target")).to_have_count(0)


def test_the_word_that_a_link_points_at_has_a_mark(open_page: OpenPage, fake_url: str) -> None:
    start = FERRYMAN.start_of("church")
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&at={start}")
    expect(page.locator(".word.target")).to_have_text("church")
    stretch = page.locator(".stretch")
    expect(stretch).to_have_text("church")
    assert stretch.evaluate("(words) => getComputedStyle(words).outlineStyle") == "solid"


@pytest.mark.parametrize("width", [375, 1280])
def test_a_match_of_several_words_is_one_stretch_that_nothing_cuts(
    open_page: OpenPage, fake_url: str, width: int
) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&q=you could hear", width=width)
    stretch = page.locator(".stretch")
    expect(stretch).to_have_text("you could hear")
    assert page.locator(".word.target").evaluate_all(
        "(words) => words.slice(1).every((word) => getComputedStyle(word).outlineStyle === 'none')"
    )
    room = stretch.evaluate(
        """(words) => {
          const own = words.getBoundingClientRect();
          const around = words.closest("section").getBoundingClientRect();
          return Math.min(own.left - around.left, around.right - own.right);
        }"""
    )
    assert room >= 4.5, "the line and what parts it from the words"


def test_what_is_counted_is_what_one_sees(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&q=her boat")
    expect(page.locator(".transcript mark")).to_have_text(["her", "her", "boat"])
    assert place(page) == "2 of 2", "it opens at the one that has both words"


@pytest.mark.parametrize("address", ["?q=grandmother", f"?recording={FERRYMAN.id}&q=grandmother"])
def test_a_match_is_played_with_what_leads_to_it(
    open_page: OpenPage, fake_url: str, address: str
) -> None:
    page = open_page(f"{fake_url}/{address}")
    page.locator("main .play").first.click()
    start = FERRYMAN.start_of("grandmother")
    eventually(lambda: leads_up_to(page, start))
