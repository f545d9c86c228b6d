"""`earshot export` writes what the API gives, page by page, into one file."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from api.routes import collection
from earshot.cli.export import ExportFailed, list_pages, write_text, write_zip
from earshot.cli.exported import count_all, counted
from earshot.cli.progress import progress
from earshot.recordings.record import Failure
from tests.unit.api.stage import transcript

Put = Callable[..., str]


def test_pages_become_one_file(client: TestClient, put: Put, tmp_path: Path) -> None:
    for n in range(5):
        put(f"{n}.mp3", transcript(f"number {n}"))
    pages = list_pages(client, "/export/recordings.jsonl", {"size": "2"})
    assert write_text(pages, tmp_path / "out.jsonl") == 3
    found = [json.loads(one)["text"] for one in (tmp_path / "out.jsonl").read_text().splitlines()]
    assert found == [f"number {n}" for n in range(5)]
    pages = list_pages(client, "/export/transcripts.zip", {"size": "2"})
    assert write_zip(pages, tmp_path / "out.zip") == 3
    with zipfile.ZipFile(tmp_path / "out.zip") as archive:
        assert archive.namelist() == [f"{n}.mp3.txt" for n in range(5)]
    assert sorted(one.name for one in tmp_path.iterdir()) == ["out.jsonl", "out.zip"]


def test_half_an_export_is_none(client: TestClient, put: Put, tmp_path: Path) -> None:
    put("a.mp3", transcript("hello"))
    with pytest.raises(ExportFailed):
        write_text(list_pages(client, "/export/nothing", {}), tmp_path / "out.jsonl")
    assert not (tmp_path / "out.jsonl").exists()


NAMES = ("recordings.jsonl", "recordings.csv", "passages.jsonl", "transcripts.zip")


@pytest.mark.parametrize("name", NAMES)
def test_progress_counts_recordings_whatever_their_form(
    client: TestClient, put: Put, name: str
) -> None:
    for n in range(5):
        put(f"{n}.mp3", transcript('two\nlines, "one" recording'))
    done: list[int] = []
    pages = list_pages(client, f"/export/{name}", {"size": "2"})
    assert len(list(counted(pages, name, done.append))) == 3
    assert done == [2, 2, 1]


def test_the_whole_is_what_can_be_searched_and_for_lists_what_waits_and_failed_too(
    client: TestClient, put: Put
) -> None:
    put("waits.mp3")
    put("failed.mp3", failure=Failure("corrupt", "This file is damaged."))
    assert [count_all(client, "", name) for name in NAMES] == [4, 4, 2, 2], "2 are in the index"
    assert count_all(client, "/elsewhere", NAMES[0]) is None


def test_where_more_failed_than_are_counted_a_list_has_no_total(
    client: TestClient, put: Put, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collection, "LOOKED_AT", 2)
    for n in range(2):
        put(f"{n}.mp3", failure=Failure("corrupt", "This file is damaged."))
    assert [count_all(client, "", name) for name in NAMES] == [None, None, 2, 2]


def test_progress_without_a_total_says_how_many_are_done(capsys: pytest.CaptureFixture) -> None:
    with progress("Exporting", None) as advance:
        advance(7)
    assert capsys.readouterr().err.startswith("Exporting: 7, 0 s")
