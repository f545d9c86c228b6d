"""The start page: what it offers, and that it follows new recordings without disturbing anyone."""

from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import OpenPage

WAITING = {"recording_id": "w" * 16, "key": "new/hello.mp3", "status": "transcribing"}
NEWS = {
    "recording_id": "n" * 16, "key": "new/news.mp3", "status": "done", "duration": 2.0,
    "text": "Hello from elsewhere.",
}  # fmt: skip
UNREAD = {
    "recording_id": "u" * 16, "key": "new/notes.mp3", "status": "failed",
    "error": {"code": "not_audio", "message": "This file holds no audio."},
}  # fmt: skip


@pytest.fixture
def following(open_page: OpenPage, fake_url: str) -> Page:
    """The start page with a recording on its way; time in it passes only when the test says so."""
    page = open_page("about:blank")
    page.clock.install(time=0)
    page.clock.pause_at(1)
    list_recordings(page, WAITING, UNREAD)
    page.goto(fake_url)
    expect(page.locator(".latest .busy")).to_have_count(1)
    return page


def list_recordings(page: Page, *recordings: dict[str, Any]) -> None:
    """What the API lists from now on."""
    page.unroute("**/api/recordings")
    page.route(
        "**/api/recordings",
        lambda route: route.fulfill(json={"recordings": [*recordings], "cursor": None}),
    )


def news_come(page: Page) -> None:
    """Another recording is written down, and the page shows it."""
    list_recordings(page, WAITING, UNREAD, NEWS)
    page.clock.run_for(2000)
    expect(page.locator(".latest")).to_contain_text("Hello from elsewhere.")


def test_the_start_page_offers_searches_that_find_something(page: Page) -> None:
    examples = page.locator(".examples a")
    expect(examples).to_have_count(5)
    examples.nth(1).click()
    expect(page.locator(".hit").first).to_be_visible()


def test_a_recording_appears_on_the_start_page_when_it_is_written_down(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page("about:blank", forgive="Failed to load resource")
    waiting = {"recording_id": "w" * 16, "key": "new/hello.mp3", "status": "transcribing"}
    done = {**waiting, "status": "done", "text": "HELLO FROM ELSEWHERE", "duration": 2.0}
    answers = iter([(200, waiting), (503, None), (200, done)])

    def answer(route: Route) -> None:
        status, recording = next(answers)
        body = {"recordings": [recording], "cursor": None} if recording else {}
        route.fulfill(status=status, json=body)

    page.route("**/api/recordings", answer)
    page.goto(fake_url)
    expect(page.locator(".latest")).to_contain_text("Being written down…")
    expect(page.locator(".latest")).to_contain_text("Hello from elsewhere", timeout=10_000)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_a_recordings_own_page_shows_its_words_when_they_are_written_down(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page("about:blank")
    recording = WAITING | {"uploaded_at": "2026-03-02T10:15:30Z"}
    done = recording | {"status": "done", "text": "HELLO", "duration": 2.0, "model": "demo"}
    answers = iter([recording, recording, done])
    page.route(f"**/api/recordings/{'w' * 16}", lambda r: r.fulfill(json=next(answers)))
    transcript = {
        "duration": 2.0, "model": "demo",
        "segments": [{"words": [{"text": "HELLO", "start": 0.5, "end": 1.0, "confidence": 0.9}]}],
    }  # fmt: skip
    page.route(f"**/api/recordings/{'w' * 16}.json", lambda r: r.fulfill(json=transcript))
    page.goto(f"{fake_url}/?recording={'w' * 16}")
    expect(page.locator("main")).to_contain_text("is being written down")
    expect(page.locator(".transcript")).to_contain_text("hello", timeout=10_000, ignore_case=True)


def test_the_start_page_names_what_could_not_be_read(page: Page) -> None:
    page.get_by_text("One recording could not be read").click()
    expect(page.locator(".unread")).to_contain_text("This file holds no audio.")


def test_what_someone_types_stays_when_a_recording_appears(following: Page) -> None:
    box = following.get_by_role("searchbox")
    following.clock.run_for(1900)
    box.press_sequentially("laven")
    list_recordings(following, WAITING, NEWS)
    with following.expect_response("**/api/recordings"):
        following.clock.run_for(100)
    expect(following.locator(".latest")).to_contain_text("Hello from elsewhere.")
    expect(box).to_have_value("laven")
    box.press_sequentially("der")
    following.clock.run_for(200)
    expect(following.locator(".hit mark")).to_have_text("lavender")


def test_what_someone_composes_stays_when_a_recording_appears(following: Page) -> None:
    box = following.get_by_role("searchbox")
    box.focus()
    keyboard = following.context.new_cdp_session(following)
    composed = {"text": "lavend", "selectionStart": 6, "selectionEnd": 6}
    keyboard.send("Input.imeSetComposition", composed)
    expect(box).to_have_value("lavend")
    news_come(following)
    expect(box).to_have_value("lavend")
    keyboard.send("Input.insertText", {"text": "lavender"})
    following.clock.run_for(200)
    expect(following.locator(".hit mark")).to_have_text("lavender")


def test_the_start_page_follows_after_a_click_on_its_name_or_beside_its_words(
    following: Page,
) -> None:
    following.get_by_role("link", name="Earshot").click()
    expect(following.locator("main")).to_be_focused()
    news_come(following)
    following.get_by_role("heading", name="Latest recordings").click()
    expect(following.locator("main")).to_be_focused()
    list_recordings(following, {**WAITING, "status": "done", "text": "THE LAST OF THEM"})
    following.clock.run_for(2000)
    expect(following.locator(".latest")).to_contain_text("The last of them")


def test_the_start_page_stays_while_someone_is_on_one_of_its_controls(following: Page) -> None:
    late: list[Route] = []
    following.unroute("**/api/recordings")
    following.route("**/api/recordings", lambda route: late.append(route))
    with following.expect_request("**/api/recordings"):
        following.clock.run_for(2000)
    summary = following.locator(".unread summary")
    summary.focus()
    late.pop().fulfill(json={"recordings": [WAITING, UNREAD, NEWS], "cursor": None})
    following.wait_for_timeout(300)
    expect(summary).to_be_focused()
    summary.blur()
    news_come(following)


def test_the_start_page_stays_while_something_in_it_is_selected(following: Page) -> None:
    following.get_by_role("heading", name="Latest recordings").select_text()
    list_recordings(following, WAITING, UNREAD, NEWS)
    following.clock.run_for(2000)
    following.wait_for_timeout(300)
    assert following.evaluate("String(getSelection())") == "Latest recordings"
    following.evaluate("getSelection().empty()")
    news_come(following)


def test_what_was_unfolded_stays_so_when_a_recording_appears(following: Page) -> None:
    summary = following.locator(".unread summary")
    summary.click()
    summary.blur()
    news_come(following)
    expect(following.get_by_text("This file holds no audio.")).to_be_visible()
