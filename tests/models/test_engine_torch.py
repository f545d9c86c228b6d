"""The torch engine gives transformers' own output, and padding changes nothing in either norm."""

import json
import shutil

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch comes with requirements-model.txt")

from earshot.audio.limits import SAMPLE_RATE  # noqa: E402
from earshot.errors import ModelError  # noqa: E402
from earshot.speech.acoustics import read_acoustics  # noqa: E402
from earshot.speech.engine_torch import TorchEngine  # noqa: E402
from earshot.speech.export import export  # noqa: E402
from earshot.speech.model import load  # noqa: E402
from scripts.model.random import write  # noqa: E402

SHAPES = ["tiny-group", "tiny-layer"]


@pytest.fixture(scope="module", params=SHAPES)
def folder(request, tmp_path_factory):
    path = tmp_path_factory.mktemp("models") / request.param
    write(request.param, path, seed=1)
    return path


@pytest.fixture(scope="module")
def waveforms() -> list[np.ndarray]:
    chance = np.random.default_rng(0)
    return [
        chance.standard_normal(round(seconds * SAMPLE_RATE)).astype(np.float32)
        for seconds in (0.025, 0.3, 1.0, 1.01, 2.5, 0.7)
    ]


def test_emissions_are_the_references(folder, waveforms):
    from transformers import AutoFeatureExtractor, Wav2Vec2ForCTC

    extractor = AutoFeatureExtractor.from_pretrained(folder)
    reference = Wav2Vec2ForCTC.from_pretrained(folder).eval()
    acoustics = read_acoustics(folder)
    engine = TorchEngine(folder, acoustics, "fp32", "cpu")
    for waveform in waveforms:
        inputs = extractor(waveform, sampling_rate=SAMPLE_RATE, return_tensors="pt").input_values
        with torch.inference_mode():
            expected = reference(inputs).logits.log_softmax(-1)[0].numpy()
        (ours,) = engine.emissions([acoustics.prepare(waveform)])
        np.testing.assert_allclose(ours, expected, atol=1e-4)


def test_a_padded_batch_gives_what_each_gives_alone(folder, waveforms):
    acoustics = read_acoustics(folder)
    inputs = [acoustics.prepare(waveform) for waveform in waveforms]
    alone = TorchEngine(folder, acoustics, "fp32", "cpu", batch_seconds=0)
    together = TorchEngine(folder, acoustics, "fp32", "cpu", batch_seconds=1_000)
    for one, other in zip(alone.emissions(inputs), together.emissions(inputs), strict=True):
        assert one.shape == other.shape
        np.testing.assert_allclose(one, other, atol=1e-4)


def test_plain_padding_would_change_a_group_norm_model(tmp_path, waveforms):
    """The reason for the masked norm."""
    from transformers import Wav2Vec2ForCTC

    write("tiny-group", tmp_path / "m", seed=1)
    model = Wav2Vec2ForCTC.from_pretrained(tmp_path / "m").eval()
    inputs = torch.from_numpy(read_acoustics(tmp_path / "m").prepare(waveforms[2]))[None]
    padded = torch.nn.functional.pad(inputs, (0, SAMPLE_RATE))
    with torch.inference_mode():
        alone = model(inputs).logits[0]
        beside = model(padded).logits[0, : len(alone)]
    assert float((alone - beside).abs().max()) > 1e-2


def test_onnx_has_the_same_emissions(folder, waveforms, tmp_path):
    export(folder, tmp_path / "onnx", "fp32")
    onnx = load(str(tmp_path / "onnx"), engine="onnx-fp32")
    inputs = [onnx.acoustics.prepare(waveform) for waveform in waveforms]
    torch_engine = TorchEngine(folder, onnx.acoustics, "fp32", "cpu")
    for one, other in zip(
        onnx.engine.emissions(inputs), torch_engine.emissions(inputs), strict=True
    ):
        np.testing.assert_allclose(one, other, atol=1e-3)


def test_other_precisions_run_too(folder, waveforms):
    acoustics = read_acoustics(folder)
    inputs = [acoustics.prepare(waveform) for waveform in waveforms]
    exact = TorchEngine(folder, acoustics, "fp32", "cpu").emissions(inputs)
    rough = TorchEngine(folder, acoustics, "bf16", "cpu", batch_seconds=60)
    assert rough.name == "torch-bf16"
    for one, other in zip(exact, rough.emissions(inputs), strict=True):
        np.testing.assert_allclose(one, other, atol=0.2)


@pytest.mark.parametrize(
    ("shape", "half"), zip(SHAPES, (torch.float16, torch.bfloat16), strict=True)
)
def test_a_checkpoint_in_half_precision_can_be_exported(shape, tmp_path, waveforms, half):
    from transformers import Wav2Vec2ForCTC

    folder = tmp_path / "whole"
    write(shape, folder, seed=1)
    shutil.copytree(folder, tmp_path / "half")
    model = Wav2Vec2ForCTC.from_pretrained(folder, dtype=half)
    model.save_pretrained(tmp_path / "half")
    export(tmp_path / "half", tmp_path / "out", "fp32")
    onnx = load(str(tmp_path / "out"), engine="onnx-fp32")
    torch_fp32 = TorchEngine(tmp_path / "half", onnx.acoustics, "fp32", "cpu")
    inputs = [onnx.acoustics.prepare(waveforms[2])]
    ours, theirs = onnx.engine.emissions(inputs)[0], torch_fp32.emissions(inputs)[0]
    np.testing.assert_allclose(ours, theirs, atol=1e-3)


@pytest.mark.parametrize("part", [{"adapter_attn_dim": 8}, {"hidden_act": "relu"}])
def test_parts_that_the_export_does_not_support_are_refused(folder, tmp_path, part):
    shutil.copytree(folder, tmp_path / "m")
    config = json.loads((tmp_path / "m" / "config.json").read_text())
    (tmp_path / "m" / "config.json").write_text(json.dumps(config | part))
    with pytest.raises(ModelError, match=next(iter(part))):
        export(tmp_path / "m", tmp_path / "out", "fp32")
