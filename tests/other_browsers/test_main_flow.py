"""The main flow in Firefox and WebKitGTK: search, play at the word, open the recording.

`make test-browsers` runs it; `make test` has Chromium. Selenium drives both, by their own drivers.
"""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.webkitgtk.options import Options as WebKitOptions
from selenium.webdriver.webkitgtk.service import Service as WebKitService

from tests.browser.fake_api import serve
from tests.browser.spoken import BY_KEY

FERRYMAN = BY_KEY["stories/ferryman.wav"]
MINI_BROWSER = "/usr/lib/x86_64-linux-gnu/webkit2gtk-4.1/MiniBrowser"
PATIENCE_S = 15.0


def needed(program: str, package: str) -> str:
    path = os.environ.get(program.upper()) or shutil.which(program)
    if not path:
        pytest.fail(f"{program} is missing: `{package}`", pytrace=False)
    return path


def firefox() -> WebDriver:
    options = webdriver.FirefoxOptions()
    options.binary_location = needed("firefox-esr", "apt-get install firefox-esr")
    options.add_argument("-headless")
    driver = needed("geckodriver", "cargo install geckodriver")
    return webdriver.Firefox(options, webdriver.FirefoxService(driver))


def webkit() -> WebDriver:
    """It needs a screen, which Xvfb is."""
    driver = needed("WebKitWebDriver", "apt-get install webkit2gtk-driver")
    options = WebKitOptions()
    options.binary_location = MINI_BROWSER
    options.add_argument("--automation")
    return webdriver.WebKitGTK(options, service=WebKitService(driver))


@pytest.fixture(scope="module")
def screen() -> Iterator[None]:
    number = ":97"
    xvfb = subprocess.Popen([needed("Xvfb", "apt-get install xvfb"), number])
    os.environ["DISPLAY"] = number
    os.environ["WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS"] = "1"  # it has none in a container
    time.sleep(1)
    yield
    xvfb.terminate()
    xvfb.wait()


@pytest.fixture(params=[firefox, webkit], ids=["firefox", "webkit"])
def browser(request: pytest.FixtureRequest, screen: None) -> Iterator[WebDriver]:
    driver: WebDriver = request.param()
    yield driver
    driver.quit()


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with serve() as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def eventually(look: Callable[[], Any]) -> Any:
    end = time.monotonic() + PATIENCE_S
    while not (value := look()) and time.monotonic() < end:
        time.sleep(0.1)
    assert value
    return value


def position(browser: WebDriver) -> float:
    return float(browser.execute_script("return document.querySelector('audio').currentTime"))


def test_search_play_at_the_word_and_open_the_recording(browser: WebDriver, site: str) -> None:
    browser.get(site)
    box = browser.find_element(By.ID, "q")
    box.send_keys("grandmother")
    marks = eventually(lambda: browser.find_elements(By.CSS_SELECTOR, ".hit mark"))
    assert marks[0].text == "grandmother"
    browser.find_element(By.CSS_SELECTOR, ".hit .play").click()
    start = FERRYMAN.start_of("grandmother")
    first = eventually(lambda: position(browser))
    assert start - 1.6 <= first <= start + 1, "it is played from a breath before the word"
    eventually(lambda: position(browser) > first + 0.3)
    eventually(lambda: "grandmother" in _lit(browser) or position(browser) > start)

    browser.find_element(By.CSS_SELECTOR, ".hit .about a").send_keys(Keys.ENTER)
    eventually(lambda: browser.find_elements(By.CSS_SELECTOR, ".transcript .stretch"))
    assert browser.find_element(By.CSS_SELECTOR, ".stretch").text == "grandmother"
    assert browser.find_element(By.CSS_SELECTOR, ".finder-place").text == "1 of 1"
    assert position(browser) > first, "the sound goes on"
    browser.back()
    eventually(lambda: browser.find_elements(By.CSS_SELECTOR, ".hit"))


def _lit(browser: WebDriver) -> list[str]:
    return [one.text for one in browser.find_elements(By.CSS_SELECTOR, ".word.lit")]
