"""The CSV that says who speaks."""

from pathlib import Path

import pytest

from earshot.cli.tables.manifest import ManifestError, facets_by_name, texts_by_name


def write(folder: Path, text: str) -> Path:
    file = folder / "who.csv"
    file.write_text(text)
    return file


def test_rows_are_found_by_file_name_whatever_the_folder(tmp_path: Path) -> None:
    file = write(tmp_path, "filename,age,gender,accent\ncv/dev/a.mp3,teens,, us \n")
    assert facets_by_name(file) == {"a.mp3": {"age": "teens", "accent": "us"}}


@pytest.mark.parametrize("between", [",", "\t", ";"])
def test_columns_may_stand_between_commas_tabs_or_semicolons(tmp_path: Path, between: str) -> None:
    lines = [["filename", "text", "accent"], ["cv/a.mp3", "hello", "us"]]
    file = write(tmp_path, "".join(between.join(line) + "\n" for line in lines))
    assert facets_by_name(file) == {"a.mp3": {"accent": "us"}}
    assert texts_by_name(file) == {"a.mp3": "hello"}


def test_a_csv_without_file_names_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ManifestError, match="no column `filename`"):
        facets_by_name(write(tmp_path, "name,age\na.mp3,teens\n"))


def test_rows_that_contradict_each_other_are_named(tmp_path: Path) -> None:
    file = write(tmp_path, "filename,age\na/x.mp3,teens\nb/x.mp3,sixties\n")
    with pytest.raises(ManifestError, match="line 3"):
        facets_by_name(file)


def test_what_is_no_csv_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "who.csv"
    file.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(ManifestError):
        facets_by_name(file)
