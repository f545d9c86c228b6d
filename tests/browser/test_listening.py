"""Listening: one sound at a time, from any word, by mouse and by keyboard."""

import re
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage
from tests.browser.listening import eventually, is_playing_from, leads_up_to, lit, moves, sound
from tests.browser.spoken import BY_KEY, RECORDINGS, word_in

FERRYMAN = BY_KEY["stories/ferryman.wav"]


def words_of(page: Page) -> list[str]:
    return list(page.locator(".transcript .word").all_inner_texts())


def test_any_word_of_a_recording_plays_from_there(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}")
    expect(page.locator(".transcript section")).to_have_count(3)
    assert words_of(page) == [word_in(text) for text, _, _ in FERRYMAN.words]
    page.locator(".transcript .word", has_text="orchard").click()
    start = FERRYMAN.start_of("orchard")
    eventually(lambda: is_playing_from(page, start))
    eventually(lambda: lit(page)[:1] == ["orchard"])
    expect(page.locator(".player-words")).to_contain_text("orchard")


def test_words_light_up_one_after_another(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}")
    page.evaluate("window.lit.length = 0")
    page.locator(".transcript .word").first.click()
    eventually(lambda: len(lit(page)) >= 4)
    assert lit(page)[:4] == ["The", "ferryman", "kept", "a"]
    assert page.locator(".word.lit").count() <= 1


def test_an_address_with_a_time_opens_at_that_word(open_page: OpenPage, fake_url: str) -> None:
    start = FERRYMAN.start_of("church")
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&at={start}")
    expect(page.locator(".word:focus")).to_have_text("church")
    page.keyboard.press("Enter")
    eventually(lambda: is_playing_from(page, start))


def test_only_one_recording_plays_at_a_time(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river")
    one, other = (page.locator(".hit .play").nth(n) for n in (0, 1))
    one.click()
    expect(one).to_have_accessible_name(re.compile("^Pause"))
    other.click()
    expect(other).to_have_accessible_name(re.compile("^Pause"))
    expect(one).to_have_accessible_name(re.compile("^Play"))
    assert page.locator("audio").count() == 1


def test_the_sound_goes_on_while_one_searches_on(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river")
    page.locator(".hit mark").first.click()
    eventually(lambda: moves(page))
    page.get_by_role("searchbox").fill("lavender")
    expect(page.locator(".hit")).to_have_count(1)
    assert moves(page)
    page.get_by_role("region", name="Player").get_by_role("link", name="ferryman").click()
    expect(page.locator(".recording")).to_be_visible()
    heard = len(lit(page))
    eventually(lambda: len(lit(page)) > heard)


def test_everything_works_by_keyboard_alone(page: Page) -> None:
    page.keyboard.press("/")
    expect(page.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("grandmother")
    page.keyboard.press("Enter")
    expect(page.locator(".hit mark")).to_have_text("grandmother")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.matches('.hit mark')"):
            break
    start = FERRYMAN.start_of("grandmother")
    page.keyboard.press("Enter")
    eventually(lambda: is_playing_from(page, start))

    page.keyboard.press("ArrowRight")
    expect(page.locator(".word:focus")).to_have_text("said")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    start = FERRYMAN.start_of("water")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    eventually(lambda: is_playing_from(page, start))

    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Space")
    eventually(lambda: sound(page)["paused"])
    page.keyboard.press("Space")
    eventually(lambda: not sound(page)["paused"])

    slider = page.get_by_label("Position in the recording")
    slider.focus()
    before = sound(page)["time"]
    for _ in range(10):
        page.keyboard.press("ArrowRight")
    assert sound(page)["time"] > before
    page.get_by_role("button", name="Close the player").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Player")).to_be_hidden()
    assert sound(page)["paused"]


def test_words_further_off_wait_until_they_are_asked_for_or_heard(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(f"{fake_url}/?q=grandmother")
    last = page.locator(".hit .word").last
    expect(last).to_be_hidden()
    page.get_by_role("button", name="Show what was said after").click()
    expect(last).to_be_visible()


def test_the_address_of_a_sound_leads_to_its_key(page: Page) -> None:
    keys = [spoken.key for spoken in RECORDINGS if not spoken.is_import]
    statuses = page.evaluate(
        "async (keys) => { const { audioUrl } = await import('/js/api.js');"
        " return Promise.all(keys.map(async (key) => (await fetch(audioUrl(key))).status)) }",
        keys,
    )
    assert dict(zip(keys, statuses, strict=True)) == dict.fromkeys(keys, 200)


def test_a_sound_with_a_strange_name_plays(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=opinions")
    page.locator(".hit .play").click()
    eventually(lambda: moves(page))
    assert sound(page)["src"].endswith(quote("ponds/🦆 + 100% café.wav"))


def test_a_sound_that_is_gone_is_explained(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=grandmother", forgive="Failed to load resource")
    page.route("**/audio/**", lambda route: route.fulfill(status=403))
    page.locator(".hit mark").click()
    expect(page.get_by_role("region", name="Player")).to_contain_text("This sound can't be played.")


@pytest.mark.parametrize("where", ["#player .player-toggle", ".hit .play"])
def test_a_sound_that_did_not_come_can_be_tried_again(
    open_page: OpenPage, fake_url: str, where: str
) -> None:
    page = open_page(f"{fake_url}/?q=grandmother", forgive="Failed to load resource")
    page.route("**/audio/**", lambda route: route.abort())
    page.locator(".hit .play").click()
    expect(page.get_by_role("region", name="Player")).to_contain_text("This sound can't be played.")
    button = page.locator(where)
    expect(button).to_have_accessible_name(re.compile("^Play"))
    button.click()  # in vain
    eventually(lambda: sound(page)["error"])
    page.unroute("**/audio/**")
    button.click()
    start = FERRYMAN.start_of("grandmother")
    eventually(lambda: leads_up_to(page, start))
    expect(button).to_have_accessible_name(re.compile("^Pause"))
    expect(page.locator("#player.failed")).to_have_count(0)


def test_a_sound_that_breaks_off_goes_on_from_there(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}")
    page.locator(".transcript .word", has_text="orchard").click()
    eventually(lambda: moves(page))
    page.locator("#player audio").evaluate(
        "(audio) => { audio.playbackRate = 0; audio.dispatchEvent(new Event('error')) }"
    )
    there = sound(page)["time"]
    player = page.get_by_role("region", name="Player")
    expect(player).to_contain_text("This sound can't be played.")
    page.evaluate("window.starts.length = 0")
    player.get_by_role("button", name="Play", exact=True).click()
    eventually(lambda: is_playing_from(page, there + 0.1))


def test_the_player_drops_the_words_of_the_sound_before(page: Page) -> None:
    page.goto(f"{page.url}?q=grandmother")
    page.locator(".hit .play").click()
    expect(page.locator(".player-words")).to_contain_text("grandmother")
    page.get_by_role("link", name="Earshot").click()
    page.get_by_role("button", name="Play kitchen").click()
    expect(page.locator(".player-title")).to_have_text("kitchen")
    expect(page.locator(".player-words")).to_have_text("")


@pytest.mark.parametrize("address", ["?q=grandmother", f"?recording={FERRYMAN.id}&at={{start}}"])
def test_a_sound_that_has_ended_starts_again_at_its_word(
    open_page: OpenPage, fake_url: str, address: str
) -> None:
    start = FERRYMAN.start_of("grandmother")
    page = open_page(f"{fake_url}/{address.format(start=start)}")
    button = page.locator("main .play").first
    button.click()
    eventually(lambda: leads_up_to(page, start))
    audio = page.locator("#player audio")
    audio.evaluate("(audio) => { audio.currentTime = audio.duration - 0.1 }")
    eventually(lambda: audio.evaluate("({ended}) => ended"))
    page.evaluate("window.starts.length = 0")
    expect(button).to_have_accessible_name(re.compile("^Play .*from 0:"))
    button.click()
    eventually(lambda: leads_up_to(page, start))


SAID = "the house by the road and the river under the bridge of the town"


def test_the_sound_starts_where_the_words_stand_together(page: Page) -> None:
    best = page.evaluate(
        "async ([said, query]) => { const { bestStretch } = await import('/js/matches.js');"
        " const marks = said.flatMap((text, word) =>"
        "   query.includes(text) ? [{ word, kind: 'exact' }] : []);"
        " return bestStretch(marks, said, 8) }",
        [SAID.split(), ["river", "under", "the", "bridge"]],
    )
    assert best == [7, 10]


def test_a_link_to_what_is_heard_can_be_copied(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(
        f"{fake_url}/?recording={FERRYMAN.id}", permissions=["clipboard-read", "clipboard-write"]
    )
    page.locator(".transcript .word", has_text="orchard").click()
    eventually(lambda: moves(page))
    page.get_by_role("button", name="Copy a link to here").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.evaluate("navigator.clipboard.readText()")
    page.goto(link)
    expect(page.locator(".word:focus")).to_have_count(1)


def test_the_speed_can_be_changed_and_stays(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river")
    page.locator(".hit mark").first.click()
    page.get_by_role("button", name="1× speed").click()
    page.locator(".hit mark").nth(1).click()
    eventually(lambda: moves(page))
    assert page.locator("audio").evaluate("(audio) => audio.playbackRate") == 1.25


def test_a_chosen_speed_is_there_the_next_time(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=grandmother")
    page.locator(".hit .play").click()
    for _ in range(3):
        page.locator(".player-speed").click()
    expect(page.locator(".player-speed")).to_have_text("2×")
    page.reload()
    page.locator(".hit .play").click()
    eventually(lambda: moves(page))
    assert page.locator("audio").evaluate("(audio) => audio.playbackRate") == 2


@pytest.mark.parametrize("width", [375, 1280])
def test_five_seconds_back_and_on(open_page: OpenPage, fake_url: str, width: int) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}", width=width)
    page.locator(".transcript .word", has_text="orchard").click()
    eventually(lambda: moves(page))
    page.locator(".player-toggle").click()
    there = sound(page)["time"]
    page.get_by_role("button", name="+5 s").click()
    assert abs(sound(page)["time"] - there - 5) < 0.3
    for _ in range(2):
        page.get_by_role("button", name="−5 s").click()
    assert abs(sound(page)["time"] - there + 5) < 0.3


@pytest.mark.parametrize("width", [375, 1280])
def test_selected_words_are_copied_as_a_quote(
    open_page: OpenPage, fake_url: str, width: int
) -> None:
    page = open_page(
        f"{fake_url}/?recording={FERRYMAN.id}",
        width=width,
        permissions=["clipboard-read", "clipboard-write"],
    )
    copy = page.get_by_role("button", name="Copy as a quote")
    expect(page.locator(".transcript .word").first).to_be_visible()
    expect(copy).to_be_hidden()
    page.evaluate(
        "() => { const words = [...document.querySelectorAll('.transcript .word')];"
        " const first = words.find((word) => word.textContent === 'calm');"
        " const last = words[words.indexOf(first) + 1];"
        " getSelection().setBaseAndExtent(first.firstChild, 0, last.firstChild, 6) }"
    )
    copy.click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    start = FERRYMAN.start_of("calm")
    words, source, link = page.evaluate("navigator.clipboard.readText()").split("\n")
    assert (words, source) == ("“calm nights”", f"ferryman, 0:{int(start):02}")
    assert link == f"{fake_url}/?recording={FERRYMAN.id}&at={start}"
