"""Imported transcripts with their sound: words get the times at which they were said."""

import csv
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from earshot.audio.decode import decode
from earshot.cli.import_ import add_rows
from earshot.cli.importing import Aligner
from earshot.cli.tables.csv_rows import Row
from earshot.recordings.ids import recording_id
from earshot.recordings.imported import ALIGNED, ESTIMATED, aligned_transcript
from earshot.recordings.store import Recordings
from earshot.speech.alignment.spans import Span
from earshot.speech.model import load
from earshot.speech.transcriber import Transcriber
from earshot.speech.transcript import Transcript
from tests.unit.recordings.conftest import aws, event, recordings  # noqa: F401

# What the fixture of another file is called is what a test asks for.
# ruff: noqa: F811

ROOT = Path(__file__).resolve().parents[3]
SAMPLES = ROOT / "samples"
NAME = "morning-bread.mp3"


@pytest.fixture(scope="module")
def aligner() -> Aligner:
    return Aligner(load(str(ROOT / "models" / "demo")), lambda row: SAMPLES / row.filename)


@pytest.fixture(scope="module")
def row() -> Row:
    return Row(2, NAME, said(NAME), 17.0, {})


def said(name: str) -> str:
    with (SAMPLES / "manifest.csv").open(newline="") as file:
        return " ".join(
            next(
                one["text"] for one in csv.DictReader(file) if Path(one["filename"]).name == name
            ).split()
        )


def stored(recordings: Recordings, name: str = NAME) -> Transcript:
    found = recordings.get(recording_id(name))
    assert found is not None and found.transcript is not None
    return found.transcript


@pytest.mark.slow("the bundled model listens")
def test_words_are_where_the_listener_hears_them(
    recordings: Recordings, aligner: Aligner, row: Row
) -> None:
    report = add_rows([row], recordings, "people", aligner=aligner)
    assert (report.written, report.aligned, report.estimated) == (1, 1, [])
    transcript = stored(recordings)
    assert transcript.text == row.text
    assert transcript.provenance.decoder.startswith(ALIGNED)
    heard = Transcriber(load(str(ROOT / "models" / "demo"))).transcribe(
        decode(SAMPLES / NAME).waveform
    )
    own = {word.text.lower(): word.start for word in heard.words}
    ours = {word.text.lower().strip(".,!?;:"): word.start for word in transcript.words}
    once = [one for one in own.keys() & ours.keys() if row.text.lower().split().count(one) == 1]
    assert len(once) >= 10
    assert np.percentile([abs(own[one] - ours[one]) for one in once], 90) <= 0.1


def test_importing_again_with_the_sound_gives_estimates_their_times_and_keeps_them(
    recordings: Recordings, aligner: Aligner, row: Row
) -> None:
    assert add_rows([row], recordings, "people").written == 1
    assert stored(recordings).provenance.decoder == ESTIMATED
    assert add_rows([row], recordings, "people", aligner=aligner).written == 1
    timed = stored(recordings)
    assert timed.provenance.decoder.startswith(ALIGNED)
    for again in (aligner, None):
        report = add_rows([row], recordings, "people", aligner=again)
        assert (report.written, report.unchanged) == (0, 1)
        assert stored(recordings) == timed


def test_a_text_that_was_aligned_is_not_listened_to_again(
    recordings: Recordings, aligner: Aligner, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_rows([row], recordings, "people", aligner=aligner)
    monkeypatch.setattr(aligner, "align", None)
    assert add_rows([row], recordings, "people", aligner=aligner).unchanged == 1


def test_a_corrected_text_is_aligned_anew(
    recordings: Recordings, aligner: Aligner, row: Row
) -> None:
    add_rows([row], recordings, "people", aligner=aligner)
    shorter = replace(row, text=" ".join(row.text.split()[:-3]))
    assert add_rows([shorter], recordings, "people", aligner=aligner).written == 1
    assert stored(recordings).text == shorter.text
    assert stored(recordings).provenance.decoder.startswith(ALIGNED)


def test_another_sound_unreadable_sound_and_none_leave_estimates_and_say_why(
    recordings: Recordings, aligner: Aligner, row: Row, tmp_path: Path
) -> None:
    (tmp_path / "noise.mp3").write_bytes(b"no sound at all " * 100)
    other = next(one for one in sorted(SAMPLES.glob("*.mp3")) if one.name != NAME)
    (tmp_path / "other.mp3").write_bytes(other.read_bytes())
    files = {path.name: path for path in tmp_path.iterdir()}
    here = Aligner(aligner._model, lambda row: files.get(row.filename))
    rows = [
        replace(row, line=at, filename=name)
        for at, name in enumerate(("noise.mp3", "other.mp3", "missing.mp3"), 2)
    ]
    report = add_rows(rows, recordings, "people", aligner=here)
    assert (report.written, report.aligned) == (3, 0)
    reasons = {one.filename: one.reason for one in report.estimated}
    assert reasons.keys() == {"noise.mp3", "other.mp3"}
    assert "not what is said" in reasons["other.mp3"]
    for name in ("noise.mp3", "other.mp3", "missing.mp3"):
        transcript = stored(recordings, name)
        assert transcript.provenance.decoder == ESTIMATED
        assert transcript.words[-1].end == 17.0


@pytest.mark.slow("the bundled model listens")
def test_a_recording_that_was_transcribed_here_is_not_listened_to(
    recordings: Recordings, aligner: Aligner, row: Row, monkeypatch: pytest.MonkeyPatch
) -> None:
    recordings.claim(event(1, key=NAME), "f1", {}, 1)
    monkeypatch.setattr(aligner, "align", None)
    assert add_rows([row], recordings, "people", aligner=aligner).unchanged == 1


def test_words_that_were_not_found_share_the_time_between_their_neighbours() -> None:
    text = "one two three four. five six"
    spans = [None, Span(1.0, 1.5), None, None, Span(2.5, 3.0), None]
    transcript = aligned_transcript(text, spans, 4.0, "people", "f00d", "0.2.0")
    times = {word.text: (word.start, word.end) for word in transcript.words}
    assert (times["one"], times["two"], times["six"]) == ((0.0, 1.0), (1.0, 1.5), (3.0, 4.0))
    assert times["three"][0] == 1.5 and times["three"][1] == times["four."][0]
    assert times["four."][1] == 2.5
    assert transcript.provenance.decoder.endswith("4 of 6 times estimated")
    assert transcript.text == text
