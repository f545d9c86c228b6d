"""Take the pictures of the page that README shows: of the demo, in a real Chromium."""

import os
import shutil
from dataclasses import dataclass, field
from typing import Any

import typer

from earshot.cli.outputs import find
from scripts import ROOT

FOLDER = ROOT / "docs" / "images"
CHROMIUMS = ("chromium", "chromium-browser", "google-chrome")
QUERY = "rain"
DESK, PHONE = (1200, 760), (375, 720)


@dataclass(frozen=True)
class Picture:
    """A view of the page at a size, in a colour scheme; `opened`: the first recording found."""

    name: str
    size: tuple[int, int]
    scheme: str = "light"
    opened: bool = False
    options: dict[str, Any] = field(default_factory=dict)


PICTURES = (
    Picture("search", DESK),
    Picture("search-dark", DESK, scheme="dark"),
    Picture("search-phone", PHONE, options={"has_touch": True}),
    Picture("recording", DESK, opened=True),
)


def screenshots() -> None:
    """Write docs/images/*.png from the demo that is up (`make up` or `make demo`)."""
    from playwright.sync_api import sync_playwright

    path = os.environ.get("EARSHOT_CHROMIUM") or next(filter(None, map(shutil.which, CHROMIUMS)))
    site = find().site_url
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        for picture in PICTURES:
            _take(browser, site, picture)
            typer.echo(f"wrote docs/images/{picture.name}.png")
        browser.close()


def _take(browser: Any, site: str, picture: Picture) -> None:
    """With the match being played, at its first word."""
    width, height = picture.size
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=picture.scheme, **picture.options
    )
    page = context.new_page()
    page.goto(site)
    page.locator("#q").fill(QUERY)
    page.locator("#q").press("Enter")
    page.locator(".hit").first.wait_for()
    if picture.opened:
        page.locator(".hit .about a").first.click()
        page.locator(".recording .play").first.wait_for()
    page.locator("main .play").first.click()
    page.locator("main mark.lit").first.wait_for()
    page.screenshot(path=FOLDER / f"{picture.name}.png")
    context.close()
