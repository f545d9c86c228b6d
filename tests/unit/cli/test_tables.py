"""Tables as people's programs write them, and rows that can't be trusted."""

from pathlib import Path

import pytest

from earshot.cli.tables import table as tables
from earshot.cli.tables.columns import TEXT
from earshot.cli.tables.form import TableError
from earshot.cli.tables.manifest import texts_by_name
from earshot.cli.tables.table import Table

WHO = "filename,text,age,accent\ncv/café.mp3,so it is,teens,Québec French\nb.mp3,no,,us\n"
READ = [("cv/café.mp3", "so it is", "teens", "Québec French"), ("b.mp3", "no", "", "us")]


def read(folder: Path, content: str | bytes, name: str = "who.csv") -> Table:
    file = folder / name
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return tables.read(file)


def rows(table: Table) -> list[tuple[str, ...]]:
    columns = ("filename", "text", "age", "accent")
    return [tuple(table.value(row, one) for one in columns) for row in table.trusted()]


def refused(table: Table) -> list[tuple[int, str]]:
    return [(one.line, one.filename) for one in table.refused(*(("filename", "text", "accent")))]


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp1252"]
)
@pytest.mark.parametrize("between", [",", ";", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_a_table_is_read_in_every_encoding(
    tmp_path: Path, encoding: str, between: str, newline: str
) -> None:
    content = WHO.replace(",", between).replace("\n", newline)
    assert rows(read(tmp_path, content.encode(encoding))) == READ


@pytest.mark.parametrize(
    "content",
    [
        WHO.replace("\n", "\r"),
        WHO.rstrip("\n"),
        "sep=;\r\n" + WHO.replace(",", ";").replace("\n", "\r\n"),
        "SEP=|\n" + WHO.replace(",", "|"),
        WHO.replace(",", ", "),
        WHO.replace(",", " , ").replace("\n", " \n"),
        "\n".join(",".join(f'"{cell}"' for cell in line.split(",")) for line in WHO.splitlines()),
        "\n".join("\t".join(f'"{cell}"' for cell in one.split(",")) for one in WHO.splitlines()),
        WHO.replace("filename,text", "File Name,Sentence"),
        WHO.replace("filename,text", "path,sentence").replace("accent", "accents"),
        "\n".join(f"{n},{line}" for n, line in enumerate(WHO.splitlines())).replace("0,", ",", 1),
        WHO + ",,,\n\n,,,\n",
        WHO.replace("us\n", "us,\n"),
    ],
    ids=[
        "ends-of-old-macs", "no-last-end", "excel-sep", "excel-sep-bar", "blanks-after",
        "blanks-around", "all-quoted", "all-quoted-tabs", "names-for-people", "common-voice-names",
        "pandas-index", "blank-rows", "delimiter-at-the-end",
    ],
)  # fmt: skip
def test_a_table_is_read_as_programs_write_it(tmp_path: Path, content: str) -> None:
    table = read(tmp_path, content)
    assert rows(table) == READ
    assert refused(table) == []


def test_quotes_between_tabs_are_quotes(tmp_path: Path) -> None:
    content = 'filename\ttext\taccent\na.mp3\t"Then why\tus\nb.mp3\tthey said"\tindian\n'
    table = read(tmp_path, content)
    assert rows(table) == [
        ("a.mp3", '"Then why', "", "us"), ("b.mp3", 'they said"', "", "indian"),
    ]  # fmt: skip


RELEASES = {
    "2017": ",filename,text,up_votes,down_votes,age,gender,accent,duration",
    "2019": "client_id\tpath\tsentence\tup_votes\tdown_votes\tage\tgender\taccent",
    "2021": "client_id\tpath\tsentence\tup_votes\tdown_votes\tage\tgender\taccent\tlocale\tsegment",
    "2024": "client_id\tpath\tsentence_id\tsentence\tsentence_domain\tup_votes\tdown_votes\tage"
    "\tgender\taccents\tvariant\tlocale\tsegment",
}


@pytest.mark.parametrize("head", RELEASES.values(), ids=RELEASES)
def test_common_voice_s_tables_of_all_years_are_read(tmp_path: Path, head: str) -> None:
    between = "\t" if "\t" in head else ","
    known = {
        "filename": "a.mp3", "path": "a.mp3", "text": "hello", "sentence": "hello",
        "age": "teens", "accent": "us", "accents": "us",
    }  # fmt: skip
    row = between.join(known.get(name, "") for name in head.split(between))
    assert rows(read(tmp_path, f"{head}\n{row}\n")) == [("a.mp3", "hello", "teens", "us")]


def test_excel_leaves_out_empty_fields_at_the_end_of_rows(tmp_path: Path) -> None:
    table = read(tmp_path, "filename;text;age;accent\r\na.mp3;one;teens\r\nb.mp3;two\r\n")
    assert rows(table) == [("a.mp3", "one", "teens", ""), ("b.mp3", "two", "", "")]


SWALLOWED = [(3, "a.mp3"), (4, "x.mp3"), (5, "y.mp3")]


@pytest.mark.parametrize(
    ("lines", "wrong"),
    [
        (["a.mp3,So", "it is,teens,us"], [(3, "a.mp3"), (4, "it is")]),
        (["a.mp3,So, it is,teens,us"], [(3, "a.mp3")]),
        (['a.mp3,"Then why,teens,us', "x.mp3,I see,,us", 'y.mp3,they said",,us'], SWALLOWED),
        (['a.mp3,"so" it is,teens,us'], [(3, "a.mp3")]),
        ([",so it is,teens,us"], [(3, "")]),
    ],
    ids=["broken line", "comma in the text", "swallowed rows", "text after a quote", "no name"],
)
def test_a_row_that_can_t_be_trusted_is_refused_and_the_others_are_not(
    tmp_path: Path, lines: list[str], wrong: list[tuple[int, str]]
) -> None:
    whole = ["filename,text,age,accent", "first.mp3,one,teens,us", *lines, "last.mp3,two,,us", ""]
    table = read(tmp_path, "\n".join(whole))
    assert refused(table) == wrong
    good = [row[0] for row in rows(table) if row[0]]
    assert good == ["first.mp3", "last.mp3"]


def test_bytes_of_another_encoding_spoil_their_row_only(tmp_path: Path) -> None:
    head, first, last = WHO.encode().splitlines(keepends=True)
    table = read(tmp_path, head + first + b"x.mp3,so \xe9t\xe9 it is,,us\n" + last)
    assert refused(table) == [(3, "x.mp3")]


@pytest.mark.parametrize("text", ["Москва".encode("cp1251"), "été".encode("mac_roman"), b"\x81"])
def test_an_encoding_that_can_t_be_told_is_not_guessed(tmp_path: Path, text: bytes) -> None:
    table = read(tmp_path, b"filename,text\na.mp3,good\nb.mp3,%b\n" % text)
    assert refused(table) == [(3, "b.mp3")]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (
            b"name,age\na.mp3,teens\n",
            r"no column `filename` \(or `file_name`.*Its columns: name, age",
        ),
        (b"filename,age,age\na.mp3,teens,\n", "two columns `age`"),
        (b'filename,text\na.mp3,"one\nb.mp3,two\n', "line 2 never ends, up to line 3"),
        (b"filename\na.mp3,b.mp3\n", "No row of who.csv can be used: line 2 has more fields"),
        (b"PK\x03\x04....", "a workbook or an archive: save the sheet as `CSV UTF-8`"),
        (b"\xff\xfe\x00\xd8\x00", "damaged UTF-16"),
        (b"", "no column `filename`"),
    ],
)
def test_a_table_that_can_t_be_used_says_why(tmp_path: Path, content: bytes, reason: str) -> None:
    with pytest.raises(TableError, match=reason):
        read(tmp_path, content)


def test_a_folder_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="can't be read: Is a directory"):
        tables.read(tmp_path)


def test_texts_are_known_by_name_whatever_the_folder(tmp_path: Path) -> None:
    read(tmp_path, "filename,text\nC:\\cv\\a.mp3,hello\nx/b.mp3,so\n")
    assert texts_by_name(tmp_path / "who.csv") == {"a.mp3": "hello", "b.mp3": "so"}
    read(tmp_path, "filename,text\nx/a.mp3,hello\ny/a.mp3,so\n")
    with pytest.raises(TableError, match=r"line 3: a\.mp3 came before"):
        texts_by_name(tmp_path / "who.csv")


def test_a_column_is_needed_under_one_of_its_names(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="no column `text`"):
        read(tmp_path, "filename,words\na.mp3,b\n").need(TEXT)
