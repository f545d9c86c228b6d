"""On a GPU many clips are written at once; torch on a processor computes the same."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="torch comes with requirements-model.txt")

from earshot.audio.decode import decode
from earshot.audio.limits import SAMPLE_RATE
from earshot.errors import ModelError
from earshot.speech.writer import onnx_weights
from earshot.speech.writer.model import load_writer
from earshot.speech.writer.moonshine import MoonshineWriter
from earshot.speech.writer.settings import MAX_SAMPLES, read_settings
from earshot.speech.writer.torch_network import Network
from tests.models.writer.test_moonshine import noise
from tests.unit.speech.models import ROOT, SAMPLES

CLIPS = [noise(seconds, seed) for seed, seconds in enumerate((2.0, 0.3, 1.1, 2.9, 1.0))]


@pytest.fixture(scope="module")
def writer(exported):
    return load_writer(str(exported), engine="torch")


def test_it_is_the_writer_that_the_processors_run(writer, exported):
    other = load_writer(str(exported), engine="onnx")
    assert (writer.name, writer.fingerprint) == (other.name, other.fingerprint)
    assert writer.engine == "torch-fp32"


@pytest.mark.parametrize("engine", ["onnx-fp32", "onnx-int8"])
def test_it_hears_what_onnx_runtime_hears(exported, engine):
    """With the weights of either precision: int8's activations are what differs."""
    onnx = load_writer(str(exported), engine=engine)
    kinds = {"onnx-fp32": "{}.onnx", "onnx-int8": "{}_quantized.onnx"}
    encoder, decoder = (
        onnx_weights.read(exported / "onnx" / kinds[engine].format(part))
        for part in ("encoder", "decoder")
    )
    network = Network(encoder, decoder, read_settings(exported), "cpu")
    heard = network.hear(CLIPS[:1])
    assert isinstance(onnx, MoonshineWriter)
    theirs = onnx._hear(CLIPS[0])
    tolerance = 1e-4 if engine == "onnx-fp32" else 0.2
    for layer, pair in enumerate(heard.pairs):
        for part, ours in zip(("key", "value"), pair, strict=True):
            expected = theirs[f"cross_{part}.{layer}"].numpy()
            assert np.abs(ours.numpy() - expected).max() <= tolerance * np.abs(expected).max()


def test_a_batch_of_any_lengths_says_what_each_clip_says_alone(writer, monkeypatch):
    """Also when most texts have ended and some go on, and whatever fits a batch."""
    together = writer.write_many(CLIPS)
    assert [one.text for one in together] == [writer.write(clip).text for clip in CLIPS]
    monkeypatch.setattr(writer, "_batch_seconds", 2.0)
    assert [one.text for one in together] == [one.text for one in writer.write_many(CLIPS)]
    assert len({one.text for one in together}) > 1


def test_what_is_too_short_to_hold_a_sound_has_no_words_and_stays_in_its_place(writer):
    found = writer.write_many([noise(0.01), CLIPS[0], np.zeros(0, np.float32)])
    assert [bool(one.words) for one in found] == [False, True, False]
    assert writer.write_many([]) == []


def test_a_window_too_long_is_a_fault_of_the_caller(writer):
    with pytest.raises(ValueError, match="windows"):
        writer.write_many([np.zeros(MAX_SAMPLES + 1, np.float32)])


def test_the_bundled_writer_reads_the_samples_as_it_does_on_processors():
    files = sorted(SAMPLES.glob("*.mp3"), key=lambda path: path.stat().st_size)[:2]
    waveforms = [decode(file).waveform[: 4 * SAMPLE_RATE] for file in files]
    folder = str(ROOT / "models" / "moonshine-tiny")
    ours = load_writer(folder, engine="torch").write_many(waveforms)
    theirs = load_writer(folder, engine="onnx").write_many(waveforms)
    words = [
        {word.text.lower().strip(".,") for one in texts for word in one.words}
        for texts in (ours, theirs)
    ]
    assert len(words[0] & words[1]) >= 0.9 * len(words[0] | words[1])


def test_graphs_of_another_layout_are_refused(exported):
    encoder, decoder = (
        onnx_weights.read(exported / "onnx" / f"{part}.onnx") for part in ("encoder", "decoder")
    )
    settings = read_settings(exported)
    with pytest.raises(ModelError, match="laid out"):
        Network(decoder, encoder, settings)
    del decoder.named["norm.weight"]
    with pytest.raises(ModelError, match="lack norm"):
        Network(encoder, decoder, settings)


def test_a_file_that_is_no_graph_is_said(tmp_path):
    (tmp_path / "encoder.onnx").write_bytes(b"no graph")
    with pytest.raises(ModelError, match="not an ONNX model"):
        onnx_weights.read(tmp_path / "encoder.onnx")
