"""Dropping a folder in the bucket."""

from pathlib import Path

import boto3
import pytest
from moto import mock_aws

from scripts.outputs import Outputs
from scripts.upload import collect, put


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("b.mp3", "sub/a.WAV", ".hidden/c.mp3", "notes.txt"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(name.encode())
    return tmp_path


def target() -> Outputs:
    return Outputs(
        region="us-east-1", audio_bucket="audio", table="", api_url="", site_url="",
        opensearch_url="", index="", api_key="", queue_url="", dlq_url="", transcripts_bucket="",
        index_failure_queue_url="",
    )  # fmt: skip


def test_a_folder_means_the_audio_files_in_it_by_their_paths(folder: Path) -> None:
    uploads = collect([folder], "pre/", {"b.mp3": {"accent": "us"}})
    assert [one.key for one in uploads] == ["pre/b.mp3", "pre/sub/a.WAV"]
    assert uploads[0].facets == {"accent": "us"}


def test_a_file_named_is_taken_whatever_it_is_called(folder: Path) -> None:
    assert [one.key for one in collect([folder / "notes.txt"])] == ["notes.txt"]


def test_an_upload_goes_on_where_it_stopped(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        bucket = boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="audio")
        uploads = collect([folder], facets={"b.mp3": {"accent": "us"}})
        put(uploads[:1], target())
        moments, failures = put(uploads, target())
        assert (list(moments), failures) == ([uploads[1].key], [])
        assert bucket.Object("b.mp3").metadata == {"accent": "us"}
        (folder / "b.mp3").write_bytes(b"changed")
        moments, _ = put(uploads, target())
        assert list(moments) == ["b.mp3"]


def test_what_can_t_be_put_is_named_and_the_rest_goes_on(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="audio")
        uploads = collect([folder])
        (folder / "b.mp3").unlink()
        moments, failures = put(uploads, target())
    assert list(moments) == ["sub/a.WAV"]
    assert [key for key, _ in failures] == ["b.mp3"]


def test_for_the_bulk_lane_files_go_below_its_prefix(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from typer.testing import CliRunner

    from scripts import upload
    from scripts.__main__ import app

    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    monkeypatch.setattr(upload.outputs, "find", lambda stack: target())
    with mock_aws():
        bucket = boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket="audio")
        asked = ["upload", str(folder), "--bulk", "--prefix", "2026/"]
        done = CliRunner().invoke(app, asked)
        keys = [one.key for one in bucket.objects.all()]
    assert done.exit_code == 0, done.output
    assert keys == ["bulk/2026/b.mp3", "bulk/2026/sub/a.WAV"]
