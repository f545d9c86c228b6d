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
def csv(tmp_path: Path) -> Path:
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


@pytest.fixture
def both(tmp_path: Path) -> Path:
    path = tmp_path / "both.csv"
    path.write_text(
        "filename,text,accent,generated_text,heard_text\n"
        + "1.mp3,the cat sat,us,The cat sat.,THE CATS AT\n"
        + "2.mp3,on the mat,england,On the mat.,ON THE MAT\n"
        + "3.mp3,good night,us,,\n"
    )
    return path


def test_what_is_shown_and_what_was_heard_are_rated_in_one_run(both):
    code, rows = run(both, "--by", "accent")
    assert code == 0
    rates = {(row["text"], row["group"], row["value"]): row["wer"] for row in rows}
    assert rates["shown", "all", ""] == 25.0
    assert rates["heard", "all", ""] == 50.0
    assert rates["shown", "accent", "england"] == rates["heard", "accent", "england"] == 0
    assert rates["heard", "accent", "us"] == 80.0


def test_only_what_was_heard_is_compared_with_another_run(both, tmp_path):
    published = tmp_path / "published.csv"
    published.write_text("filename,text,generated_text\n1.mp3,the cat sat,THE CATS AT\n")
    code, rows = run(both, "--heard", "--against", published)
    assert code == 0
    assert {row["text"] for row in rows if "text" in row} == {"heard"}
    assert rows[-1]["differ"] == 0
    assert run(both, "--against", published)[1][-1]["differ"] == 1


def test_rows_whose_listener_is_not_known_count_for_what_is_shown_alone(both):
    both.write_text(both.read_text().replace("ON THE MAT\n", "\n"))
    _, rows = run(both)
    assert [(row["text"], row["clips"]) for row in rows] == [("shown", 3), ("heard", 2)]


def test_a_file_of_one_text_has_one_row(csv, both):
    assert [row["text"] for row in run(csv)[1]] == ["shown"]
    assert run(csv, "--heard")[0] == 2
    lines = both.with_name("out.jsonl")
    lines.write_text('{"file": "1.mp3", "text": "The cat sat.", "heard": "THE CATS AT"}\n')
    rows = run(lines, "--reference", both)[1]
    assert {row["text"]: row["wer"] for row in rows} == {"shown": 0, "heard": pytest.approx(66.67)}


def test_marks_and_capitals_are_counted_at_the_words_that_both_have(tmp_path):
    path = tmp_path / "out.csv"
    path.write_text(
        "filename,text,generated_text\n"
        '1.mp3,"Well, it\'s Anna. Come in — please!","well it\'s Anna, come in please!"\n'
        "2.mp3,Half past two?,Half passed Two.\n"
    )
    code, rows = run(path, "--written")
    assert code == 0
    marks = {row["value"]: row for row in rows if row["group"] == "written"}
    told = {kind: (row["expected"], row["placed"], row["right"]) for kind, row in marks.items()}
    # Sentence: "Anna." is missed; a dash that stands alone is a comma of the word before it.
    assert told["sentence"] == (3, 2, 2)
    assert told["comma"] == (2, 1, 0)
    assert told["capital"] == (4, 3, 2)
    assert marks["capital"]["precision"] == pytest.approx(66.67)
    assert marks["sentence"]["recall"] == pytest.approx(66.67)
    (sentences,) = [row for row in rows if row["group"] == "sentences"]
    assert (sentences["begin_with_a_capital"], sentences["end_with_a_mark"]) == (50, 100)


def test_references_in_plain_words_say_nothing_of_marks(both):
    _, rows = run(both, "--written")
    assert not [row for row in rows if row["group"] == "written"]
    shown, heard = (row for row in rows if row["group"] == "sentences")
    assert (shown["texts"], shown["end_with_a_mark"], heard["end_with_a_mark"]) == (2, 100, 0)


def test_people_get_tables(both):
    result = CliRunner().invoke(app, ["evaluate", str(both), "--written"])
    assert result.exit_code == 0
    assert "25.00" in result.stdout and "50.00" in result.stdout
    assert "shown: of 2 texts, 100.0 % begin with a capital" in result.stdout


@needs_common_voice
def test_the_published_run_has_its_published_rates():
    code, rows = run(COMMON_VOICE / "wav2vec2-large-960h.csv", "--by", "accent")
    assert code == 0
    assert (rows[0]["clips"], rows[0]["wer"], rows[0]["cer"]) == (3074, 10.61, 4.44)
