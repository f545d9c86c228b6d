"""Bringing recordings to the collection, and deleting them, with a key."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import FilePayload, Page, expect

from earshot.cli.outputs import Outputs
from scripts import ROOT
from tests.browser.conftest import OpenPage
from tests.browser.fake_api import Handler
from tests.browser.fake_uploads import KEY, Uploads
from tests.browser.spoken import BY_KEY
from tests.browser.test_everyone import FAILS, assert_accessible
from tests.browser.test_safety import assert_harmless

SAMPLE = ROOT / "samples" / "bees-at-work.mp3"
FERRYMAN = BY_KEY["stories/ferryman.wav"]
DROP = """(zone) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File(["sound"], "dropped.opus"));
  const how = { dataTransfer: transfer, bubbles: true, cancelable: true };
  for (const type of ["dragover", "drop"]) zone.dispatchEvent(new DragEvent(type, how));
}"""


@pytest.fixture(autouse=True)
def uploads() -> Iterator[Uploads]:
    Handler.uploads = Uploads()
    yield Handler.uploads


def file(name: str, content: bytes = b"sound") -> FilePayload:
    return {"name": name, "mimeType": "audio/mpeg", "buffer": content}


def choose(page: Page, *files: FilePayload) -> None:
    page.locator("input[type=file]").set_input_files([*files])


def bring(page: Page, one: FilePayload) -> None:
    """Chooses a file and sends it as it is."""
    choose(page, one)
    page.get_by_role("button", name=f"Send: {one['name']}").click()


@pytest.mark.parametrize("width", [375, 1280])
def test_files_are_brought_until_they_can_be_searched(
    open_page: OpenPage, fake_url: str, uploads: Uploads, width: int
) -> None:
    page = open_page(fake_url, width=width)
    page.get_by_role("link", name="Bring recordings").click()
    page.get_by_label("Key").fill(KEY)
    page.get_by_label("Folder").fill("/talks/2024/")
    page.get_by_label("Accent").fill("scotland")
    page.get_by_label("Collection").fill("Mondays")
    page.get_by_label("Recorded on").fill("2024-05-01")
    choose(page, file("monday.mp3"), file("broken <b>.mp3"))
    rows = page.get_by_role("list", name="Files").get_by_role("listitem")
    monday = rows.filter(has_text="monday.mp3")
    monday.get_by_label("Title").fill(" Monday's talk ")
    monday.get_by_label("Tags").fill("river, river bank,")
    page.get_by_role("button", name="Send all").click()
    expect(monday).to_contain_text("Can be searched.", timeout=15_000)
    broken = rows.filter(has_text="broken <b>.mp3")
    expect(broken).to_contain_text("This <b>file</b> holds no audio.", timeout=15_000)
    assert uploads.asked["talks/2024/monday.mp3"] == {
        "key": "talks/2024/monday.mp3",
        "content_type": "audio/mpeg",
        "accent": "scotland",
        "collection": "Mondays",
        "recorded_at": "2024-05-01",
        "title": "Monday's talk",
        "tags": ["river", "river bank"],
    }
    assert {"title", "tags"}.isdisjoint(uploads.asked["talks/2024/broken <b>.mp3"])
    monday.get_by_role("button", name="Delete").click()
    monday.get_by_role("button", name="Yes, delete").press("Enter")
    expect(monday).to_contain_text("Is deleted.")
    assert KEY not in page.url
    assert (
        page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }])") == "[{},{}]"
    )


HOSTILE = '"><img src=x onerror=window.pwned=1><script>window.pwned=1</script>'


@pytest.mark.parametrize(("width", "scheme"), [(375, "light"), (1280, "dark")])
def test_what_is_said_of_a_file_stays_text_and_axe_finds_no_fault(
    open_page: OpenPage, fake_url: str, uploads: Uploads, width: int, scheme: str
) -> None:
    """With a file that waits to be sent, one under way and one that failed."""
    page = open_page(f"{fake_url}/?view=bring", width=width, color_scheme=scheme, forgive=FAILS)
    page.get_by_label("Key").fill(KEY)
    page.get_by_label("Folder").fill(HOSTILE.replace("/", ""))
    page.get_by_label("Collection").fill(HOSTILE)
    choose(page, file("a<b>.mp3"))
    page.get_by_label("Title").fill(HOSTILE)
    page.get_by_label("Tags").fill(f"{HOSTILE}, {HOSTILE}")
    page.route("**/api/recordings?key=*", lambda route: route.fulfill(json={"recordings": []}))
    page.get_by_role("button", name="Send: a<b>.mp3").press("Enter")
    rows = page.get_by_role("list", name="Files").get_by_role("listitem")
    expect(rows.first).to_contain_text("Waits to be written down")
    expect(rows.first).to_be_focused()  # its button is gone
    [key] = uploads.asked
    assert key == f"{HOSTILE.replace('/', '')}/a<b>.mp3"
    assert uploads.asked[key]["title"] == uploads.asked[key]["collection"] == HOSTILE
    assert uploads.asked[key]["tags"] == [HOSTILE, HOSTILE]
    bring(page, file("empty.mp3", b""))
    expect(rows.first).to_contain_text("The file is empty")
    choose(page, file("waits.mp3"))
    expect(page.get_by_role("button", name="Send all")).to_be_visible()
    assert_harmless(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert_accessible(page)


def test_a_file_that_was_refused_is_sent_again_with_what_was_mended(
    open_page: OpenPage, fake_url: str, uploads: Uploads
) -> None:
    page = open_page(f"{fake_url}/?view=bring", forgive=FAILS)
    page.get_by_label("Key").fill(KEY)
    page.get_by_label("Folder").fill("stories")
    bring(page, file("ferryman.wav"))
    row = page.get_by_role("listitem")
    expect(row).to_contain_text("There is a recording at this key.")
    page.get_by_label("Folder").fill("stories/again")
    row.get_by_label("Title").fill("The ferryman, again")
    row.get_by_role("button", name="Try again").click()
    expect(row).to_contain_text("Can be searched.", timeout=15_000)
    assert uploads.asked["stories/again/ferryman.wav"]["title"] == "The ferryman, again"


def test_a_file_can_be_dropped_and_goes_on_while_one_looks_elsewhere(
    open_page: OpenPage, fake_url: str
) -> None:
    page = open_page(f"{fake_url}/?view=bring")
    page.get_by_label("Key").fill(KEY)
    page.locator(".drop").evaluate(DROP)
    expect(page.get_by_role("listitem")).to_contain_text("dropped.opus")
    page.get_by_label("Title").press("Enter")
    page.get_by_role("link", name="Earshot").click()
    expect(page.locator(".latest")).to_be_visible()
    page.go_back()
    expect(page.get_by_role("listitem")).to_contain_text("Can be searched.", timeout=15_000)
    expect(page.get_by_label("Key")).to_have_value(KEY)


def test_what_goes_wrong_is_said_and_can_be_tried_again(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?view=bring", forgive=FAILS)
    bring(page, file("a.mp3"))
    row = page.get_by_role("listitem")
    expect(row).to_contain_text("A key is needed.")
    page.get_by_label("Key").fill("wrong")
    row.get_by_role("button", name="Try again").click()
    expect(row).to_contain_text("This key is not valid.")
    page.get_by_label("Key").fill(KEY)
    row.get_by_role("button", name="Try again").click()
    expect(row).to_contain_text("Can be searched.", timeout=15_000)
    bring(page, file("empty.mp3", b""))
    expect(page.get_by_role("listitem").first).to_contain_text("The file is empty, too large")


def test_a_recording_is_replaced_only_on_demand(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?view=bring", forgive=FAILS)
    page.get_by_label("Key").fill(KEY)
    page.get_by_label("Folder").fill("stories")
    bring(page, file("ferryman.wav"))
    row = page.get_by_role("listitem")
    expect(row).to_contain_text("There is a recording at this key.")
    row.get_by_role("button", name="Replace it").click()
    expect(row).to_contain_text("Can be searched.", timeout=15_000)


def test_a_recording_is_deleted_from_its_own_page(open_page: OpenPage, fake_url: str) -> None:
    page = open_page(f"{fake_url}/?recording={FERRYMAN.id}", forgive=FAILS)
    page.get_by_text("Delete this recording").click()
    page.get_by_label("Key").fill("wrong")
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".deletion")).to_contain_text("This key is not valid.")
    page.get_by_label("Key").fill(KEY)
    page.get_by_label("Key").press("Enter")
    expect(page.locator(".deletion")).to_contain_text(re.compile("It is deleted"))


@pytest.mark.parametrize("site_url", ["stack"], indirect=True)
def test_a_real_file_becomes_searchable_and_is_deleted_again(
    open_page: OpenPage, site_url: str, filled_stack: Outputs
) -> None:
    page = open_page(f"{site_url}/?view=bring")
    page.get_by_label("Key").fill(filled_stack.api_key)
    page.get_by_label("Folder").fill("by-a-test")
    page.locator("input[type=file]").set_input_files(SAMPLE)
    row = page.get_by_role("listitem")
    row.get_by_label("Title").fill("Bees, heard by a test")
    row.get_by_label("Tags").fill("bees, wings")
    row.get_by_role("button", name="Send").click()
    expect(row).to_contain_text("Can be searched.", timeout=60_000)
    page.goto(f"{site_url}/?prefix=by-a-test/")
    expect(page.get_by_role("heading", level=1)).to_have_text("1 recording", timeout=15_000)
    page.locator(".hit .about a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bees, heard by a test")
    expect(page.locator(".recording .about")).to_contain_text("wings")
    page.get_by_text("Delete this recording").click()
    page.get_by_label("Key").fill(filled_stack.api_key)
    page.get_by_role("button", name="Delete for good").click()
    expect(page.locator(".deletion")).to_contain_text("It is deleted")
