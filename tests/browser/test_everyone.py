"""For everyone: on a phone, in the dark, with a screen reader, with less motion."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.spoken import BY_KEY

RECORDING = f"/?recording={BY_KEY['stories/ferryman.wav'].id}"
VIEWS = {
    "start": ("/", ".collection"),
    "results": ("/?q=river&pages=3&accent=us&accent=unknown", ".hit"),
    "narrowed": ("/?view=all&gender=male&after=2025-01-01&duration=0-600&prefix=clips/", ".hit"),
    "nothing": ("/?q=rivor", ".notice"),
    "maybes": ("/?q=river&pages=3", ".maybes .hit"),
    "exact": ("/?q=%22rivor%22&exact=true", ".notice"),
    "recording": (RECORDING, ".transcript .word"),
    "matches": (f"{RECORDING}&q=her", ".word.target"),
    "bring": ("/?view=bring", ".drop"),
    "lost": ("/no/such/place", ".notice a"),
    "failure": ("/?q=boom", ".notice button"),
    "import": (f"/?recording={BY_KEY['imported.mp3'].id}", ".transcript .word"),
}
FAILS = "Failed to load resource"  # of "boom" and "lost", on the console
WCAG_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def assert_accessible(page: Page) -> None:
    """As far as axe can tell."""
    found = Axe().run(page, options={"runOnly": WCAG_AA, "resultTypes": ["violations"]})
    faults = [
        (fault["id"], fault["impact"], [node["html"] for node in fault["nodes"]][:3])
        for fault in found.response["violations"]
    ]
    assert not faults, json.dumps(faults, indent=1)


@pytest.mark.parametrize(("width", "scheme"), [(375, "light"), (1280, "dark")])
@pytest.mark.parametrize("view", VIEWS)
def test_axe_finds_no_fault(
    open_page: OpenPage, fake_url: str, view: str, width: int, scheme: str
) -> None:
    address, shown = VIEWS[view]
    page = open_page(
        fake_url + address, width=width, color_scheme=scheme, reduced_motion="reduce", forgive=FAILS
    )
    expect(page.locator(shown).first).to_be_visible()
    if view in ("results", "recording", "matches"):
        page.locator("main .word").first.click()
        expect(page.get_by_role("region", name="Player")).to_be_visible()
    if view == "recording":
        page.get_by_role("checkbox", name="Shade unsure words").check()
        page.locator("main .word").first.hover()
    for details in page.locator("main details").all():
        details.evaluate("(details) => { details.open = true }")
    assert_accessible(page)


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_is_wider_than_the_window(open_page: OpenPage, fake_url: str, view: str) -> None:
    address, shown = VIEWS[view]
    page = open_page(fake_url + address, width=320, forgive=FAILS)
    expect(page.locator(shown).first).to_be_visible()
    for width in (320, 375, 768, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        inside, outside = page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert inside <= outside, f"at a width of {width}"


def test_facets_are_folded_away_on_a_phone(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river", width=375, has_touch=True)
    american = page.get_by_role("checkbox", name="American").first
    expect(page.locator(".hit").first).to_be_visible()
    expect(american).to_be_hidden()
    page.get_by_text("Narrow down").tap()
    american.check()
    expect(page.get_by_role("button", name="Without: American")).to_be_visible()
    expect(american).to_be_visible()


def test_results_are_announced_to_screen_readers(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(fake_url)
    page.get_by_role("searchbox").fill("river")
    expect(page.get_by_role("status").first).to_have_text(
        "27 recordings, and 1 that may sound like it"
    )


def test_the_words_of_the_start_page_stay_still_for_those_who_ask(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(fake_url, reduced_motion="reduce")
    expect(page.locator(".latest")).to_be_visible()
    assert page.locator(".tagline .lit").count() == 0


def test_one_can_skip_to_the_results(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river")
    expect(page.locator(".hit").first).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the results")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
