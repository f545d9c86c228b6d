"""The writer that ships."""

import csv
from pathlib import Path

import numpy as np
import pytest

from earshot.audio.decode import decode
from earshot.audio.limits import SAMPLE_RATE
from earshot.cli.evaluation import rates
from earshot.cli.evaluation.results import Result
from earshot.speech.model import load
from earshot.speech.transcriber import Transcriber
from earshot.speech.writer.model import load_writer
from earshot.speech.writer.stopping import token_budget
from tests.shared_data import COMMON_VOICE, needs_common_voice
from tests.unit.speech.models import ROOT, SAMPLES

pytestmark = pytest.mark.slow("the bundled writer writes, a token at a time")

TINY = ROOT / "models" / "moonshine-tiny"


@pytest.fixture(scope="module")
def writer():
    return load_writer(str(TINY), side_by_side=True)


@pytest.fixture(scope="module")
def both(writer):
    return Transcriber(load(str(ROOT / "models" / "demo")), writer=writer)


def word_error_rate(references: list[str], texts: list[str]) -> float:
    pairs = zip(references, texts, strict=True)
    return rates.count([Result("", said, heard, {}) for said, heard in pairs]).wer


def test_it_is_small_and_has_a_card_and_a_licence():
    assert sum(path.stat().st_size for path in TINY.rglob("*") if path.is_file()) <= 45e6
    assert "word error rate" in (TINY / "README.md").read_text().lower()
    assert "MIT License" in (TINY / "LICENSE.txt").read_text()


def test_it_holds_no_trace_of_where_it_was_made():
    for path in TINY.rglob("*.onnx"):
        assert b"site-packages" not in path.read_bytes()


def test_the_demos_samples_read_as_sentences(writer):
    with (SAMPLES / "manifest.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if float(row["duration"]) < 20][:8]
    waveforms = [decode(SAMPLES / Path(row["filename"]).name).waveform for row in rows]
    texts = [one.text for one in writer.write_many(waveforms)]
    assert word_error_rate([row["text"] for row in rows], texts) <= 15
    assert all(text[0].isupper() for text in texts)
    assert sum(text[-1] in ".?!" for text in texts) >= 7


@needs_common_voice
def test_people_are_read_right(writer):
    with (COMMON_VOICE / "cv-valid-dev.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))[:400:10]
    clips = [COMMON_VOICE / "clips" / Path(row["filename"]).name for row in rows]
    texts = [one.text for one in writer.write_many([decode(clip).waveform for clip in clips])]
    assert word_error_rate([row["text"] for row in rows], texts) <= 18


def sounds() -> dict[str, np.ndarray]:
    """30 s each, of what nobody says."""
    time = np.arange(30 * SAMPLE_RATE) / SAMPLE_RATE
    noise = np.random.default_rng(0).standard_normal(len(time))
    clicks = np.zeros(len(time))
    clicks[:: SAMPLE_RATE // 2] = 0.9
    melody = sum(
        np.sin(2 * np.pi * pitch * time) * (np.floor(2 * time) % 4 == turn)
        for turn, pitch in enumerate((262, 330, 392, 523))
    )
    return {
        "silence": 0 * time,
        "hum": 0.1 * np.sin(2 * np.pi * 50 * time),
        "noise": 0.1 * noise,
        "clicks": clicks,
        "tone": 0.5 * np.sin(2 * np.pi * 1000 * time),
        "melody": 0.3 * melody,
    }


@pytest.mark.parametrize("name", sounds())
def test_where_nobody_speaks_nothing_is_shown(writer, both, name):
    waveform = sounds()[name].astype(np.float32)
    assert len(writer.search(waveform).tokens) <= token_budget(len(waveform))
    assert both.transcribe(waveform).text == ""
