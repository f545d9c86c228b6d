"""The import command on tables as people have them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from earshot.cli import outputs
from scripts import ROOT
from scripts.__main__ import app
from tests.unit.cli.conftest import target

NAME = "morning-bread.mp3"
HEAD = "client_id\tpath\tsentence_id\tsentence\tsentence_domain\tage\tgender\taccents\n"

Run = Callable[..., Result]


@pytest.fixture
def run(records: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Imports a table, with a folder that holds one recording."""
    monkeypatch.setattr(outputs, "find", lambda stack: target())
    (tmp_path / "clips").mkdir()
    (tmp_path / "clips" / NAME).write_bytes((ROOT / "samples" / NAME).read_bytes())

    def run(table: str, *more: object) -> Result:
        (tmp_path / "validated.tsv").write_text(table)
        arguments = ["import", tmp_path / "validated.tsv", *more]
        return CliRunner().invoke(app, [str(one) for one in arguments])

    return run


@pytest.fixture
def clips(tmp_path: Path) -> Path:
    return tmp_path / "clips"


def items(records: Any) -> dict[str, dict[str, Any]]:
    return {one["key"]: one for one in records.scan()["Items"]}


def test_a_release_of_common_voice_is_imported_as_it_is(
    run: Run, clips: Path, records: Any
) -> None:
    done = run(
        HEAD + f'a\t{NAME}\tx\t"Bread\t\tteens\t\tus\n', "--audio", clips, "--listener", "none"
    )
    assert done.exit_code == 0, done.output
    (item,) = items(records).values()
    assert (item["key"], item["text"], item["facets"]) == (
        NAME, '"Bread', {"age": "teens", "accent": "us"},
    )  # fmt: skip
    assert 16 < float(item["duration"]) < 19, "that of the sound"
    bucket = boto3.resource("s3", region_name="us-east-1").Bucket("audio")
    assert [one.key for one in bucket.objects.all()] == [NAME]


def test_without_the_sound_a_table_needs_the_durations(run: Run) -> None:
    refused = run(HEAD + f"a\t{NAME}\tx\tBread\t\tteens\t\tus\n")
    assert refused.exit_code == 2
    assert "has no column `generated_text, duration`" in refused.stderr


def test_rows_without_a_file_and_files_without_a_row_are_named(
    run: Run, clips: Path, records: Any
) -> None:
    table = "filename,generated_text,duration\ngone.mp3,WORDS,1\n"
    done = run(table, "--audio", clips, "--listener", "none")
    assert done.exit_code == 1
    assert "line 2: gone.mp3: there is no such file" in done.stderr
    assert f"{NAME}: no row names it" in done.stderr
    assert items(records)["gone.mp3"]["text"] == "WORDS", "the transcript is there all the same"


def test_strictly_a_recording_that_no_row_names_ends_with_exit_code_1(
    run: Run, clips: Path
) -> None:
    (clips / "other.mp3").write_bytes(b"x")
    table = f"filename,generated_text,duration\n{NAME},WORDS,1\n"
    assert run(table, "--audio", clips, "--listener", "none").exit_code == 0
    assert run(table, "--audio", clips, "--listener", "none", "--strict").exit_code == 1


def test_two_clips_never_become_one_transcript(run: Run, records: Any) -> None:
    head = "filename\tgenerated_text\tduration\n"
    assert run(head + 'a.mp3\t"Then why\t1\nb.mp3\tthey said"\t2\n').exit_code == 0
    assert {key: one["text"] for key, one in items(records).items()} == {
        "a.mp3": '"Then why', "b.mp3": 'they said"',
    }  # fmt: skip


def test_the_sound_takes_along_what_its_row_says_of_it(run: Run, clips: Path, records: Any) -> None:
    table = f"filename,generated_text,duration,title\n{NAME},WORDS,1,Bread\n"
    assert run(table, "--audio", clips, "--listener", "none").exit_code == 0
    assert items(records)[NAME]["details_given"] == {"title": "Bread"}
    bucket = boto3.resource("s3", region_name="us-east-1").Bucket("audio")
    assert bucket.Object(NAME).metadata == {"title": "Bread", "transcript": "imported"}
