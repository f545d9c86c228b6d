"""Decoding on this machine, and what a source is."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from earshot.cli.decoding import local
from earshot.cli.decoding.batch import decode_folder
from earshot.cli.decoding.clip import Clip
from earshot.cli.decoding.outcome import Heard
from earshot.cli.decoding.source import Done, Stopped
from earshot.cli.tables import table
from earshot.errors import NotAudio
from scripts import ROOT
from scripts.__main__ import app

pytestmark = pytest.mark.slow("the bundled models listen to whole recordings")

SAMPLES = sorted((ROOT / "samples").glob("*.mp3"), key=lambda path: path.stat().st_size)[:3]


class Pretended:
    """A source that hears its own name, and stops after so many files."""

    def __init__(self, name: str, files: int = 1000) -> None:
        self.name = name
        self.files = files
        self.asked: list[str] = []

    def decode(self, clips: Sequence[Clip], done: Done) -> None:
        for clip in clips:
            if len(self.asked) == self.files:
                raise Stopped("Enough.")
            self.asked.append(clip.name)
            done(clip, Heard(self.name, 1.0))


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "clips").mkdir()
    for name in ("a.mp3", "b.mp3"):
        (tmp_path / "clips" / name).write_text(name)
    (tmp_path / "IN.csv").write_text("filename\na.mp3\nb.mp3\n")
    return tmp_path


def texts(path: Path, column: str = "generated_text") -> list[str]:
    with path.open(newline="") as file:
        return [row[column] for row in csv.DictReader(file)]


def run(place: Path, source: Pretended) -> list[str]:
    rows = table.read(place / "IN.csv")
    decode_folder(rows, place / "clips", place / "OUT.csv", source)
    return texts(place / "OUT.csv")


def test_two_models_are_never_mixed(place: Path) -> None:
    assert run(place, Pretended("one")) == ["one", "one"]
    assert run(place, Pretended("other", files=1)) == ["other", ""]
    assert run(place, Pretended("other")) == ["other", "other"]
    again = Pretended("one")
    assert run(place, again) == ["one", "one"]
    assert again.asked == []


def test_local_hears_what_transcribe_hears(tmp_path: Path) -> None:
    (tmp_path / "IN.csv").write_text(
        "\n".join(["filename", *(path.name for path in SAMPLES), "", "empty.mp3"]) + "\n"
    )
    (tmp_path / "clips").mkdir()
    for path in SAMPLES:
        (tmp_path / "clips" / path.name).symlink_to(path)
    (tmp_path / "clips" / "empty.mp3").touch()
    arguments = [
        *("decode", tmp_path / "clips", "--csv", tmp_path / "IN.csv", "--local"),
        *("--out", tmp_path / "OUT.csv", "--logs", tmp_path / "logs"),
    ]
    result = CliRunner().invoke(app, [str(one) for one in arguments])
    said = CliRunner().invoke(app, ["transcribe", *map(str, SAMPLES)]).stdout.splitlines()
    assert result.exit_code == 1
    assert "empty.mp3: The file is empty. (empty)" in result.stderr
    assert texts(tmp_path / "OUT.csv") == [*said, ""]
    assert all(said)
    heard = CliRunner().invoke(app, ["transcribe", "--writer", "none", *map(str, SAMPLES)])
    assert texts(tmp_path / "OUT.csv", "heard_text") == [*shouted(heard.stdout), ""]


def shouted(text: str) -> list[str]:
    """Without a writer, what is shown is what was heard in lower case."""
    return [line.upper() for line in text.splitlines()]


def test_texts_of_two_writers_are_never_mixed() -> None:
    with_one, without = local.Local("models/demo"), local.Local("models/demo", writer="none")
    assert with_one.name != without.name
    assert with_one.name.startswith(without.name)
    fingerprint = with_one._transcriber.provenance.writer_fingerprint
    assert fingerprint and with_one.name.endswith(fingerprint)


def test_files_that_go_with_their_drive_are_tried_again_another_time(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def drive_goes(paths: Sequence[Path], *_: object, **__: object) -> Iterator[Any]:
        for path in paths:
            path.unlink()
            yield path, NotAudio("There is no such file.")

    monkeypatch.setattr(local, "transcribe_files", drive_goes)
    source = local.Local("models/demo")
    report = decode_folder(table.read(place / "IN.csv"), place / "clips", place / "OUT.csv", source)
    assert [(fault.code, fault.lasting) for _, fault in report.faults] == [
        ("unreadable", False),
        ("unreadable", False),
    ]


def test_an_interruption_before_the_first_file_leaves_out_csv_as_it_was(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(place, Pretended("one")) == ["one", "one"]

    def interrupted(_: Path) -> str:
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr("earshot.cli.decoding.batch._digest", interrupted)
        assert run(place, Pretended("one")) == ["one", "one"]
