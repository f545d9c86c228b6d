"""What the start page says of everything there is."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import OpenPage


def test_the_collection_is_described_in_numbers_that_lead_on(page: Page) -> None:
    about = page.get_by_role("region", name="About this collection")
    expect(about.locator(".facts")).to_contain_text("recordings30")
    lengths = about.get_by_role("table", name="By length")
    expect(lengths.get_by_role("rowheader")).to_have_text(["Under 10 s", "Over 10 s"])
    bars = about.locator("table").first.locator(".facet-bar")
    shares = bars.evaluate_all("(all) => all.map((one) => one.style.getPropertyValue('--share'))")
    assert shares == ["0", "1"], "from zero, and the largest is the whole width"
    lengths.get_by_role("link", name="Over 10 s").click()
    expect(page).to_have_url(re.compile("duration=10-"))
    expect(page.locator(".hit").first).to_be_visible()
    page.go_back()
    about.get_by_role("link", name=re.compile("^Nov 2025")).click()
    expect(page).to_have_url(re.compile("after=2025-11-01&before=2025-12-01"))


def test_what_failed_and_why_is_text(page: Page) -> None:
    failed = page.get_by_role("table", name="What could not be read")
    expect(failed).to_contain_text("<b>This</b> file holds no audio.")


@pytest.mark.parametrize("trouble", ["fails", "never comes"])
def test_the_start_page_does_without_it(open_page: OpenPage, fake_url: str, trouble: str) -> None:
    page = open_page("about:blank", forgive="Failed to load resource")
    page.route(
        "**/api/collection",
        (lambda route: route.fulfill(status=503)) if trouble == "fails" else lambda route: None,
    )
    page.goto(fake_url)
    expect(page.locator(".latest")).to_be_visible()
    expect(page.get_by_role("region", name="About this collection")).to_have_count(0)
    page.unroute("**/api/collection")
