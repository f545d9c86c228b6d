"""Error rates: the stated normalisation, whole-corpus rates, comparisons clip by clip."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from earshot.cli.evaluation.rates import count, difference, interval, normalise
from earshot.cli.evaluation.results import Result
from scripts.__main__ import app
from tests.shared_data import COMMON_VOICE, needs_common_voice

HEAD = "filename,text,age,gender,accent,generated_text\n"


def clip(said: str, heard: str) -> Result:
    return Result("a.mp3", said, heard, {})


def run(*arguments: object) -> tuple[int, list[dict[str, object]]]:
    result = CliRunner().invoke(app, ["evaluate", *map(str, arguments), "--json"])
    lines = result.stdout.splitlines() if result.exit_code == 0 else []
    return result.exit_code, [json.loads(line) for line in lines]


@pytest.fixture
def csv(tmp_path) -> Path:
    path = tmp_path / "out.csv"
    path.write_text(
        HEAD
        + "x/1.mp3,the cat sat,twenties,male,us,THE CAT SAT\n"
        + "x/2.mp3,on the mat,twenties,female,england,ON A MAT\n"
        + "x/3.mp3,good night,,,,\n"
    )
    return path


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It's  FINE, really!", "it's fine really"),
        ("well-known", "well known"),
        ("ＦＵＬＬ ｗｉｄｔｈ", "full width"),
        ("it’s", "it's"),
        ("naïve café", "naïve café"),
        ("", ""),
    ],
)
def test_texts_are_compared_as_stated(text, expected):
    assert normalise(text) == expected


def test_a_rate_is_of_all_errors_by_all_words():
    counts = count([clip("a b c d e f g h", "a b c d e f g h"), clip("a b", "x y")])
    assert counts.wer == pytest.approx(20.0)


def test_words_heard_where_nothing_was_said_are_errors():
    counts = count([clip("", "hello there"), clip("a b", "a b")])
    assert counts.wer == pytest.approx(100.0)


def test_the_interval_holds_the_rate_and_is_the_same_each_time():
    counts = count([clip("a b c", "a b c"), clip("a b c", "a x c"), clip("a", "")] * 20)
    low, high = interval(counts)
    assert low < counts.wer < high
    assert interval(counts) == (low, high)


def test_the_difference_of_a_file_to_itself_is_nothing():
    counts = count([clip("a b c", "a x c"), clip("a", "b")])
    assert difference(counts, counts) == (0, 0, 0)


def test_rates_are_split_by_who_speaks(csv):
    code, rows = run(csv, "--by", "accent,gender")
    assert code == 0
    assert rows[0]["wer"] == pytest.approx(100 * 3 / 8, abs=0.01)
    groups = {(row["group"], row["value"]): row for row in rows}
    assert groups["accent", "us"]["wer"] == 0
    assert groups["gender", "unknown"]["wer"] == 100


def test_two_files_are_compared_clip_by_clip(csv, tmp_path):
    other = tmp_path / "other.csv"
    other.write_text(csv.read_text().replace("ON A MAT", "ON THE MAT"))
    code, rows = run(csv, "--against", other)
    assert code == 0
    (differing,) = [row for row in rows if "file" in row]
    assert differing == {
        "file": "2.mp3", "said": "on the mat", "ours": "ON A MAT", "theirs": "ON THE MAT",
    }  # fmt: skip
    assert rows[-1]["differ"] == 1
    assert rows[-1]["wer_difference"] == pytest.approx(12.5)


def test_what_transcribe_wrote_is_read_with_a_reference(csv, tmp_path):
    lines = tmp_path / "out.jsonl"
    lines.write_text(
        '{"file": "elsewhere/1.mp3", "status": "done", "text": "THE CAT SAT"}\n'
        '{"file": "elsewhere/2.mp3", "status": "failed"}\n'
    )
    code, rows = run(lines, "--reference", csv)
    assert code == 0
    assert (rows[0]["clips"], rows[0]["wer"]) == (2, 50.0)


@pytest.mark.parametrize(
    "content",
    ["", "filename,text\na.mp3,hello\n", HEAD + "1.mp3,a,,,,A\n" + "x/1.mp3,b,,,,B\n"],
)
def test_a_file_that_is_no_result_is_wrong_usage(tmp_path, content):
    path = tmp_path / "out.csv"
    path.write_text(content)
    assert run(path)[0] == 2


@needs_common_voice
def test_the_published_run_has_its_published_rates():
    code, rows = run(COMMON_VOICE / "wav2vec2-large-960h.csv", "--by", "accent")
    assert code == 0
    assert (rows[0]["clips"], rows[0]["wer"], rows[0]["cer"]) == (3074, 10.61, 4.44)
