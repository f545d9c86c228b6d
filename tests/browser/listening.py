"""What a test asks of the page's player, and how it waits.

Playwright's own `wait_for_function` needs `eval` in the page, which the site's policy refuses.
"""

import time
from collections.abc import Callable
from itertools import groupby
from typing import Any, TypeVar

from playwright.sync_api import Page

Value = TypeVar("Value")


def eventually(look: Callable[[], Value], seconds: float = 5.0) -> Value:
    """The first true value that `look` returns; fails after `seconds`."""
    end = time.monotonic() + seconds
    while True:
        value = look()
        if value or time.monotonic() > end:
            assert value, "it did not come to be"
            return value
        time.sleep(0.02)


def sound(page: Page) -> dict[str, Any]:
    """Where the player is: `time` in seconds, `paused`, `src`, and why it failed, if it did."""
    state: dict[str, Any] = page.locator("#player audio").evaluate(
        "({currentTime, paused, currentSrc, error}) =>"
        " ({time: currentTime, paused, src: currentSrc, error: error?.message ?? null})"
    )
    return state


def is_playing_from(page: Page, seconds: float) -> bool:
    """Whether sound comes, and started near `seconds`: a word's start, less the lead before it."""
    starts: list[float] = page.evaluate("window.starts")
    return any(abs(seconds - 0.1 - start) < 0.15 for start in starts) and moves(page)


def leads_up_to(page: Page, seconds: float) -> bool:
    """Whether sound comes, and started a breath before a match at `seconds`, or a bit more."""
    starts: list[float] = page.evaluate("window.starts")
    return any(0.3 <= seconds - start <= 1.5 for start in starts) and moves(page)


def lit(page: Page) -> list[str]:
    """The words that lit up so far, in order."""
    return [word for word, _ in groupby(page.evaluate("window.lit"))]


def moves(page: Page) -> bool:
    """Whether the sound goes on."""
    before = sound(page)["time"]
    time.sleep(0.06)
    return bool(sound(page)["time"] > before)


def searched(page: Page, query: str) -> dict[str, Any]:
    """What the API itself answers to a query, asked from within the page."""
    answer: dict[str, Any] = page.evaluate(
        "async (q) => (await fetch(`/api/search?q=${encodeURIComponent(q)}`)).json()", query
    )
    return answer
