"""A folder and a CSV go through the real stack, and every row gets its own words."""

import csv
import random
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from scripts.__main__ import app
from tests.pipeline.conftest import ROOT, Bucket

CLIPS = sorted((ROOT / "samples").glob("*.mp3"), key=lambda path: path.stat().st_size)[:6]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder of clips, and a CSV that names them in another order, with two that fail."""
    (tmp_path / "clips").mkdir()
    for clip in CLIPS:
        shutil.copy(clip, tmp_path / "clips" / clip.name)
    (tmp_path / "clips" / "shopping.mp3").write_text("bread, milk and candles\n" * 40)
    names = [*(clip.name for clip in CLIPS), "shopping.mp3", "gone.mp3"]
    random.Random(7).shuffle(names)
    rows = [["filename", "accent"], *([f"dev/{name}", "scotland"] for name in names)]
    with (tmp_path / "IN.csv").open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    return tmp_path


def decode(place: Path, out: str, *more: str) -> Result:
    arguments = [
        *("decode", place / "clips", "--csv", place / "IN.csv", "--out", place / out),
        *("--logs", place / "logs", *more),
    ]
    return CliRunner().invoke(app, [str(one) for one in arguments])


def rows(place: Path, out: str) -> dict[str, tuple[str, str]]:
    with (place / out).open(newline="") as file:
        return {
            Path(row["filename"]).name: (row["generated_text"], row["duration"])
            for row in csv.DictReader(file)
        }


def test_bucket_api_and_this_machine_fill_the_same_rows(bucket: Bucket, place: Path) -> None:
    ways = {
        "bucket.csv": ["--prefix", bucket.prefix],
        "api.csv": ["--api", bucket.stack.api_url, "--key", bucket.stack.api_key],
        "local.csv": ["--local"],
    }
    for out, more in ways.items():
        result = decode(place, out, *more)
        assert result.exit_code == 1, result.stderr
        assert "8 rows: 6 decoded, 1 missing, 1 failed" in result.stdout
        assert "(not_audio)" in result.stderr
    found = rows(place, "bucket.csv")
    assert found == rows(place, "api.csv") == rows(place, "local.csv")
    assert found["gone.mp3"] == found["shopping.mp3"] == ("", "")
    for clip in CLIPS:
        recording = bucket.end(bucket.key(clip.name))
        assert found[clip.name] == (recording["text"], str(recording["duration"]))
        assert recording["accent"] == "scotland"


def test_a_file_that_was_overwritten_gets_the_words_of_its_new_version(
    bucket: Bucket, place: Path
) -> None:
    one, other = CLIPS[:2]
    decode(place, "OUT.csv", "--prefix", bucket.prefix)
    before = rows(place, "OUT.csv")
    shutil.copy(other, place / "clips" / one.name)
    result = decode(place, "OUT.csv", "--prefix", bucket.prefix)
    assert "6 were finished before" in result.stdout
    assert rows(place, "OUT.csv") == before | {one.name: before[other.name]}
