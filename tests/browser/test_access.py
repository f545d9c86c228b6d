"""For everyone, beyond what axe sees: where the focus goes, forced colours, zoom, paper."""

import re
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.listening import eventually, moves
from tests.browser.spoken import BY_KEY

FERRYMAN = BY_KEY["stories/ferryman.wav"]


CANVAS = """(body) => {
  body.style.backgroundColor = "Canvas";
  return getComputedStyle(body).backgroundColor;
}"""


def has_focus(page: Page, selector: str) -> bool:
    return bool(page.evaluate("(s) => document.activeElement?.matches(s)", selector))


def test_the_name_of_a_button_has_what_it_shows(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=grandmother")
    page.locator(".hit .play").click()
    speed = page.locator(".player-speed")
    for shown in ("1×", "1.25×", "1.5×"):
        expect(speed).to_have_text(shown)
        expect(speed).to_have_accessible_name(f"{shown} speed")
        speed.click()


def test_results_stay_readable_while_others_come(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river")
    expect(page.locator(".hit")).to_have_count(10)
    page.get_by_role("searchbox").fill("slow lavender")
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    assert page.locator(".hits").first.evaluate("(e) => getComputedStyle(e).opacity") == "1"


def test_the_focus_never_falls_out_of_the_page(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river&accent=us", forgive="Failed to load resource")
    page.get_by_role("button", name="Show all again").press("Enter")
    expect(page.locator(".hit")).to_have_count(10)
    eventually(lambda: has_focus(page, "main"))

    page.locator(".hit .about a").first.press("Enter")
    expect(page.locator(".recording")).to_be_visible()
    page.go_back()
    expect(page.locator(".hit").first).to_be_visible()
    eventually(lambda: has_focus(page, "main"))

    page.goto(f"{fake_url}/?q=boom")
    page.get_by_role("button", name="Try again").press("Enter")
    eventually(lambda: has_focus(page, "main"))


def test_a_sound_that_fails_is_announced(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=grandmother", forgive="Failed to load resource")
    page.route("**/audio/**", lambda route: route.fulfill(status=403))
    page.locator(".hit .play").click()
    expect(page.locator("#announcer")).to_have_text(re.compile("can't be played"))


def test_arrow_keys_reach_what_is_offered(page: Page) -> None:
    box = page.get_by_role("searchbox")
    box.press_sequentially("lant")
    expect(page.locator(".completions a").first).to_be_visible()
    box.press("ArrowDown")
    expect(page.locator(".completions a").first).to_be_focused()
    page.keyboard.press("ArrowUp")
    expect(box).to_be_focused()
    box.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box).to_have_value("lantern")


def test_one_can_skip_past_the_choices(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river")
    past = page.get_by_role("button", name="Skip past the choices")
    past.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    eventually(lambda: has_focus(page, ".results-body *"))


def test_escape_closes_the_player(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=grandmother")
    page.locator(".hit .play").click()
    eventually(lambda: moves(page))
    page.keyboard.press("Escape")
    expect(page.get_by_role("region", name="Player")).to_be_hidden()


def test_with_forced_colours_matches_and_what_is_heard_differ(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(f"{fake_url}/?q=river&pages=3", forced_colors="active")
    looks = {
        page.locator(f".hit mark.{kind}").first.evaluate(
            "(m) => { const s = getComputedStyle(m);"
            " return s.textDecorationLine + s.textDecorationStyle + s.outlineStyle }"
        )
        for kind in ("exact", "stem", "near", "sound")
    }
    assert len(looks) == 4
    mark = page.locator(".hit mark").first
    before = mark.evaluate("(m) => getComputedStyle(m).backgroundColor")
    mark.evaluate("(m) => m.classList.add('lit')")
    assert mark.evaluate("(m) => getComputedStyle(m).backgroundColor") != before
    play = page.locator(".hit .play").first
    assert play.evaluate("(b) => getComputedStyle(b).borderStyle") == "solid"


SHAPE = ("borderStyle", "borderWidth", "outlineStyle", "outlineWidth", "textDecorationLine",
         "textDecorationStyle", "transform", "d")  # fmt: skip
LOOKS = f"(node) => {list(SHAPE)}.map((name) => getComputedStyle(node)[name]).join()"


def looks(page: Page, selector: str) -> str:
    """All of it that is not a colour, nor taken away with the colours."""
    return str(page.locator(selector).first.evaluate(LOOKS))


@pytest.mark.parametrize("width", [375, 1280])
def test_with_forced_colours_states_differ_by_more_than_colour(
    open_page: OpenPage, fake_url: str, width: int
) -> None:
    kind: dict[str, Any] = {"forced_colors": "active", "width": width}
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&q=her", **kind)
    surely = {name: looks(page, name) for name in (".transcript span.word", ".transcript mark")}
    page.get_by_role("checkbox", name="Shade unsure words").check()
    page.locator(".transcript .word").evaluate_all(
        "(all) => all.map((w) => w.className += ' unsure')"
    )
    for name, before in surely.items():
        assert looks(page, name) != before, f"an unsure word: {name}"
    assert looks(page, ".timeline .said path") != looks(page, ".timeline .all path")
    assert looks(page, ".timeline .ticks path") != looks(page, ".timeline .all path")
    assert page.locator(".stretch").evaluate("(s) => getComputedStyle(s).outlineStyle") == "solid"

    page = open_page(f"{fake_url}/?q=river&accent=us", **kind)
    expect(page.get_by_role("button", name="Without: American")).to_contain_text("×")
    assert "solid" in looks(page, ".chosen .chip")
    assert (
        page.locator(".facet input:checked").first.evaluate(
            "(box) => getComputedStyle(box, '::after').content"
        )
        != "none"
    )
    assert looks(page, ".legend mark.exact") == looks(page, ".hit mark.exact")
    page.get_by_role("searchbox").fill("slow lavender")
    expect(page.locator("main")).to_have_attribute("aria-busy", "true")
    bar = "(main) => getComputedStyle(main, '::before').backgroundColor"
    assert page.locator("main").evaluate(bar) != page.locator("body").evaluate(CANVAS)

    page = open_page(f"{fake_url}/?view=bring", **kind)
    zone = looks(page, ".drop")
    page.locator(".drop").evaluate("(zone) => zone.classList.add('over')")
    assert looks(page, ".drop") != zone


@pytest.mark.parametrize("q", ["her", ""])
def test_at_400_per_cent_the_player_leaves_room(open_page: OpenPage, fake_url: str, q: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&q={q}", width=320, height=256)
    page.locator(".transcript .word").nth(20).click()
    player = page.get_by_role("region", name="Player")
    expect(player).to_be_visible()
    box = player.bounding_box()
    assert box
    assert box["height"] <= 256 / 4


def test_on_paper_there_are_words_and_no_controls(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&q=her")
    page.locator(".transcript .word").nth(2).click()
    page.emulate_media(media="print")
    expect(page.locator("#player, .finder, .downloads, .play, .search")).to_have_count(5)
    for control in page.locator("#player, .finder, .downloads, .recording .play, .search").all():
        expect(control).to_be_hidden()
    expect(page.locator(".transcript .word").last).to_be_visible()
