"""A real browser, the fake server, and the real stack.

Every page watches itself: a console error, an uncaught exception or a violation of the content
security policy fails the test that caused it.
"""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from earshot.cli.outputs import Outputs
from tests.browser.fake_api import serve

CHROMIUMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# In the page, before its own code. What the policy refuses, where sound started and which words lit
# up is kept for the test to read: some of it is over before a busy machine looks.
WITNESS = """
window.violations = [];
window.starts = [];
window.lit = [];
document.addEventListener("securitypolicyviolation", (event) =>
  window.violations.push(`${event.effectiveDirective}: ${event.blockedURI} ${event.sample}`));
for (const event of ["playing", "seeked"])
  document.addEventListener(event, ({ target }) => window.starts.push(target.currentTime), true);
new MutationObserver((changes) => changes.forEach(({ target }) => {
  if (target.classList.contains("lit")) window.lit.push(target.textContent);
})).observe(document, { subtree: true, attributeFilter: ["class"] });
"""

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("EARSHOT_CHROMIUM") or next(
        filter(None, map(shutil.which, CHROMIUMS)), ""
    )
    if not path:
        pytest.fail(
            "The browser tests need Chromium: `apt-get install chromium` on Debian, "
            "or name another one in EARSHOT_CHROMIUM.",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=path,
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def fake_url() -> Iterator[str]:
    with serve() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


@pytest.fixture(params=["fake", "stack"])
def site_url(request: pytest.FixtureRequest) -> str:
    """Where the site is: on the fake server, and then on the real stack with the samples in it."""
    if request.param == "fake":
        return str(request.getfixturevalue("fake_url"))
    stack: Outputs = request.getfixturevalue("filled_stack")
    return stack.site_url.rstrip("/")


@pytest.fixture
def open_page(browser: Browser) -> Iterator[OpenPage]:
    """Opens an address in a window of its own; `forgive` names a console message that is due."""
    opened: list[tuple[BrowserContext, Page, list[str]]] = []

    def open_(
        url: str, *, width: int = 1280, height: int = 860, forgive: str = "", **kind: Any
    ) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **kind)
        context.set_default_timeout(5000)
        context.add_init_script(WITNESS)
        page = context.new_page()
        problems: list[str] = []

        def on_console(message: ConsoleMessage) -> None:
            due = forgive and forgive in message.text
            if message.type in ("error", "warning") and not due:
                problems.append(f"{message.type}: {message.text}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: problems.append(f"uncaught: {error}"))
        opened.append((context, page, problems))
        page.goto(url)
        return page

    yield open_
    found = []
    for context, page, problems in opened:
        found += [*problems, *page.evaluate("window.violations")]
        context.close()
    assert not found


@pytest.fixture
def page(open_page: OpenPage, fake_url: str) -> Page:
    """The start page, on the fake server, at a desk's width."""
    return open_page(fake_url)
