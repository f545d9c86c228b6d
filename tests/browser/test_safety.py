"""Nothing that was said, and no name, age or accent, can become markup; and the policy holds."""

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from earshot.recordings import formats
from tests.browser.conftest import OpenPage
from tests.browser.fake_api import content_security_policy
from tests.browser.spoken import BY_KEY, RECORDINGS

HOSTILE = next(spoken for spoken in RECORDINGS if "<script>" in spoken.said)


def assert_harmless(page: Page) -> None:
    assert page.evaluate("window.pwned ?? null") is None
    assert page.locator("main img, main script, main u, main i, main svg[onload]").count() == 0


def test_markup_in_a_result_stays_text(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=done")
    expect(page.locator(".hit .words")).to_contain_text(
        "<script>window.pwned=1</script> &amp; done."
    )
    expect(page.locator(".hit .about")).to_contain_text('"><svg onload=window.pwned=1>')
    expect(page.locator(".hit .about")).to_contain_text("<u>us</u>")
    assert_harmless(page)


def test_markup_in_a_recording_stays_text(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={HOSTILE.id}")
    expect(page.locator(".transcript")).to_contain_text("<img src=x onerror=window.pwned=1>")
    expect(page.locator(".key")).to_contain_text("<b>bold</b>")
    page.locator("main .word").first.click()
    expect(page.get_by_role("region", name="Player")).to_be_visible()
    assert_harmless(page)


def test_markup_in_the_names_of_models_stays_text(open_page: OpenPage, fake_url: str) -> None:
    page = open_page("about:blank")
    bold = "<img src=x onerror=window.pwned=1>"
    transcript = json.loads(formats.to_json(HOSTILE.transcript))
    transcript["provenance"]["writer"] = bold
    page.route(f"**/{HOSTILE.id}.json", lambda route: route.fulfill(json=transcript))
    page.goto(f"{fake_url}/?recording={HOSTILE.id}")
    expect(page.locator(".made")).to_have_text(f"Heard by earshot-demo, written by {bold}")
    assert_harmless(page)


@pytest.mark.parametrize(
    "address",
    [
        "/?q=%3Cimg%20src%3Dx%20onerror%3Dwindow.pwned%3D1%3E",
        "/?q=river&accent=%3Cscript%3Ewindow.pwned%3D1%3C/script%3E",
        "/?q=river&exact=%3Cimg%3E&sort=%22%3E%3Csvg%20onload%3Dwindow.pwned%3D1%3E&pages=-9&at=x",
        "/?q=%00%E2%80%AE%F0%9F%A6%86",
        "/?q=" + "a" * 2000,
    ],
)
def test_markup_in_an_address_stays_text(open_page: OpenPage, fake_url: str, address: str) -> None:
    page = open_page(fake_url + address)
    expect(page.get_by_role("heading", level=1).last).to_be_visible()
    assert_harmless(page)


def test_an_unknown_recording_is_told_in_a_sentence(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording=../../x", forgive="Failed to load resource")
    expect(page.get_by_role("alert")).to_contain_text("There is no such recording.")


def test_a_recording_without_speech_says_so(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={BY_KEY['silence.wav'].id}")
    expect(page.locator(".notice")).to_contain_text("No speech was heard")


def test_a_failed_recording_says_why(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={'f' * 16}")
    expect(page.locator(".notice")).to_contain_text("This file holds no audio.")


def test_the_page_fetches_its_own_files_and_no_others(page: Page, fake_url: str) -> None:
    """And all modules of the first view at once, not one import after another; of others none."""
    expect(page.locator(".latest")).to_be_visible()
    fetched = page.evaluate("performance.getEntriesByType('resource').map(({ name }) => name)")
    assert all(address.startswith(f"{fake_url}/") for address in fetched)
    preloaded = page.locator("link[rel=modulepreload]").evaluate_all(
        "(links) => links.map((link) => link.getAttribute('href'))"
    )
    modules = {urlsplit(address).path for address in fetched if address.endswith(".js")}
    assert {*preloaded, "/js/main.js"} == modules
    assert "/js/recording.js" not in modules


def test_the_page_is_held_to_the_policy_that_the_cdn_sends() -> None:
    policy = content_security_policy()
    assert policy.startswith("default-src 'none'; script-src 'self'")
    assert "require-trusted-types-for 'script'; trusted-types 'none'" in policy
    assert "unsafe" not in policy
