"""Finding by more than words: what is chosen can be seen and taken back, on a phone too."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import OpenPage


@pytest.mark.parametrize("width", [375, 1280])
def test_what_is_chosen_is_shown_and_taken_back_one_by_one(
    open_page: OpenPage, fake_url: str, width: int
) -> None:
    page = open_page(
        f"{fake_url}/?q=river&accent=us&accent=england&after=2025-01-01&prefix=clips/", width=width
    )
    chosen = page.get_by_role("group", name="Narrowed down to")
    expect(chosen.get_by_role("button")).to_have_text(
        ["American ×", "English ×", re.compile("From .*2025 ×"), "In clips/ ×", "Show all again"]
    )
    chosen.get_by_role("button", name="Without: American").click()
    expect(page).to_have_url(re.compile(r"accent=england&after=2025-01-01&prefix=clips"))
    expect(chosen.get_by_role("button", name="Without: American")).to_have_count(0)
    chosen.get_by_role("button", name="Show all again").click()
    expect(page).to_have_url(f"{fake_url}/?q=river")
    expect(chosen).to_have_count(0)


def test_recordings_are_browsed_without_words(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(fake_url)
    page.get_by_role("link", name="All recordings").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("30 recordings")
    expect(page.get_by_role("combobox", name="Order")).to_have_value("newest")
    page.get_by_role("button", name="Show more").click()
    expect(page.locator(".hit")).to_have_count(20)
    page.get_by_role("link", name="talks/2024/").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 recordings")
    page.get_by_role("searchbox").fill("herrings")
    expect(page.locator(".hit")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"q=herrings&prefix=talks%2F2024%2F"))


@pytest.mark.parametrize(
    ("label", "value", "address", "found"),
    [
        ("From", "2025-11-21", "after=2025-11-21", 0),
        ("Before", "2025-11-21", "before=2025-11-21", 27),
        ("Minutes, at least", "0.1", "duration=6-", 3),
        ("Minutes, less than", "0.1", "duration=-6", 24),
        ("Folder", "clips/", "prefix=clips%2F", 18),
    ],
)
def test_days_minutes_and_folders_are_filled_in(
    open_page: OpenPage, fake_url: str, label: str, value: str, address: str, found: int
) -> None:
    page = open_page(f"{fake_url}/?q=river")
    field = page.get_by_label(label, exact=True)
    field.fill(value)
    field.blur()
    expect(page).to_have_url(re.compile(re.escape(address)))
    title = page.get_by_role("heading", level=1)
    expect(title).to_have_text(re.compile(f"^{found} recordings" if found else "^Nothing"))


def test_a_hostile_folder_is_text(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?prefix=<img src=x onerror=window.pwned=1>&view=all")
    expect(page.get_by_role("button", name="Without: In <img")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("There is no such recording")
    assert page.evaluate("window.pwned ?? null") is None
