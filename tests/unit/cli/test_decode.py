"""The decode command as a data person sees it: a folder, a CSV, an API, and what comes out."""

import csv
import json
import os
import random
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from earshot.cli.decoding.journal import Journal
from scripts.__main__ import app
from tests.unit.cli.asr_server import KEY, AsrServer, refused, serving


@dataclass
class Work:
    """A folder, a CSV and an OUT.csv."""

    place: Path
    server: AsrServer

    @property
    def folder(self) -> Path:
        return self.place / "clips"

    @property
    def out(self) -> Path:
        return self.place / "OUT.csv"

    def file(self, path: str, content: str) -> None:
        place = self.folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(content)

    def table(self, *rows: str, head: str = "filename,age") -> None:
        (self.place / "IN.csv").write_text("\n".join([head, *rows]) + "\n")

    def run(self, *more: object, key: str = KEY) -> Result:
        arguments = [
            *("decode", self.folder, "--csv", self.place / "IN.csv", "--out", self.out),
            *("--api", self.server.url, "--key", key, "--logs", self.place / "logs", *more),
        ]
        return CliRunner().invoke(app, [str(one) for one in arguments])

    def rows(self) -> dict[str, str]:
        with self.out.open(newline="") as file:
            return {row["filename"]: row["generated_text"] for row in csv.DictReader(file)}

    def log(self) -> str:
        return "".join(path.read_text() for path in sorted(self.place.glob("logs/*/*.log")))


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Work]:
    with serving() as server:
        (tmp_path / "clips").mkdir()
        yield Work(tmp_path, server)


def test_texts_go_to_rows_by_name_whatever_the_order(work: Work) -> None:
    names = [f"sample-{n:03}.mp3" for n in range(60)]
    for name in random.Random(1).sample(names, len(names)):
        work.file(f"{random.Random(name).choice('xyz')}/{name}", f"words of {name}")
    shuffled = random.Random(2).sample(names, len(names))
    work.table(*(f"cv-valid-dev/{name},twenties" for name in shuffled))
    assert work.run().exit_code == 0
    assert list(work.rows().items()) == [
        (f"cv-valid-dev/{name}", f"WORDS OF {name.upper()}") for name in shuffled
    ]
    assert set(work.server.asked.values()) == {1}


def test_other_columns_stay_and_ours_are_replaced(work: Work) -> None:
    work.file("a.mp3", "ten bytes!")
    work.table('a.mp3,old,"x, ""y""",9.9', head="filename,generated_text,said,duration")
    assert work.run().exit_code == 0
    assert work.out.read_text() == (
        'filename,generated_text,said,duration,heard_text\na.mp3,TEN BYTES!,"x, ""y""",1.25,\n'
    )


@pytest.mark.parametrize("between", ["\t", ";"])
def test_what_was_decoded_can_be_evaluated_whatever_stands_between_columns(
    work: Work, between: str
) -> None:
    work.file("a.mp3", "so, it is said")
    work.table(between.join(("a.mp3", "so, it was said")), head=between.join(("filename", "text")))
    assert work.run().exit_code == 0
    assert between.join(("a.mp3", "so, it was said", "SO, IT IS SAID")) in work.out.read_text()
    result = CliRunner().invoke(app, ["evaluate", str(work.out), "--json"])
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout)["wer"] == 25.0


def test_a_missing_file_stays_as_a_row_without_text_and_the_exit_code_says_so(work: Work) -> None:
    work.file("here.mp3", "here")
    work.table("gone.mp3,teens", "here.mp3,teens", ",teens")
    result = work.run()
    assert result.exit_code == 1
    assert work.rows() == {"gone.mp3": "", "here.mp3": "HERE", "": ""}
    assert "line 2: gone.mp3: there is no such file" in result.stderr
    assert "3 rows: 1 decoded, 2 missing" in result.stdout


def test_files_that_no_row_names_are_told_and_not_decoded(work: Work) -> None:
    for name in ("a.mp3", "b.mp3", "notes.txt", ".hidden.mp3"):
        work.file(name, name)
    work.table("a.mp3,")
    result = work.run()
    assert result.exit_code == 0
    assert "extra: b.mp3" in result.stderr
    assert "1 extra file" in result.stdout
    assert list(work.server.asked) == ["a.mp3"]


def test_a_name_that_two_rows_have_is_nobody_s(work: Work) -> None:
    work.file("a.mp3", "a")
    work.file("b.mp3", "b")
    work.table("one/a.mp3,", "b.mp3,", "two/a.mp3,")
    result = work.run()
    assert result.exit_code == 1
    assert work.rows() == {"one/a.mp3": "", "b.mp3": "B", "two/a.mp3": ""}
    assert "lines 2, 4 name the same file" in result.stderr
    assert list(work.server.asked) == ["b.mp3"]


def test_a_name_that_two_files_have_is_nobody_s(work: Work) -> None:
    work.file("x/a.mp3", "one")
    work.file("y/a.mp3", "other")
    work.table("a.mp3,")
    result = work.run()
    assert result.exit_code == 1
    assert work.rows() == {"a.mp3": ""}
    assert "several files: x/a.mp3, y/a.mp3" in result.stderr
    assert not work.server.asked


def test_a_name_is_the_same_however_its_accents_are_written(work: Work) -> None:
    work.file(unicodedata.normalize("NFD", "café.mp3"), "coffee")
    work.table(unicodedata.normalize("NFC", "café.mp3") + ",")
    assert work.run().exit_code == 0
    assert list(work.rows().values()) == ["COFFEE"]


def test_a_name_of_bytes_that_are_no_text_is_found(work: Work) -> None:
    (work.folder / os.fsdecode(b"caf\xe9.mp3")).write_text("latin")
    (work.place / "IN.csv").write_bytes(b"filename\ncaf\xe9.mp3\n")
    assert work.run().exit_code == 0
    assert (
        work.out.read_bytes()
        == b"filename,generated_text,duration,heard_text\ncaf\xe9.mp3,LATIN,0.625,\n"
    )
    assert work.run().exit_code == 0
    assert work.server.asked.total() == 1


def test_a_second_run_asks_nobody_and_changes_nothing(work: Work) -> None:
    work.file("a.mp3", "a")
    work.file("bad.mp3", "noise")
    work.table("a.mp3,", "bad.mp3,", "gone.mp3,")
    work.server.behave = lambda name, _: refused(422, "corrupt") if name == "bad.mp3" else None
    first = work.run()
    before, asked = (work.out.read_bytes(), work.out.stat()), work.server.asked.copy()
    second = work.run()
    assert (work.out.read_bytes(), work.out.stat()) == before
    assert work.server.asked == asked
    assert first.exit_code == second.exit_code == 1
    assert "bad.mp3: 422, It is corrupt. (corrupt)" in second.stderr
    assert "2 were finished before" in second.stdout


def test_a_file_that_changed_is_done_again_and_no_other(work: Work) -> None:
    work.file("a.mp3", "a")
    work.file("b.mp3", "b")
    work.table("a.mp3,", "b.mp3,")
    work.run()
    work.file("b.mp3", "c")
    assert work.run().exit_code == 0
    assert work.rows() == {"a.mp3": "A", "b.mp3": "C"}
    assert work.server.asked == {"a.mp3": 1, "b.mp3": 2}


def test_what_failed_for_good_is_tried_again_on_demand(work: Work) -> None:
    work.file("a.mp3", "a")
    work.table("a.mp3,")
    work.server.behave = lambda _, before: (
        refused(415, "unsupported_format") if not before else None
    )
    assert work.run().exit_code == 1
    assert work.run("--retry-failed").exit_code == 0
    assert work.rows() == {"a.mp3": "A"}


def test_a_wrong_key_stops_at_once(work: Work) -> None:
    for n in range(50):
        work.file(f"{n}.mp3", "x")
    work.table(*(f"{n}.mp3," for n in range(50)))
    result = work.run("--concurrency", 4, key="wrong")
    assert result.exit_code == 1
    assert "refuses this key: 401" in result.stderr
    assert "wrong" not in work.log()
    assert work.server.asked.total() <= 4


def test_no_key_is_said_to_be_missing(work: Work) -> None:
    work.file("a.mp3", "a")
    work.table("a.mp3,")
    assert "needs a key (--key or EARSHOT_API_KEY)" in work.run(key="").stderr


def test_the_log_has_everything_and_the_terminal_the_first_ten(work: Work) -> None:
    work.file("a.mp3", "a")
    work.table("a.mp3,", *(f"gone-{n}.mp3," for n in range(25)))
    result = work.run()
    assert result.stderr.count("there is no such file") == 10
    assert "and 15 more, see" in result.stderr
    assert work.log().count("there is no such file") == 25
    (path,) = work.place.glob("logs/*/*.log")
    assert re.search(r"logs/\d{4}-\d\d-\d\d/\d\d-\d\d-\d\d\.log$", path.as_posix())


def test_two_decodes_never_write_one_out_file(work: Work) -> None:
    work.file("a.mp3", "a")
    work.table("a.mp3,")
    with Journal(work.place / "OUT.csv.journal", "another"):
        result = work.run()
    assert result.exit_code == 2
    assert "is being written by another decode" in result.stderr
    assert not work.out.exists()


@pytest.mark.parametrize(
    "more",
    [
        ["--local"],
        ["--model", "models/demo"],
        ["--stack", "Earshot"],
        ["--api", "localhost:8000"],
        ["--out", "/nowhere/OUT.csv"],
        ["--csv", "/nowhere/IN.csv"],
        ["--concurrency", "0"],
    ],
)
def test_wrong_usage_is_exit_code_2(work: Work, more: list[str]) -> None:
    work.table("a.mp3,")
    result = work.run(*more)
    assert result.exit_code == 2
    assert result.stderr
    assert not work.out.exists()


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("name,age\na.mp3,\n", "no column `filename`"),
        ("filename,filename\na.mp3,b.mp3\n", "two columns `filename`"),
        ("filename\na.mp3,b.mp3\n", "line 2 has more fields"),
        ('filename\n"a.mp3\nb.mp3\n', "line 3"),
        ("", "no column `filename`"),
    ],
)
def test_a_csv_that_can_only_be_guessed_at_is_wrong_usage(
    work: Work, text: str, reason: str
) -> None:
    (work.place / "IN.csv").write_text(text)
    result = work.run()
    assert result.exit_code == 2
    assert reason in result.stderr


def test_out_may_be_the_csv_itself(work: Work) -> None:
    work.file("a.mp3", "a")
    work.table("a.mp3,teens")
    for _ in range(2):
        assert work.run("--out", work.place / "IN.csv").exit_code == 0
    expected = "filename,age,generated_text,duration,heard_text\na.mp3,teens,A,0.125,\n"
    assert (work.place / "IN.csv").read_text() == expected
