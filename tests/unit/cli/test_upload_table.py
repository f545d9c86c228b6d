"""Who speaks in what is uploaded: by a table, however it was made."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from earshot.cli import outputs
from earshot.ingest.ingest import facets_from
from earshot.recordings.details import from_metadata
from scripts.__main__ import app
from tests.shared_data import SHARED
from tests.unit.cli.conftest import target

WILD = SHARED / "found_in_the_wild"
needs_wild = pytest.mark.skipif(not WILD.is_dir(), reason="the tables are not on this machine")

Run = Callable[..., Result]


@pytest.fixture
def run(records: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Uploads files of these names with a table."""
    monkeypatch.setattr(outputs, "find", lambda stack: target())

    def run(names: list[str], table: Path | str, *more: str) -> Result:
        for name in names:
            (tmp_path / "clips" / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / "clips" / name).write_bytes(name.encode())
        if isinstance(table, str):
            (tmp_path / "who.csv").write_text(table)
            table = tmp_path / "who.csv"
        arguments = ["upload", tmp_path / "clips", "--csv", table, *more]
        return CliRunner().invoke(app, [str(one) for one in arguments])

    return run


def stored() -> dict[str, dict[str, str]]:
    bucket = boto3.resource("s3", region_name="us-east-1").Bucket("audio")
    return {one.key: facets_from(one.Object().metadata) for one in bucket.objects.all()}


def clips(*numbers: int) -> list[str]:
    return [f"sample-{number:06}.mp3" for number in numbers]


FOUND: dict[str, tuple[list[str], list[dict[str, str]]]] = {
    "c4_quotes.tsv": (
        clips(1, 3, 5, 6),
        [
            {"age": "thirties", "gender": "male", "accent": "us"},
            {"age": "twenties", "gender": "female", "accent": "scotland"},
            {"age": "fifties", "gender": "male", "accent": "indian"},
            {"age": "sixties", "gender": "male", "accent": "wales"},
        ],
    ),
    "c3_validated.tsv": (
        clips(1, 3),
        [
            {"age": "thirties", "gender": "male_masculine", "accent": "United States English"},
            {
                "age": "twenties",
                "gender": "female_feminine",
                "accent": "England English,Scottish English",
            },
        ],
    ),
    "c6_win.csv": (
        clips(1, 3),
        [
            {"age": "thirties", "gender": "male", "accent": "us"},
            {"age": "twenties", "gender": "female", "accent": "scotland"},
        ],
    ),
    "c9_nfc.csv": (
        ["cafe\u0301.mp3"],
        [{"age": "thirties", "gender": "male", "accent": "us"}],
    ),
    "c10_nonascii.csv": (
        clips(1),
        [{"age": "thirties", "gender": "male", "accent": "Québec French"}],
    ),
}


@needs_wild
@pytest.mark.parametrize("name", FOUND)
def test_tables_that_were_met_describe_each_clip(run: Run, name: str) -> None:
    names, facets = FOUND[name]
    done = run(names, WILD / name, "--strict")
    assert done.exit_code == 0, done.output
    assert stored() == dict(zip(names, facets, strict=True))


def test_what_is_left_on_either_side_is_named_and_counted(run: Run) -> None:
    done = run(["a.mp3", "b.mp3"], "filename,accent\na.mp3,us\ngone.mp3,wales\n")
    assert done.exit_code == 0
    assert "missing: line 3: gone.mp3: there is no such file" in done.stderr
    assert "b.mp3: no row names it" in done.stderr
    assert "who.csv describes 1 of them; 1 missing, 1 extra." in done.stdout
    assert stored() == {"a.mp3": {"accent": "us"}, "b.mp3": {}}


def test_strictly_nothing_is_uploaded_unless_all_match(run: Run) -> None:
    done = run(["a.mp3", "b.mp3"], "filename,accent\na.mp3,us\n", "--strict")
    assert done.exit_code == 1
    assert "b.mp3: no row names it" in done.stderr
    assert "Nothing was uploaded" in done.stderr
    assert stored() == {}


def test_a_row_that_can_t_be_trusted_describes_nothing_and_the_exit_code_says_so(run: Run) -> None:
    done = run(["a.mp3", "b.mp3"], "filename,accent,age\na.mp3,us,teens,x\nb.mp3,wales,\n")
    assert done.exit_code == 1
    assert "refused: line 2: a.mp3: it has more fields than there are columns" in done.stderr
    assert stored() == {"a.mp3": {}, "b.mp3": {"accent": "wales"}}


def test_what_is_no_recording_is_named_and_counted(run: Run) -> None:
    done = run(["a.mp3", "notes.txt", "._a.mp3"], "filename,accent\na.mp3,us\n")
    assert done.exit_code == 0
    assert "notes.txt: it is text" in done.stderr
    assert "._a.mp3: it is hidden" in done.stderr
    assert "1 uploaded, 0 were there already. 2 left out." in done.stdout


def test_an_upload_with_other_letters_goes_on_where_it_stopped(run: Run) -> None:
    table = "filename,accent\na.mp3,Québec French\n"
    assert "1 uploaded" in run(["a.mp3"], table).stdout
    assert "0 uploaded, 1 were there already" in run(["a.mp3"], table).stdout


def test_a_name_that_no_key_can_hold_is_named_and_the_rest_goes_on(
    run: Run, tmp_path: Path
) -> None:
    odd = tmp_path / "clips" / "caf\udce9.mp3"
    try:
        odd.parent.mkdir()
        odd.write_bytes(b"x")
    except (OSError, UnicodeError):
        pytest.skip("this file system takes no such name")
    done = run(["a.mp3"], "filename,accent\na.mp3,us\n")
    assert done.exit_code == 1
    assert "caf\\udce9.mp3: " in done.stderr
    assert stored() == {"a.mp3": {"accent": "us"}}


@pytest.mark.parametrize("table", ["", "PK\x03\x04", "name;age\na.mp3;teens\n"])
def test_a_table_that_can_t_be_used_is_said_before_anything_is_uploaded(
    run: Run, table: str
) -> None:
    refused = run(["a.mp3"], table)
    assert refused.exit_code == 2
    assert "error: who.csv" in refused.stderr
    assert stored() == {}


def test_a_pipe_is_refused_by_a_sentence(run: Run, tmp_path: Path) -> None:
    os.mkfifo(pipe := tmp_path / "pipe")
    refused = CliRunner().invoke(app, ["upload", str(pipe)])
    assert refused.exit_code == 2
    assert f"{pipe} is no file: put the sound in one" in refused.stderr


def test_a_facet_that_is_cut_is_named(run: Run) -> None:
    done = run(["a.mp3"], f"filename,accents\na.mp3,{'English of the ' * 6}\n")
    assert done.exit_code == 0
    assert "cut: a.mp3: accent is shown up to its 64th character" in done.stderr


def test_a_table_says_what_recordings_are_called_and_what_they_belong_to(run: Run) -> None:
    table = (
        "filename;title;speaker;recorded_at;tags\n"
        "a.mp3;Über den Fluß;Ann;2024-05-01;river, bank\n"
        "b.mp3;;;some day;\n"
    )
    assert run(["a.mp3", "b.mp3"], table).exit_code == 0
    bucket = boto3.resource("s3", region_name="us-east-1").Bucket("audio")
    said = {one.key: from_metadata(one.Object().metadata) for one in bucket.objects.all()}
    assert said["a.mp3"] == {
        "title": "Über den Fluß",
        "speaker": "Ann",
        "recorded_at": "2024-05-01",
        "tags": ["river", "bank"],
    }
    assert said["b.mp3"] == {}
    assert "2 were there already" in run(["a.mp3", "b.mp3"], table).output
