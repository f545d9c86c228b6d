"""Dropping a folder in the bucket."""

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner, Result

from earshot.cli import outputs, upload
from earshot.cli.uploading import collect, described, put
from earshot.cli.waiting import BULK_PATIENCE
from scripts.__main__ import app
from tests.unit.cli.conftest import end, target


def keys_of(*paths: Path) -> list[str]:
    return [one.key for one in collect(paths).uploads]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.mp3", "sub/a.WAV", ".hidden/c.mp3", "notes.txt"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(name.encode())
    return tmp_path


def test_a_folder_means_the_audio_files_in_it_by_their_paths(folder: Path) -> None:
    (folder / "who.csv").write_text("filename,accent\nb.mp3,us\n")
    uploads, _ = described(collect([folder], "pre/").uploads, folder / "who.csv")
    assert [one.key for one in uploads] == ["pre/b.mp3", "pre/sub/a.WAV"]
    assert uploads[0].facets == {"accent": "us"}


def test_a_file_named_is_taken_whatever_it_is_called(folder: Path) -> None:
    assert [one.key for one in collect([folder / "notes.txt"]).uploads] == ["notes.txt"]


def test_an_upload_goes_on_where_it_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        bucket = boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="audio")
        first, second = collect([folder]).uploads
        uploads = [replace(first, facets={"accent": "us"}), second]
        put(uploads[:1], target())
        moments, failures, _ = put(uploads, target())
        assert (list(moments), failures) == ([uploads[1].key], [])
        assert bucket.Object("b.mp3").metadata == {"accent": "us"}
        (folder / "b.mp3").write_bytes(b"changed")
        moments = put(uploads, target()).moments
        assert list(moments) == ["b.mp3"]


def test_what_can_t_be_put_is_named_and_the_rest_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="audio")
        uploads, _ = collect([folder])
        (folder / "b.mp3").unlink()
        moments, failures, _ = put(uploads, target())
    assert list(moments) == ["sub/a.WAV"]
    assert [key for key, _ in failures] == ["b.mp3"]


def test_for_the_bulk_lane_files_go_below_its_prefix(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(outputs, "find", lambda stack: target())
    with mock_aws():
        bucket = boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="audio")
        asked = ["upload", str(folder), "--bulk", "--prefix", "2026/"]
        done = CliRunner().invoke(app, asked)
        keys = [one.key for one in bucket.objects.all()]
    assert done.exit_code == 0, done.output
    assert keys == ["bulk/2026/b.mp3", "bulk/2026/sub/a.WAV"]


@pytest.fixture
def deployed(records: Any, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The table of the deployment that the command finds."""
    monkeypatch.setattr(outputs, "find", lambda stack: target())
    return records


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["upload", *map(str, arguments)])


def test_waiting_for_a_replaced_file_is_waiting_for_its_new_version(
    deployed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "PATIENCE", 0.2)
    (tmp_path / "a.mp3").write_bytes(b"new")
    end(deployed, "a.mp3", b"old")
    late = run(tmp_path, "--wait")
    assert late.exit_code == 1
    assert "old is no audio" not in late.stderr
    end(deployed, "a.mp3", b"new")
    done = run(tmp_path, "--wait")
    assert done.stdout == "0 uploaded, 1 were there already.\n"
    assert "new is no audio" in done.stderr


def test_recordings_that_do_not_end_are_a_sentence_and_exit_code_1(
    deployed: Any, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upload, "PATIENCE", 0.1)
    late = run(folder, "--wait")
    assert late.exit_code == 1
    assert "error: 2 recordings did not end" in late.stderr
    assert isinstance(late.exception, SystemExit), "no traceback"


def test_the_bulk_lane_gets_the_time_that_it_takes_to_start(
    deployed: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert BULK_PATIENCE >= 3600
    monkeypatch.setattr(upload, "PATIENCE", 0.1)
    (tmp_path / "a.mp3").write_bytes(b"sound")
    started = threading.Timer(0.5, end, (deployed, "bulk/a.mp3", b"sound"))
    started.start()
    done = run(tmp_path, "--bulk", "--wait")
    started.join()
    assert "bulk/a.mp3: sound is no audio." in done.stderr


def test_two_files_that_would_become_one_recording_are_refused(
    deployed: Any, tmp_path: Path
) -> None:
    months = [tmp_path / "jan", tmp_path / "feb"]
    for month in months:
        month.mkdir()
        (month / "interview.mp3").write_bytes(month.name.encode())
    refused = run(*months)
    assert refused.exit_code == 2
    for month in months:
        assert str(month / "interview.mp3") in refused.stderr
    bucket = boto3.resource("s3", region_name="us-east-1").Bucket("audio")
    assert not list(bucket.objects.all())


def test_a_file_that_is_named_twice_is_one_recording(folder: Path) -> None:
    assert keys_of(folder / "b.mp3", folder) == ["b.mp3", "sub/a.WAV"]
