"""The bundled listener on the demo's samples, with their scripts as the written text."""

import csv
from pathlib import Path

import numpy as np
import pytest

from earshot.audio.decode import stream
from earshot.audio.limits import DEFAULT, SAMPLE_RATE
from earshot.speech import ctc
from earshot.speech.alignment import choice
from earshot.speech.alignment.choice import choose
from earshot.speech.alignment.margins import is_weak
from earshot.speech.engine import Emission
from earshot.speech.model import SpeechModel, load

ROOT = Path(__file__).parents[4]
NAMES = ("tomato-soup", "chess-in-the-park", "message-dentist")


@pytest.fixture(scope="module")
def model() -> SpeechModel:
    return load(str(ROOT / "models" / "demo"))


@pytest.fixture(scope="module")
def scripts() -> dict[str, str]:
    with (ROOT / "samples" / "manifest.csv").open(newline="") as file:
        return {Path(row["filename"]).stem: row["text"] for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def emissions(model: SpeechModel) -> dict[str, Emission]:
    sounds = (
        np.concatenate([block[:, 0] for block in stream(ROOT / "samples" / f"{name}.mp3", DEFAULT)])
        for name in NAMES
    )
    heard = model.engine.emissions([model.acoustics.prepare(sound) for sound in sounds])
    return dict(zip(NAMES, heard, strict=True))


@pytest.mark.parametrize("name", NAMES)
def test_a_script_is_shown_as_written_with_the_listeners_times(
    name: str, model: SpeechModel, scripts: dict[str, str], emissions: dict[str, Emission]
) -> None:
    frame_s = model.acoustics.hop / SAMPLE_RATE
    heard = ctc.words(ctc.best_path(emissions[name]), model.vocabulary, frame_s)

    shown = choose(heard, scripts[name].split(), emissions[name], model.vocabulary, frame_s)

    assert not shown.fell_back
    written = scripts[name].split()
    assert sum(word.text.lower() in written for word in shown.words) >= 0.97 * len(written)
    starts = {word.start for word in heard}
    assert sum(word.start in starts for word in shown.words) >= 0.8 * len(shown.words)


@pytest.mark.parametrize("name", NAMES)
def test_another_samples_script_is_not_shown(
    name: str, model: SpeechModel, scripts: dict[str, str], emissions: dict[str, Emission]
) -> None:
    frame_s = model.acoustics.hop / SAMPLE_RATE
    heard = ctc.words(ctc.best_path(emissions[name]), model.vocabulary, frame_s)
    other = scripts["museum-whale"].split()

    shown = choose(heard, other, emissions[name], model.vocabulary, frame_s)

    assert shown.fell_back
    # Of a listener that is unsure of a sample as a whole, the clear words only.
    least = choice.CLEAR if is_weak([word.confidence for word in heard]) else 0.0
    expected = [word.text for word in heard if word.confidence >= least]
    assert [word.text.upper() for word in shown.words] == expected
    assert all(word.confidence <= 0.5 for word in shown.words)
