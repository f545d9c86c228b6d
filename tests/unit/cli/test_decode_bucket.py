"""Decoding through the bucket: what is put, what is waited for, what counts as the transcript."""

import json
import threading
from dataclasses import asdict, replace
from decimal import Decimal
from hashlib import md5
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from earshot.cli import waiting
from earshot.cli.decoding.bucket import Bucket
from earshot.cli.decoding.clip import Clip
from earshot.cli.decoding.outcome import Fault, Heard, Outcome
from earshot.cli.decoding.source import Stopped
from earshot.cli.uploading import collect, put
from earshot.recordings.changes import Change, ObjectEvent
from earshot.recordings.ids import recording_id
from earshot.recordings.store import Recordings
from earshot.speech.transcript import Provenance, Segment, Transcript, Word
from scripts.__main__ import app
from tests.unit.cli.conftest import target

TARGET = replace(target(), transcripts_bucket="transcripts")


@pytest.fixture
def cloud(records: Any) -> Any:
    """The table; the buckets stand beside it, and nobody transcribes."""
    boto3.resource("s3", region_name="us-east-1").create_bucket(Bucket=TARGET.transcripts_bucket)
    return records


def file(folder: Path, name: str, content: str) -> Clip:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(content)
    return Clip(0, name, folder / name, md5(content.encode(), usedforsecurity=False).hexdigest())


def item(table: Any, key: str, etag: str, **more: Any) -> None:
    always = {"recording_id": recording_id(key), "key": key, "revision": 1, "etag": etag}
    table.put_item(Item=always | {"status": "done"} | more)


def decode(folder: Path, *clips: Clip, **options: Any) -> dict[str, Outcome]:
    found: dict[str, Outcome] = {}
    Bucket(TARGET, folder, **options).decode(
        clips, lambda clip, outcome: found.update({clip.name: outcome})
    )
    return found


def test_only_the_transcript_of_this_version_counts(cloud: Any, tmp_path: Path) -> None:
    new, old = file(tmp_path, "new.mp3", "new"), file(tmp_path, "old.mp3", "changed since")
    item(cloud, "pre/new.mp3", new.digest, text="NEW", duration=Decimal("1.5"))
    item(cloud, "pre/old.mp3", "0" * 32, text="OLD", duration=Decimal("2.5"))
    found = decode(tmp_path, new, old, prefix="pre/", patience=0.3)
    assert found == {
        "new.mp3": Heard("NEW", 1.5),
        "old.mp3": Fault("timeout", "No transcript came for 0 s.", lasting=False),
    }


def test_the_bulk_lane_gets_the_time_that_it_takes_to_start(
    cloud: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", 0.1)
    clip = file(tmp_path / "clips", "a.mp3", "a")
    (tmp_path / "in.csv").write_text("filename\na.mp3\n")
    (tmp_path / "outputs.json").write_text(json.dumps(asdict(TARGET)))
    heard = {"text": "A", "duration": Decimal(1)}
    started = threading.Timer(0.5, item, (cloud, "bulk/a.mp3", clip.digest), heard)
    started.start()
    arguments = [
        *("decode", tmp_path / "clips", "--csv", tmp_path / "in.csv"),
        *("--out", tmp_path / "out.csv"),
        *("--bulk", "--outputs", tmp_path / "outputs.json", "--logs", tmp_path / "logs"),
    ]
    done = CliRunner().invoke(app, [str(one) for one in arguments])
    started.join()
    assert done.exit_code == 0, done.output
    assert "a.mp3,A,1.0" in (tmp_path / "out.csv").read_text()


def test_a_failed_recording_is_a_fault_with_its_code(cloud: Any, tmp_path: Path) -> None:
    bad, unlucky = file(tmp_path, "bad.mp3", "noise"), file(tmp_path, "unlucky.mp3", "fine")
    failed = {"status": "failed", "error_message": "It failed."}
    item(cloud, "bad.mp3", bad.digest, error_code="corrupt", **failed)
    item(cloud, "unlucky.mp3", unlucky.digest, error_code="internal", **failed)
    assert decode(tmp_path, bad, unlucky) == {
        "bad.mp3": Fault("corrupt", "It failed.", lasting=True),
        "unlucky.mp3": Fault("internal", "It failed.", lasting=False),
    }


@pytest.mark.slow("twenty thousand words")
def test_a_very_long_transcript_comes_whole(cloud: Any, tmp_path: Path) -> None:
    clip = file(tmp_path, "long.mp3", "long")
    words = tuple(Word("WORDS", n / 10, n / 10 + 0.05, 1.0) for n in range(20_000))
    transcript = Transcript((Segment(words),), 2000.0, Provenance("m", "f", "e", "d", "v"))
    s3 = boto3.resource("s3", region_name="us-east-1")
    store = Recordings(cloud, s3.Bucket(TARGET.transcripts_bucket))
    event = ObjectEvent(Change.CREATED, "audio", "long.mp3", "01", "", etag=clip.digest, size=4)
    store.claim(event, "f", {}, 4)
    store.finish(event, transcript, 1)
    assert decode(tmp_path, clip) == {"long.mp3": Heard(transcript.text, 2000.0, transcript.text)}


def test_both_texts_come_as_they_are_stored(cloud: Any, tmp_path: Path) -> None:
    clip = file(tmp_path, "a.mp3", "a")
    shown, heard = (Segment((Word(text, 0.0, 0.5, 1.0),)) for text in ("Tired.", "TYRED"))
    made = Provenance("m", "f", "e", "d", "v", writer="w", writer_fingerprint="g")
    store = Recordings(
        cloud, boto3.resource("s3", region_name="us-east-1").Bucket(TARGET.transcripts_bucket)
    )
    event = ObjectEvent(Change.CREATED, "audio", "a.mp3", "01", "", etag=clip.digest, size=4)
    store.claim(event, "f+g", {}, 4)
    store.finish(event, Transcript((shown,), 1.0, made, heard=(heard,)), 1)
    assert decode(tmp_path, clip) == {"a.mp3": Heard("Tired.", 1.0, "TYRED")}


def test_what_upload_put_before_is_not_put_again(cloud: Any, tmp_path: Path) -> None:
    clip = file(tmp_path, "sub/a.mp3", "a")
    facets = {"accent": "us"}
    put([replace(one, facets=facets) for one in collect([tmp_path]).uploads], TARGET)
    stored = boto3.resource("s3", region_name="us-east-1").Object("audio", "sub/a.mp3")
    before = stored.last_modified, stored.version_id
    item(cloud, "sub/a.mp3", clip.digest, text="A", duration=Decimal(1))
    assert decode(tmp_path, clip, facets={0: facets}) == {"sub/a.mp3": Heard("A", 1.0)}
    stored.reload()
    assert (stored.last_modified, stored.version_id) == before
    assert stored.metadata == facets


def test_what_can_t_be_put_is_told_and_not_waited_for(cloud: Any, tmp_path: Path) -> None:
    clip = file(tmp_path, "a.mp3", "a")
    clip.path.unlink()
    outcome = decode(tmp_path, clip)["a.mp3"]
    assert isinstance(outcome, Fault)
    assert (outcome.code, outcome.lasting) == ("not_uploaded", False)


def test_a_deployment_that_is_gone_stops_the_run(cloud: Any, tmp_path: Path) -> None:
    clips = [file(tmp_path, f"{n}.mp3", "x") for n in range(3)]
    boto3.resource("s3", region_name="us-east-1").Bucket("audio").delete()
    with pytest.raises(Stopped, match="does not answer as it should"):
        decode(tmp_path, *clips)
