"""Transcripts from a CSV: what is taken, what is refused, and that repeating changes nothing."""

from pathlib import Path

import pytest

from earshot.cli.import_ import add_rows, uploads_of
from earshot.cli.sound import Sound
from earshot.cli.tables import table as tables
from earshot.cli.tables.csv_rows import Row, rows_of
from earshot.cli.tables.form import TableError
from earshot.cli.tables.table import Refused
from earshot.recordings.details import GIVEN, Details
from earshot.recordings.ids import recording_id
from earshot.recordings.record import Source
from earshot.recordings.store import Recordings
from tests.shared_data import COMMON_VOICE, needs_common_voice
from tests.unit.recordings.conftest import aws, make_table, recordings  # noqa: F401


def read_rows(path: Path, *, sound: bool = False) -> list[Row | Refused]:
    return list(rows_of(tables.read(path), sound=sound))


HEADER = "filename,text,age,gender,accent,generated_text,duration\n"
GOOD = "a.mp3,said,teens,,us,HEARD THIS,2.5\n"


def write(tmp_path: Path, *lines: str | bytes) -> Path:
    path = tmp_path / "model-x.csv"
    path.write_bytes(b"".join(one.encode() if isinstance(one, str) else one for one in lines))
    return path


def test_a_row_is_a_transcript_with_its_facets(tmp_path: Path) -> None:
    (row,) = read_rows(write(tmp_path, HEADER, GOOD))
    assert row == Row(2, "a.mp3", "HEARD THIS", 2.5, {"age": "teens", "accent": "us"})


@pytest.mark.parametrize("between", ["\t", ";"])
def test_columns_may_stand_between_tabs_or_semicolons(tmp_path: Path, between: str) -> None:
    (row,) = read_rows(write(tmp_path, *(one.replace(",", between) for one in (HEADER, GOOD))))
    assert row == Row(2, "a.mp3", "HEARD THIS", 2.5, {"age": "teens", "accent": "us"})


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (",,,,,WORDS,1\n", "a key has at least one character"),
        ("../b.mp3,,,,,WORDS,1\n", "'..'"),
        ("b.mp3,,,,,,1\n", "generated_text is empty"),
        ("b.mp3,,,,,WORDS,\n", "duration is no number"),
        ("b.mp3,,,,,WORDS,nan\n", "duration is not within"),
        ("b.mp3,,,,,WORDS,-1\n", "duration is not within"),
        ("b.mp3,,,,,WORDS\n", "duration is no number"),
        ("b.mp3,,,,,WORDS,1,2,3\n", "more fields"),
        ("b.mp3,,,,,WO\x00RDS,1\n", "control characters"),
        ("b.mp3,," + "x" * 65 + ",,,WORDS,1\n", "age has more than 64"),
        (b"b.mp3,,,,,W\xffRDS,1\n", "not UTF-8"),
        ("a.mp3,,,,,OTHER WORDS,1\n", "line 2 has the same filename"),
    ],
)
def test_a_bad_row_is_refused_with_the_reason_and_the_others_are_taken(
    tmp_path: Path, line: str | bytes, reason: str
) -> None:
    last = "z.mp3,,,,,LAST,1\n"
    first, bad, after = read_rows(write(tmp_path, HEADER, GOOD, line, last))
    assert isinstance(first, Row) and isinstance(after, Row)
    assert isinstance(bad, Refused) and bad.line == 3
    assert reason in bad.reason


def test_a_csv_without_transcripts_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="generated_text, duration"):
        list(read_rows(write(tmp_path, "filename,text\n", "a.mp3,b\n")))


@needs_common_voice
def test_every_row_of_published_transcripts_is_taken() -> None:
    rows = list(read_rows(COMMON_VOICE / "wav2vec2-large-960h.csv"))
    assert len(rows) == 3074 and all(isinstance(row, Row) for row in rows)


def test_importing_again_changes_nothing(
    recordings: Recordings,  # noqa: F811
    tmp_path: Path,
) -> None:
    rows = [Row(n, f"{n}.mp3", f"WORDS OF {n}", 3.0, {"accent": "us"}) for n in range(40)]
    first = add_rows(rows, recordings, "model-x", "pre/")
    before = recordings.get(recording_id("pre/7.mp3"))
    again = add_rows(rows, recordings, "model-x", "pre/")
    assert (first.written, first.failures) == (40, [])
    assert (again.written, again.unchanged) == (0, 40)
    assert before is not None and before == recordings.get(recording_id("pre/7.mp3"))
    assert (before.source, before.model, before.duration) == (Source.IMPORT, "model-x", 3.0)


DESCRIBED = (
    "filename,generated_text,duration,title,recorded_at,tags\n"
    "a.mp3,HEARD THIS,2.5,Monday's talk,2024-05-01,river; bank\n"
)


def test_a_recording_says_what_its_row_says_of_it(
    recordings: Recordings,  # noqa: F811
    tmp_path: Path,
) -> None:
    rows = [one for one in read_rows(write(tmp_path, DESCRIBED)) if isinstance(one, Row)]
    assert add_rows(rows, recordings, "m").written == 1
    recording = recordings.get(recording_id("a.mp3"))
    assert recording is not None
    assert recording.details == Details(
        title="Monday's talk", recorded_at="2024-05-01", tags=("river", "bank")
    )
    assert add_rows(rows, recordings, "m").unchanged == 1


def test_what_is_said_of_an_import_changes_with_the_table(recordings: Recordings) -> None:  # noqa: F811
    def titled(title: str) -> int:
        details = {"title": title} if title else {}
        return add_rows([Row(2, "a.mp3", "WORDS", 5.0, {}, details)], recordings, "m").written

    assert [titled(one) for one in ("", "", "One", "One", "Two", "")] == [1, 0, 1, 0, 1, 1]
    recording = recordings.get(recording_id("a.mp3"))
    assert recording is not None and recording.details == Details()


def test_an_import_from_before_there_were_details_is_left_as_it_is(aws: None) -> None:  # noqa: F811
    table = make_table()
    store, rows = Recordings(table), [Row(2, "a.mp3", "WORDS", 5.0, {})]
    add_rows(rows, store, "m")
    table.update_item(
        Key={"recording_id": recording_id("a.mp3")}, UpdateExpression=f"REMOVE {GIVEN}"
    )
    assert add_rows(rows, store, "m").written == 0


def test_word_times_are_estimates_that_fill_the_duration(recordings: Recordings) -> None:  # noqa: F811
    add_rows([Row(2, "a.mp3", "A LONGER WORD", 5.0, {})], recordings, "m")
    recording = recordings.get(recording_id("a.mp3"))
    assert recording is not None and recording.transcript is not None
    words = recording.transcript.words
    assert (words[0].start, words[-1].end) == (0, 5)
    assert words[1].end - words[1].start > words[0].end - words[0].start
    assert "estimated" in recording.transcript.provenance.decoder


def test_sound_is_found_by_path_or_name_and_marked(tmp_path: Path) -> None:
    (tmp_path / "dev").mkdir()
    (tmp_path / "dev" / "a.mp3").write_bytes(b"a")
    (tmp_path / "b.mp3").write_bytes(b"b")
    names = ("dev/a.mp3", "dev/b.mp3", "c.mp3")
    table = tables.read(write(tmp_path, HEADER, *(f"{name},,,,,W,1\n" for name in names)))
    rows = [one for one in rows_of(table) if isinstance(one, Row)]
    sound = Sound.find(table, tmp_path)
    uploads, missing = uploads_of(rows, sound), sound.missing(rows)
    assert [(one.key, one.path.name) for one in uploads] == [
        ("dev/a.mp3", "a.mp3"), ("dev/b.mp3", "b.mp3"),
    ]  # fmt: skip
    assert uploads[0].marks == {"transcript": "imported"}
    assert [one.filename for one in missing] == ["c.mp3"]
