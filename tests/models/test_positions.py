"""A positional convolution over constant channels is replaced by a table of its output."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch comes with requirements-model.txt")

from earshot.speech.engine_torch import TorchEngine  # noqa: E402
from earshot.speech.export import export  # noqa: E402
from earshot.speech.model import load  # noqa: E402
from earshot.speech.positions import position_table, use_position_table  # noqa: E402
from scripts.model.random import write  # noqa: E402

KERNEL, INPUT_CHANNELS = 48, 12  # taps; of 16 channels, those that depend on the recording


def model_with_constant_channels():
    """Its last four channels are constant, and the kernel does not look ahead."""
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    torch.manual_seed(4)
    config = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32,
        conv_dim=(8, 16), conv_kernel=(10, 8), conv_stride=(8, 8), num_feat_extract_layers=2,
        feat_extract_norm="layer", do_stable_layer_norm=True, vocab_size=32,
        num_conv_pos_embeddings=KERNEL, num_conv_pos_embedding_groups=16,
    )  # fmt: skip
    model = Wav2Vec2ForCTC(config).eval()
    projection = model.wav2vec2.feature_projection.projection
    taps = model.wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original1
    with torch.no_grad():
        projection.weight[INPUT_CHANNELS:] = 0
        projection.bias[INPUT_CHANNELS:] = torch.tensor([1.0, -1.0, 0.5, 2.0])
        taps[:INPUT_CHANNELS] = 0
        taps[INPUT_CHANNELS:, :, KERNEL // 2 + 1 :] = 1  # weight norm divides by it
        lengths = model.wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original0
        lengths[..., : KERNEL // 2 + 1] = 0.3
        lengths[..., KERNEL // 2 + 1 :] = 0
    return model


@pytest.mark.parametrize("frames", [1, 7, KERNEL // 2, 3 * KERNEL])
def test_the_table_equals_the_convolution_up_to_and_beyond_the_kernels_length(frames: int) -> None:
    model = model_with_constant_channels()
    convolution = model.wav2vec2.encoder.pos_conv_embed
    hidden = torch.randn(2, frames, 16)
    hidden[..., INPUT_CHANNELS:] = model.wav2vec2.feature_projection.projection.bias[
        INPUT_CHANNELS:
    ]
    with torch.no_grad():
        expected = convolution(hidden)
        assert use_position_table(model)
        found = model.wav2vec2.encoder.pos_conv_embed(hidden)
    torch.testing.assert_close(found.expand_as(expected), expected)


def test_positions_that_depend_on_the_input_have_no_table() -> None:
    model = model_with_constant_channels()
    with torch.no_grad():
        model.wav2vec2.feature_projection.projection.weight[-1, 0] = 0.1
    assert position_table(model) is None
    assert not use_position_table(model)


def test_positions_that_depend_on_the_recordings_end_have_no_table() -> None:
    model = model_with_constant_channels()
    with torch.no_grad():
        model.wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original0.fill_(0.3)
    assert position_table(model) is None


def test_an_export_with_a_position_table_has_the_same_emissions(tmp_path: Path) -> None:
    folder = tmp_path / "constant"
    write("tiny-layer", folder)  # for the tokenizer's files
    model_with_constant_channels().save_pretrained(folder)
    export(folder, tmp_path / "onnx", "fp32")
    onnx = load(str(tmp_path / "onnx"), engine="onnx-fp32")
    waveform = onnx.acoustics.prepare(
        np.random.default_rng(1).standard_normal(9_000).astype(np.float32)
    )
    (expected,) = TorchEngine(folder, onnx.acoustics, "fp32", "cpu").emissions([waveform])
    (found,) = onnx.engine.emissions([waveform])
    np.testing.assert_allclose(found, expected, atol=1e-4)
