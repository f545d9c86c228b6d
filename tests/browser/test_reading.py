"""Reading a recording: sentences in paragraphs, what is estimated, and who wrote it down."""

import json
import re
from itertools import pairwise
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser import fake_search
from tests.browser.conftest import OpenPage
from tests.browser.fake_api import summary
from tests.browser.listening import eventually, is_playing_from, lit, moves
from tests.browser.spoken import BY_KEY, RECORDINGS, word_in

FERRYMAN = BY_KEY["stories/ferryman.wav"]
LECTURE = BY_KEY["archive/lecture.mp3"]
IMPORTED = BY_KEY["imported.mp3"]
HOUR_S = 3600
NO_TIME_S = 0.5


def words(texts: list[str], start: float, step: float) -> list[dict[str, Any]]:
    return [
        {
            "text": text,
            "start": start + n * step,
            "end": start + (n + 0.8) * step,
            "confidence": 0.9,
        }
        for n, text in enumerate(texts)
    ]


def seconds(clock: str) -> int:
    *hours, minutes, rest = map(int, clock.split(":"))
    return 3600 * sum(hours) + 60 * minutes + rest


def open_transcript(page: Page, url: str, segments: list[dict[str, Any]], **by: str) -> None:
    """The ferryman's page, as if this had been heard there."""
    transcript = {"duration": HOUR_S, "segments": segments, "provenance": {"model": "m", **by}}
    page.route(f"**/{FERRYMAN.id}.json", lambda route: route.fulfill(json=transcript))
    page.goto(f"{url}/?recording={FERRYMAN.id}")
    expect(page.locator(".transcript .word").first).to_be_visible()


@pytest.mark.parametrize("width", [375, 1280])
def test_sentences_run_on_until_the_speaker_rests(
    open_page: OpenPage, fake_url: str, width: int
) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}", width=width)
    sections = page.locator(".transcript section")
    expect(sections).to_have_count(3)
    expect(sections.nth(1).locator(".words")).to_have_text(
        re.compile(
            '^On calm nights .* mile away. My grandmother said, "the .* flood came in March.$'
        )
    )
    start = FERRYMAN.start_of("On")
    expect(sections.nth(1).locator(".stamp")).to_have_text(f"0:{int(start):02}")


@pytest.mark.parametrize("said", ["glass", "glass."], ids=["without-marks", "with-marks"])
def test_an_hour_in_one_piece_is_set_in_paragraphs_of_a_minute(
    open_page: OpenPage, fake_url: str, said: str
) -> None:
    page = open_page("about:blank")
    open_transcript(page, fake_url, [{"words": words([said] * 7841, 0, HOUR_S / 7841)}])
    sections = page.locator(".transcript section")
    stamps = [seconds(stamp) for stamp in sections.locator(".stamp").all_text_contents()]
    assert len(stamps) >= 60
    assert all(25 <= after - before <= 61 for before, after in pairwise(stamps))
    assert page.locator(".transcript .word").count() == 7841


def test_speakers_on_channels_of_their_own_are_told_apart(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page("about:blank")
    segments = [
        {"channel": 0, "words": words(["Are", "you", "there?"], 0, 0.3)},
        {"channel": 0, "words": words(["Good."], 3.5, 0.3)},
        {"channel": 1, "words": words(["Yes,", "I", "am."], 1.5, 0.3)},
    ]
    open_transcript(page, fake_url, segments)
    assert page.locator(".transcript section > div").all_inner_texts() == [
        "Speaker 1\n\nAre you there?", "Speaker 2\n\nYes, I am.", "Speaker 1\n\nGood.",
    ]  # fmt: skip


def test_a_word_is_lit_and_played_without_its_punctuation(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}")
    page.locator(".transcript .word", has_text="bridges").click()
    eventually(lambda: is_playing_from(page, FERRYMAN.start_of("bridges")))
    eventually(lambda: "bridges" in lit(page))
    expect(page.locator(".player-words")).to_contain_text("bridges, and")
    assert not [word for word in lit(page) if word_in(word) != word]


def test_sentences_are_shown_as_they_are_written(page: Page) -> None:
    page.goto(f"{page.url}?q=believe")
    shown = page.locator(".hit .words")
    expect(shown).to_contain_text(
        '"the water remembers everyone who crosses it." I didn\'t believe'
    )
    assert "lake. We rowed" in shown.inner_text()  # and in no other case, by style


def test_a_mark_leaves_the_words_punctuation_out(page: Page) -> None:
    page.goto(f"{page.url}?q=march")
    expect(page.locator(".hit mark")).to_have_text("March")
    expect(page.locator(".hit mark")).to_have_accessible_name(
        "March, exactly your word, play from here"
    )
    expect(page.locator(".hit .words")).to_contain_text("flood came in March. It took")


@pytest.mark.parametrize("width", [375, 1280])
def test_estimated_times_are_named_and_what_is_silent_cannot_be_played(
    open_page: OpenPage, fake_url: str, width: int
) -> None:
    page = open_page(f"{fake_url}/?q=imported", width=width)
    hit = page.locator(".hit")
    expect(hit).to_contain_text("Times are estimated")
    expect(hit.locator("mark")).to_have_text("imported")
    expect(hit.get_by_role("button")).to_have_count(0)
    hit.locator("mark").click()
    hit.get_by_role("link", name="imported").click()

    expect(page.locator(".recording .about")).to_contain_text("Times are estimated")
    expect(page.locator(".recording .stamp")).to_have_text("≈ 0:00")
    expect(page.locator(".recording .play, .recording .timeline")).to_have_count(0)
    page.locator(".transcript .word", has_text="river").click()
    page.wait_for_timeout(NO_TIME_S * 1000)
    expect(page.get_by_role("region", name="Player")).to_be_hidden()


def test_measured_times_are_not_called_estimated(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=lavender")
    expect(page.locator(".hit .play")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("estimated")
    page.locator(".hit .about a").click()
    expect(page.locator(".transcript")).to_be_visible()
    expect(page.locator("main")).not_to_contain_text("estimated")


def test_an_import_that_was_found_in_its_sound_has_its_own_times(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page("about:blank")
    found = fake_search.search({"q": ["lantern"]})
    page.route(
        "**/api/search?*",
        lambda route: route.fulfill(
            json={**found, "hits": [{**hit, "source": "import"} for hit in found["hits"]]}
        ),
    )
    page.goto(f"{fake_url}/?q=lantern")
    expect(page.locator(".hit .play")).to_be_visible()
    expect(page.locator(".hit")).to_contain_text("Imported")
    expect(page.locator(".hit")).not_to_contain_text("estimated")
    segments = [{"words": words(["Found."], 0, 0.3)}]
    decoder = "imported, words aligned with the sound, 3 of 90 times estimated"
    open_transcript(page, fake_url, segments, decoder=decoder)
    expect(page.locator(".recording .about")).to_contain_text("3 of 90 times are estimated")


def test_an_import_that_has_its_sound_is_played(open_page: OpenPage, fake_url: str) -> None:
    page = open_page("about:blank")
    page.route(
        "**/audio/imported.mp3",
        lambda route: route.continue_(url=f"{fake_url}/audio/{FERRYMAN.key}"),
    )
    has_sound = summary(IMPORTED) | {"has_sound": True}
    page.route(f"**/recordings/{IMPORTED.id}", lambda route: route.fulfill(json=has_sound))
    listed = {"recordings": [has_sound], "cursor": None}
    page.route("**/recordings?key=imported.mp3", lambda route: route.fulfill(json=listed))
    page.goto(f"{fake_url}/?q=imported")
    expect(page.locator(".hit")).to_contain_text("Times are estimated")
    page.locator(".hit .play").click()
    eventually(lambda: moves(page))
    page.locator(".hit .about a").click()
    expect(page.locator(".recording .play")).to_be_visible()


def test_the_latest_recordings_have_no_button_where_there_is_no_sound(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page("about:blank")
    both = {
        "recordings": [
            {"recording_id": spoken.id, "key": spoken.key, "status": "done", "text": spoken.text,
             "duration": 9.0, "source": spoken.source, "has_sound": not spoken.is_import}
            for spoken in (IMPORTED, FERRYMAN)
        ]
    }  # fmt: skip
    page.route("**/api/recordings", lambda route: route.fulfill(json=both))
    page.goto(fake_url)
    expect(page.get_by_role("button", name="Play ferryman")).to_be_visible()
    expect(page.locator(".latest")).to_contain_text("An imported text")
    page.wait_for_timeout(NO_TIME_S * 1000)
    expect(page.get_by_role("button", name="Play imported")).to_have_count(0)


def test_the_recording_names_both_models_and_the_results_neither(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(f"{fake_url}/?q=lavender")
    expect(page.locator(".hit")).to_have_count(1)
    expect(page.locator(".hit")).not_to_contain_text("earshot-demo")
    page.locator(".hit .about a").click()
    expect(page.locator(".recording header")).to_contain_text(
        "Heard by earshot-demo, written by moonshine-tiny"
    )
    page.goto(f"{fake_url}/?recording={LECTURE.id}")
    expect(page.locator(".recording header")).to_contain_text("Written by earshot-demo")


def test_a_counter_is_no_name(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?q=river&pages=3")
    name = "“Clip number 7 also mentions …”"
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.locator(".recording .key")).to_have_text("clips/clip-07.wav")


def test_a_hit_says_its_day_and_not_how_long_the_search_took(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(f"{fake_url}/?q=lavender")
    expect(page.locator(".hit .about")).to_contain_text("Nov 20, 2025")
    expect(page.locator("main")).not_to_contain_text(" ms")


def test_a_list_in_capitals_does_not_shout(open_page: OpenPage, fake_url: str) -> None:
    page = open_page("about:blank")
    one = {"recording_id": "n" * 16, "key": "a.wav", "status": "done", "duration": 2.0,
           "text": "NOW I KNOW I'M IN ISTANBUL"}  # fmt: skip
    page.route("**/api/recordings", lambda route: route.fulfill(json={"recordings": [one]}))
    page.goto(fake_url)
    expect(page.locator(".excerpt")).to_have_text("Now I know I'm in istanbul")


@pytest.mark.parametrize("address", ["/", "/?q=river", f"/?recording={FERRYMAN.id}"])
def test_no_style_changes_the_case_of_a_text(
    open_page: OpenPage, fake_url: str, address: str
) -> None:
    page = open_page(fake_url + address)
    expect(page.locator("main .play").first).to_be_visible()
    cases = page.evaluate(
        "[...new Set([...document.querySelectorAll('*')]"
        ".map((e) => getComputedStyle(e).textTransform + getComputedStyle(e).fontVariantCaps))]"
    )
    assert cases == ["nonenormal"]


@pytest.mark.parametrize(
    ("lost", "sentence"),
    [
        (3.2, "This file is damaged: 3 seconds of it could not be heard."),
        (0.07, "This file is damaged: less than a second of it could not be heard."),
        (None, "This file is damaged: 0:08 of it was heard, the rest is lost."),
    ],
)
def test_a_damaged_recording_says_what_is_lost_of_it(
    open_page: OpenPage, fake_url: str, lost: float | None, sentence: str
) -> None:
    page = open_page(fake_url)
    incomplete = {"heard": 8.2, "lost": lost}
    body = json.dumps(summary(RECORDINGS[0]) | {"incomplete": incomplete})
    page.route(f"**/api/recordings/{RECORDINGS[0].id}", lambda route: route.fulfill(body=body))
    page.goto(f"{fake_url}/?recording={RECORDINGS[0].id}")
    expect(page.locator(".notice")).to_have_text(sentence)


def test_where_there_is_a_copy_to_play_it_is_played(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(fake_url, forgive="Failed to load resource")
    body = json.dumps(summary(RECORDINGS[0]) | {"playback": "/playback/x.m4a"})
    page.route(f"**/api/recordings/{RECORDINGS[0].id}", lambda route: route.fulfill(body=body))
    page.goto(f"{fake_url}/?recording={RECORDINGS[0].id}")
    with page.expect_request("**/playback/x.m4a"):
        page.locator(".recording .play").click()


@pytest.mark.parametrize("width", [375, 1280])
def test_unsure_words_are_shaded_and_what_was_heard_instead_is_told(
    open_page: OpenPage, fake_url: str, width: int
) -> None:
    page = open_page("about:blank", width=width)
    said = words(["The", "flower", "is", "<b>white</b>."], 0, 0.5)
    said[1]["confidence"] = said[3]["confidence"] = 0.31
    heard = words(["THE", "FLOUR", "IS", "<I>WIDE</I>"], 0.01, 0.5)
    transcript = {
        "duration": 2.5,
        "segments": [{"words": said}],
        "heard": [{"words": heard}],
        "provenance": {"model": "m"},
    }
    page.route(f"**/{FERRYMAN.id}.json", lambda route: route.fulfill(json=transcript))
    page.goto(f"{fake_url}/?recording={FERRYMAN.id}")
    expect(page.locator(".unsure")).to_have_count(0)
    page.get_by_role("checkbox", name="Shade unsure words").check()
    expect(page.locator(".unsure")).to_have_text(["flower", "b>white</b"])
    page.locator(".unsure").first.hover()
    note = page.locator(".doubt")
    expect(note).to_have_text("flower is 31 % sure; the listener heard “flour”")
    page.locator(".unsure").last.click()
    expect(note).to_contain_text("the listener heard “i>wide</i”")
    page.get_by_role("link", name="Earshot").click()
    expect(page.locator(".latest")).to_be_visible()
    page.go_back()
    expect(page.locator(".unsure")).to_have_count(2)
    page.get_by_role("checkbox", name="Shade unsure words").uncheck()
    expect(page.locator(".unsure").first).not_to_have_css("border-bottom-style", "dotted")


def test_what_its_owner_says_of_a_recording_is_shown_as_text(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page("about:blank")
    said = {
        "title": "<b>Ferry</b>",
        "speaker": "<i>Ann</i>",
        "place": "<u>Oban</u>",
        "collection": "<s>River</s>",
        "tags": ["<script>window.pwned=1</script>"],
        "recorded_at": "2019-02-03",
    }
    page.route(
        f"**/recordings/{FERRYMAN.id}", lambda route: route.fulfill(json=summary(FERRYMAN) | said)
    )
    page.goto(f"{fake_url}/?recording={FERRYMAN.id}")
    expect(page.locator(".recording h1")).to_have_text("<b>Ferry</b>")
    about = page.locator(".recording .about")
    for value in ("<i>Ann</i>", "<u>Oban</u>", "<s>River</s>", "<script>window.pwned=1</script>"):
        expect(about).to_contain_text(value)
    expect(about).to_contain_text("2019")
    assert page.evaluate("window.pwned ?? null") is None
