"""The demo with recordings of one's own: what it says, and that it ends."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from earshot.cli import waiting
from scripts.__main__ import app
from scripts.local import demo, stack
from tests.unit.cli.conftest import end, records, target

__all__ = ["records"]  # a fixture


class Index:
    """Shows every recording that it is asked for."""

    def search(self, body: Any, **_: Any) -> Any:
        (wanted, _) = body["query"]["bool"]["filter"]
        found = [{"recording_id": one, "revision": 2} for one in wanted["terms"]["recording_id"]]
        return {"hits": {"hits": [{"_source": one} for one in found]}}


@pytest.fixture
def started(records: Any, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The stacks that were started: none really."""
    names: list[str] = []

    def up(*_: object) -> Any:
        names.append("Earshot")
        return target()

    monkeypatch.setattr(stack, "is_up", lambda: False)
    monkeypatch.setattr(stack, "up", up)
    monkeypatch.setattr(waiting, "connect", lambda *_: Index())
    return names


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["local", "demo", "--no-stay", *map(str, arguments)])


def done(records: Any, key: str, content: bytes) -> None:
    end(records, key, content, status="done", text="HELLO", duration=2)


def test_a_folder_that_is_not_there_is_told_before_anything_starts(
    started: list[str], tmp_path: Path
) -> None:
    result = run("--audio", tmp_path / "nowhere")
    assert result.exit_code == 2
    assert "There is no" in result.stderr
    assert not started


def test_a_folder_without_recordings_is_told_before_anything_starts(
    started: list[str], tmp_path: Path
) -> None:
    (tmp_path / "notes.txt").write_text("no sound")
    result = run("--audio", tmp_path)
    assert result.exit_code == 1
    assert "There is no audio file in" in result.stdout
    assert not started


def test_a_tilde_means_one_s_home_as_make_hands_it_on(
    started: list[str], records: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    (tmp_path / "recordings").mkdir()
    (tmp_path / "recordings" / "a.mp3").write_bytes(b"sound")
    (tmp_path / "who.csv").write_text("filename,accent\na.mp3,us\n")
    done(records, "a.mp3", b"sound")
    result = run("--audio", "~/recordings", "--csv", "~/who.csv")
    assert result.exit_code == 0, result.output
    assert "1 recordings" in result.stdout


def test_a_file_that_can_t_be_read_is_told_and_not_waited_for(
    started: list[str], records: Any, tmp_path: Path
) -> None:
    (tmp_path / "a.mp3").write_bytes(b"sound")
    (tmp_path / "lost.mp3").symlink_to(tmp_path / "nowhere.mp3")
    done(records, "a.mp3", b"sound")
    result = run("--audio", tmp_path)
    assert result.exit_code == 1
    assert "lost.mp3: " in result.stdout
    assert "Search them:" in result.stdout
    assert started


def test_what_does_not_end_is_a_sentence_and_the_page_is_still_shown(
    started: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none_ended(*_: object, **__: object) -> Iterator[object]:
        yield from ()
        raise TimeoutError("1 recordings did not end, a.mp3 among them")

    monkeypatch.setattr(demo, "wait_for", none_ended)
    (tmp_path / "a.mp3").write_bytes(b"sound")
    result = run("--audio", tmp_path)
    assert result.exit_code == 1
    assert "1 recordings did not end" in result.stdout
    assert "Search them:" in result.stdout
