"""Work with what was found: matches in a row, a piece of the sound and its subtitles to keep."""

import io
import json
import wave
from pathlib import Path
from urllib.parse import quote

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from earshot.audio.decode import decode
from earshot.audio.limits import SAMPLE_RATE
from earshot.audio.playback import write_copy
from tests.browser.conftest import OpenPage
from tests.browser.listening import eventually, lit, moves, sound
from tests.browser.spoken import BY_KEY, RECORDINGS
from tests.browser.test_player_times import MADE, moment

FERRYMAN = BY_KEY["stories/ferryman.wav"]
SELECT = """([from, to]) => {
  const words = [...document.querySelectorAll(".transcript .word")];
  const first = words.find((word) => word.textContent === from);
  const last = words.slice(words.indexOf(first)).find((word) => word.textContent === to);
  getSelection().setBaseAndExtent(first.firstChild, 0, last.firstChild, to.length);
}"""
CLIP = """async ([sound, duration, from, to]) => {
  const { soundClip } = await import("/js/clip.js");
  const blob = await soundClip({ sound, duration }, [from, to]).catch(() => null);
  return blob && [...new Uint8Array(await blob.arrayBuffer())];
}"""


def saved(page: Page, button: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.get_by_role("button", name=button).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def heard_in(content: bytes) -> tuple[np.ndarray, int]:
    """The samples of a mono WAV file, and how many there are a second."""
    with wave.open(io.BytesIO(content)) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), "<i2") / 32768
        return samples.reshape(-1, file.getnchannels())[:, 0], file.getframerate()


@pytest.mark.parametrize("width", [375, 1280])
def test_selected_words_are_kept_as_sound_with_their_subtitles(
    open_page: OpenPage, fake_url: str, width: int
) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}", width=width)
    expect(page.locator(".transcript .word").first).to_be_visible()
    page.evaluate(SELECT, ["calm", "river"])
    name, content = saved(page, "Save the sound")
    assert name.startswith("ferryman 0.") and name.endswith(".wav")
    samples, rate = heard_in(content)
    start, end = FERRYMAN.start_of("calm"), FERRYMAN.start_of("river")
    (river_ends,) = [to for text, at, to in FERRYMAN.words if at == end]
    loud = np.flatnonzero(np.abs(samples) > 0.05) / rate
    assert loud[0] == pytest.approx(0.06, abs=0.02), "the pause before it, and not the word before"
    assert len(samples) / rate == pytest.approx(river_ends - start + 0.12, abs=0.01)
    name, content = saved(page, "Save subtitles")
    assert name.endswith(".srt")
    number, times, words = content.decode().strip().split("\n")
    assert (number, words) == ("1", "calm nights the river")
    assert times.startswith("00:00:00,060 --> 00:00:0")


def test_words_are_selected_by_keys_too(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&at={FERRYMAN.start_of('calm')}")
    expect(page.locator(".word.target")).to_be_focused()
    page.keyboard.press("Shift+ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    assert page.evaluate("getSelection().toString()") == "calm nights the"
    page.keyboard.press("q")
    with page.expect_download() as download:
        page.get_by_role("button", name="Save the sound").press("Enter")
    assert download.value.suggested_filename.endswith(".wav")


@pytest.mark.parametrize("key", [spoken.key for spoken in RECORDINGS if "xss" in spoken.key])
def test_a_hostile_name_is_a_files_name_and_no_more(
    open_page: OpenPage, fake_url: str, key: str
) -> None:
    page = open_page(f"{fake_url}/?recording={BY_KEY[key].id}")
    expect(page.locator(".transcript .word").first).to_be_visible()
    page.evaluate(SELECT, ["River", "River"])
    name, _ = saved(page, "Save subtitles")
    assert "/" not in name
    assert page.evaluate("window.pwned ?? null") is None


@pytest.mark.parametrize(
    ("name", "is_cut"),
    [
        ("plain.m4a", True),
        ("constant.mp3", True),
        ("varying.mp3", True),
        ("gap.webm", False),  # browsers leave gaps out when they decode a file at once
    ],
)
def test_a_clip_is_cut_where_it_is_played_or_not_at_all(
    open_page: OpenPage, fake_url: str, tmp_path: Path, name: str, is_cut: bool
) -> None:
    path = MADE[name](tmp_path / name)
    decoded = decode(path)
    if decoded.findings.leads_astray:
        write_copy(path, tmp_path / "copy.m4a")
        path = tmp_path / "copy.m4a"
    page = open_page(fake_url)
    body = path.read_bytes()
    page.route(f"**/audio/{quote(name)}", lambda route: route.fulfill(body=body))
    length = len(decoded.waveform) / SAMPLE_RATE
    clip = page.evaluate(CLIP, [f"/audio/{name}", length, 19.9, 20.1])
    assert bool(clip) == is_cut
    if clip:
        assert moment(*heard_in(bytes(clip))) == pytest.approx(20, abs=0.05)


def test_all_matches_are_played_in_a_row(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}&q=her")
    row = page.get_by_role("button", name="Play all")
    row.click()
    eventually(lambda: moves(page))
    expect(page.get_by_role("button", name="Stop")).to_be_visible()
    eventually(lambda: lit(page).count("her") == 2, seconds=15)
    assert "lower" not in lit(page), "what is between them is left out"
    expect(row).to_be_visible()
    eventually(lambda: sound(page)["paused"])


def test_all_results_are_played_in_a_row_until_someone_pauses(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(f"{fake_url}/?q=harbour OR river")
    page.goto(f"{fake_url}/?q=river")
    page.get_by_role("button", name="Play all").click()
    eventually(lambda: moves(page))
    first = sound(page)["src"]
    eventually(lambda: sound(page)["src"] != first and moves(page), seconds=15)
    page.locator(".player-toggle").click()
    expect(page.get_by_role("button", name="Play all")).to_be_visible()
    assert json.loads(page.evaluate("JSON.stringify(window.violations)")) == []
