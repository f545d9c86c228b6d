"""Rows and files: each gets its own, and what is left on either side is named."""

import unicodedata
from pathlib import Path

import pytest

from earshot.cli.tables import table as tables
from earshot.cli.tables.join import Joined, join


def joined(folder: Path, names: list[str], files: list[str]) -> tuple[dict[str, str], Joined]:
    (folder / "who.csv").write_text("filename\n" + "".join(f"{name}\n" for name in names))
    table = tables.read(folder / "who.csv")
    found = join(table, [folder / file for file in files], folder)
    return {
        table.rows[at].fields[0]: path.relative_to(folder).as_posix()
        for at, path in found.files.items()
    }, found


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("a.mp3", "a.mp3"),
        ("cv-valid-dev/a.mp3", "clips/a.mp3"),
        ("C:\\data\\clips\\a.mp3", "a.mp3"),
        ("clips\\a.mp3", "x/a.mp3"),
        (" a.mp3 ", "a.mp3"),
        ("./a.mp3", "a.mp3"),
        ("a.mp3", "clips\\a.mp3"),  # as archives of Windows are unpacked elsewhere
        (unicodedata.normalize("NFC", "é.mp3"), unicodedata.normalize("NFD", "é.mp3")),
        (unicodedata.normalize("NFD", "é.mp3"), unicodedata.normalize("NFC", "é.mp3")),
        ("A.mp3", "a.MP3"),
        ("0a1b2c", "0a1b2c.mp3"),  # as in the release of Common Voice of 2019
    ],
)
def test_a_name_is_the_same_however_it_is_written(tmp_path: Path, name: str, file: str) -> None:
    _, found = joined(tmp_path, [name], [file])
    assert list(found.files.values()) == [tmp_path / file]
    assert found.complete


def test_a_name_as_it_is_written_goes_before_others(tmp_path: Path) -> None:
    files, found = joined(tmp_path, ["A.mp3", "a.mp3", "a"], ["a.mp3", "A.mp3", "a.wav"])
    assert files == {"A.mp3": "A.mp3", "a.mp3": "a.mp3", "a": "a.wav"}
    assert found.complete


def test_folders_tell_files_of_one_name_apart(tmp_path: Path) -> None:
    rows = ["cv/anna/001.wav", "cv\\ben\\001.wav", "cv/eve/002.wav"]
    files, found = joined(tmp_path, rows, ["ben/001.wav", "anna/001.wav", "002.wav"])
    assert files == {rows[0]: "anna/001.wav", rows[1]: "ben/001.wav", rows[2]: "002.wav"}
    assert found.complete


def test_what_is_in_doubt_is_nobody_s(tmp_path: Path) -> None:
    rows = ["x.wav", "one/y.wav", "two/y.wav", "a/b/z.wav", "q.wav"]
    files, found = joined(tmp_path, rows, ["m/x.wav", "n/x.wav", "y.wav", "c/z.wav", "d/z.wav"])
    assert files == {}
    assert [(one.line, one.reason) for one in found.doubtful] == [
        (2, "several files: m/x.wav, n/x.wav"),
        (3, "lines 3, 4 name the same file"),
        (4, "lines 3, 4 name the same file"),
        (5, "several files: c/z.wav, d/z.wav"),
    ]
    assert [(one.line, one.reason) for one in found.missing] == [(6, "there is no such file")]


def test_recordings_that_no_row_names_are_left_and_other_files_don_t_matter(tmp_path: Path) -> None:
    _, found = joined(tmp_path, ["a.mp3"], ["a.mp3", "b.m4b", "notes.txt"])
    assert found.extra == (tmp_path / "b.m4b",)
