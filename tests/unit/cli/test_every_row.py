"""Any table, by every command: each clip has its own row, or the row is named as refused."""

import csv
import io
import re
import tempfile
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from earshot.cli.decoding import batch
from earshot.cli.decoding.clip import Clip
from earshot.cli.decoding.outcome import Heard
from earshot.cli.decoding.source import Done
from earshot.cli.evaluation.results import UNKNOWN, read_results
from earshot.cli.tables import table as tables
from earshot.cli.tables.csv_rows import Row, rows_of
from earshot.cli.tables.form import TableError
from earshot.cli.tables.manifest import texts_by_name
from earshot.cli.tables.names import base_name
from earshot.cli.uploading import collect, described

COLUMNS = ("filename", "text", "accent", "generated_text", "duration")
Said = tuple[str, str]  # text and accent
Form = Literal["NFC", "NFD"]

# What tables go wrong with, more often than other letters.
awkward = st.sampled_from([*"\"'\t\n\r,; \\é", "e\u0301", "\u2028", '"\n"', "x"])
values = st.lists(awkward | st.characters(codec="utf-8"), max_size=6).map("".join)
names = st.text("aé'\" -b", min_size=1, max_size=5).map(
    lambda name: " ".join(unicodedata.normalize("NFC", name).split())
)
folders = st.sampled_from(["", "cv/", "C:\\cv\\clips\\", "./"])


@dataclass(frozen=True)
class Written:
    """A table as some program writes it; `lines` are those that the clips' rows begin on."""

    content: bytes
    said: dict[str, Said]  # by name, composed
    lines: dict[str, int]


@st.composite
def written(draw: st.DrawFn) -> Written:
    between, quoting = draw(
        st.sampled_from(
            [(",", csv.QUOTE_MINIMAL), (";", csv.QUOTE_ALL), ("\t", csv.QUOTE_ALL), ("\t", None)]
        )
    )
    newline = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252"]))
    form: Form = draw(st.sampled_from(("NFC", "NFD")))
    clips = draw(st.lists(names.filter(bool), max_size=4, unique_by=str.casefold))
    said = {f"{name}.mp3": (draw(values), draw(values)) for name in clips}
    text, lines = _row(COLUMNS, between, quoting, newline), {}
    if draw(st.booleans()):
        text = f"sep={between}{newline}{text}"
    for name, (words, accent) in said.items():
        lines[name] = 1 + text.count("\r" if newline == "\r" else "\n")
        fields = (unicodedata.normalize(form, draw(folders) + name), words, accent, words, "1.5")
        text += _row(fields, between, quoting, newline)
    try:
        return Written(text.encode(encoding), said, lines)
    except UnicodeEncodeError:  # what Windows-1252 has no letters for
        return Written(text.encode(), said, lines)


def _row(fields: Sequence[str], between: str, quoting: int | None, newline: str) -> str:
    if quoting is None:  # as is, whatever is in the fields
        return between.join(fields) + newline
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=between, quoting=quoting, lineterminator=newline).writerow(fields)  # type: ignore[arg-type]
    return buffer.getvalue()


@contextmanager
def place(table: Written, form: Form = "NFD") -> Iterator[tuple[Path, Path]]:
    """The table, and a folder with a file for every clip."""
    with tempfile.TemporaryDirectory() as folder:
        (clips := Path(folder) / "clips").mkdir()
        for name in table.said:
            (clips / unicodedata.normalize(form, name)).write_bytes(name.encode())
        (file := Path(folder) / "in.csv").write_bytes(table.content)
        yield file, clips


def plain(value: str) -> str:
    return " ".join(unicodedata.normalize("NFC", value).split())


def named_whole(table: Written, error: TableError) -> None:
    """A table is refused as a whole only where no row of it can be trusted, and says so."""
    assert re.search("No row of in.csv can be used: line|never ends", error.message)
    assert table.said


def lines_of(refused: Sequence[str]) -> list[int]:
    return [int(re.findall(r"line (\d+):", one)[0]) for one in refused]


class Repeating:
    """A source that hears a file's own name."""

    name = "repeating"

    def decode(self, clips: Sequence[Clip], done: Done) -> None:
        for clip in clips:
            done(clip, Heard(clip.path.read_text(), 1.0, ""))


def agree(table: Written, found: dict[str, Said], refused: Sequence[int]) -> None:
    """Each clip that is found is as it was written, and the others are named."""
    for name, (text, accent) in table.said.items():
        if table.lines[name] in refused:
            continue
        assert name in found, f"{name} is neither found nor named"
        assert tuple(map(plain, found[name])) == (plain(text), plain(accent))
    assert found.keys() <= table.said.keys()


tried = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@tried
@given(written())
def test_upload_gives_each_clip_its_own_facets(table: Written) -> None:
    with place(table) as (csv_file, clips):
        try:
            uploads, joined = described(collect([clips]).uploads, csv_file)
        except TableError as error:
            named_whole(table, error)
            return
        left = [*joined.refused, *joined.missing, *joined.doubtful]
        facets = {plain(one.key): one.facets.get("accent", "") for one in uploads}
        for name, (_, accent) in table.said.items():
            if table.lines[name] in [one.line for one in left]:
                assert facets[plain(name)] == ""
            else:
                assert facets[plain(name)] == plain(accent)


@tried
@given(written())
def test_decode_writes_each_clip_s_words_in_its_own_row(table: Written) -> None:
    with place(table, "NFC") as (csv_file, clips):
        out = csv_file.with_name("out.csv")
        try:
            report = batch.decode_folder(tables.read(csv_file), clips, out, Repeating())
        except TableError as error:
            named_whole(table, error)
            return
        joined = report.joined
        refused = [one.line for one in (*joined.refused, *joined.missing, *joined.doubtful)]
        assert report.heard == len(table.said) - len({*table.lines.values()} & {*refused})
        again = tables.read(out)
        for row in again.trusted():
            name = base_name(again.value(row, "filename"))
            heard = again.value(row, "generated_text")
            assert heard == (name if table.lines.get(name) not in refused else "")


@tried
@given(written())
def test_evaluate_compares_each_clip_with_what_was_said_in_it(table: Written) -> None:
    with place(table) as (csv_file, _):
        try:
            results = read_results(csv_file)
        except TableError as error:
            named_whole(table, error)
            return
        found = {
            one.name: (one.reference or "", one.facets["accent"].replace(UNKNOWN, ""))
            for one in results.results
        }
        agree(table, found, lines_of(results.refused))


@tried
@given(written())
def test_import_makes_of_each_row_one_transcript(table: Written) -> None:
    with place(table) as (csv_file, _):
        try:
            judged = list(rows_of(tables.read(csv_file)))
        except TableError as error:
            named_whole(table, error)
            return
        good = [one for one in judged if isinstance(one, Row)]
        found = {
            plain(one.filename).rpartition("/")[2]: (one.text, one.facets.get("accent", ""))
            for one in good
        }
        agree(table, found, [one.line for one in judged if not isinstance(one, Row)])


@tried
@given(written())
def test_drift_compares_with_what_was_said(table: Written) -> None:
    with place(table) as (csv_file, _):
        try:
            texts = texts_by_name(csv_file)
        except TableError:
            return  # a row that can't be trusted is named, and nothing is compared
        assert {name: plain(text) for name, text in texts.items()} == {
            plain(name): plain(text) for name, (text, _) in table.said.items()
        }
