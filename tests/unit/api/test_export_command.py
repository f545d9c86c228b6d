"""`earshot export` writes what the API gives, page by page, into one file."""

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from earshot.cli.export import ExportFailed, list_pages, write_text, write_zip
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
