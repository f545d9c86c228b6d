"""Which writer the local stack's functions are told of: they run from a copy of the code alone."""

from pathlib import Path

import pytest

from earshot.errors import ModelError
from scripts.local.models import writer_source

ROOT = Path(__file__).resolve().parents[3]


def ignored(line: str) -> None:
    del line


@pytest.mark.parametrize("asked", [None, "moonshine-tiny"])
def test_the_bundled_writer_is_a_folder_with_a_whole_path(asked: str | None) -> None:
    assert writer_source(asked, ignored) == str(ROOT / "models" / "moonshine-tiny")


def test_a_folder_of_ones_own_is_made_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine").mkdir()
    assert writer_source("mine", ignored) == str(tmp_path / "mine")


def test_no_writer_stays_none() -> None:
    assert writer_source("none", ignored) == "none"


def test_a_writer_that_cannot_be_fetched_is_refused_before_anything_starts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(ModelError):
        writer_source("nobody/no-such-writer", ignored)
