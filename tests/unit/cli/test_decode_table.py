"""The CSV goes out as it came in, with three more columns."""

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from earshot.cli.decoding.writing import Cells, write
from earshot.cli.tables.table import Table, read

wild = st.text(st.characters(codec="utf-8"), max_size=12) | st.sampled_from(
    ['"', "\r", "\n", "a\rb", '"\r\n"', " x ", ",", "\ufeff", "\0", "'", ""]
)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tables")


def record(fields: Sequence[str], delimiter: str, quoting: Literal[0, 1]) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator="\r\n", quoting=quoting).writerow(fields)
    return buffer.getvalue().removesuffix("\r\n")


def through(place: Path, written: bytes, heard: list[Cells]) -> tuple[Table, bytes]:
    (place / "in.csv").write_bytes(written)
    table = read(place / "in.csv")
    write(table, heard, place / "out.csv")
    return table, (place / "out.csv").read_bytes()


@given(
    rows=st.lists(st.tuples(wild, wild, wild, wild, wild), max_size=5),
    newline=st.sampled_from(["\n", "\r\n"]),
    written=st.sampled_from(
        [
            (",", csv.QUOTE_MINIMAL),
            (",", csv.QUOTE_ALL),
            (";", csv.QUOTE_MINIMAL),
            (";", csv.QUOTE_ALL),
            ("\t", csv.QUOTE_ALL),
        ]
    ),
    bom=st.booleans(),
)
def test_every_value_comes_through(
    place: Path,
    rows: list[tuple[str, str, str, str, str]],
    newline: str,
    written: tuple[str, Literal[0, 1]],
    bom: bool,
) -> None:
    delimiter, quoting = written
    records = [["filename", "said"], *(row[:2] for row in rows)]
    table = "".join(record(one, delimiter, quoting) + newline for one in records)
    encoding = "utf-8-sig" if bom else "utf-8"
    _, out = through(place, table.encode(encoding), [Cells(*row[2:]) for row in rows])
    assert out.startswith(b"\xef\xbb\xbf") == bom
    text = out.decode(encoding)
    assert text.split("\n")[0].endswith("\r") == (newline == "\r\n")
    found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    assert found == [
        ["filename", "said", "generated_text", "duration", "heard_text"],
        *(list(row) for row in rows),
    ]


between_tabs = st.text(st.characters(codec="utf-8", exclude_characters="\t\r\n"), max_size=12)


@given(
    rows=st.lists(
        st.tuples(
            between_tabs.filter(str.strip), between_tabs | st.sampled_from(['"', '"a', '""'])
        ),
        max_size=5,
    ),
    newline=st.sampled_from(["\n", "\r\n", "\r"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_between_tabs_every_value_comes_through_with_its_quotes(
    place: Path, rows: list[tuple[str, str]], newline: str, encoding: str
) -> None:
    table = "".join("\t".join(row) + newline for row in [("filename", "said"), *rows])
    heard = [Cells('said "so"\n', "1.5", "a\tb")] * len(rows)
    _, out = through(place, table.encode(encoding), heard)
    lines = out.decode(encoding).split(newline)[1:-1]
    assert lines == ["\t".join((*row, 'said "so" ', "1.5", "a b")) for row in rows]


def test_what_was_added_is_all_that_changes(place: Path) -> None:
    written = (
        b"\xef\xbb\xbffilename,text,age\r\n"
        b'a.mp3,"says ""hi"", twice",\r\n'
        b"\r\n"
        b"b.mp3,two\xff,\r\n"
        b"c.mp3\r\n"
    )
    nothing = Cells("", "", "")
    heard = [Cells("A.", "1.0", "A"), nothing, Cells("B", "2.5", ""), nothing]
    _, out = through(place, written, heard)
    assert out == (
        b"\xef\xbb\xbffilename,text,age,generated_text,duration,heard_text\r\n"
        b'a.mp3,"says ""hi"", twice",,A.,1.0,A\r\n'
        b"\r\n"
        b"b.mp3,two\xff,,B,2.5,\r\n"
        b"c.mp3,,,,,\r\n"
    )


def test_a_table_written_again_is_the_same(place: Path) -> None:
    heard = [Cells("A,\n", "1.0", "A"), Cells("", "", "")]
    table, out = through(place, b"filename\na\nb\n", heard)
    (place / "out.csv").rename(place / "again.csv")
    write(read(place / "again.csv"), heard, place / "out.csv")
    assert (place / "out.csv").read_bytes() == out
    assert table.columns == ("filename",)


def test_nothing_is_left_of_a_write_that_fails(place: Path) -> None:
    (place / "kept.csv").write_text("old")
    (place / "in.csv").write_text("filename\na\nb\n")
    with pytest.raises(ValueError, match="zip"):
        write(read(place / "in.csv"), [Cells("only", "one", "row")], place / "kept.csv")
    assert (place / "kept.csv").read_text() == "old"
    assert not list(place.glob("*.new"))


@pytest.mark.parametrize("between", [",", "\t"])
def test_a_row_that_was_in_doubt_stays_in_doubt(place: Path, between: str) -> None:
    lines = ["filename,said", "a.mp3,so", "b.mp3,so, it is", "c.mp3,so, it is,", "d.mp3,no"]
    written = "".join(f"{line}\n" for line in lines).replace(",", between).encode()
    table, out = through(
        place, written, [Cells("A", "1", ""), *[Cells("", "", "")] * 2, Cells("D", "1", "")]
    )
    (place / "again.csv").write_bytes(out)
    again = read(place / "again.csv")
    assert [one.line for one in table.refused()] == [one.line for one in again.refused()] == [3, 4]
