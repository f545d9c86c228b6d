"""A convolution that tells places by counting is looked up, and says the same."""

from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="torch comes with requirements-model.txt")

from earshot.speech.engine_torch import TorchEngine  # noqa: E402
from earshot.speech.export import export  # noqa: E402
from earshot.speech.model import load  # noqa: E402
from earshot.speech.places import known_places, use_known_places  # noqa: E402
from scripts.model.random import write  # noqa: E402

KERNEL, HEARD = 48, 12  # taps, and channels of 16 that hear the recording


def counting_model():
    """Its last four channels are constant, and the taps reach from a frame back."""
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
        projection.weight[HEARD:] = 0
        projection.bias[HEARD:] = torch.tensor([1.0, -1.0, 0.5, 2.0])
        taps[:HEARD] = 0
        taps[HEARD:, :, KERNEL // 2 + 1 :] = 1  # weight norm divides by it
        lengths = model.wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original0
        lengths[..., : KERNEL // 2 + 1] = 0.3
        lengths[..., KERNEL // 2 + 1 :] = 0
    return model


@pytest.mark.parametrize("frames", [1, 7, KERNEL // 2, 3 * KERNEL])
def test_the_table_is_the_convolution_up_to_and_beyond_its_reach(frames: int) -> None:
    model = counting_model()
    convolution = model.wav2vec2.encoder.pos_conv_embed
    heard = torch.randn(2, frames, 16)
    heard[..., HEARD:] = model.wav2vec2.feature_projection.projection.bias[HEARD:]
    with torch.no_grad():
        wanted = convolution(heard)
        assert use_known_places(model)
        found = model.wav2vec2.encoder.pos_conv_embed(heard)
    torch.testing.assert_close(found.expand_as(wanted), wanted)


def test_places_that_depend_on_what_is_heard_are_not_known() -> None:
    model = counting_model()
    with torch.no_grad():
        model.wav2vec2.feature_projection.projection.weight[-1, 0] = 0.1
    assert known_places(model) is None
    assert not use_known_places(model)


def test_places_that_depend_on_the_recordings_end_are_not_known() -> None:
    model = counting_model()
    with torch.no_grad():
        model.wav2vec2.encoder.pos_conv_embed.conv.parametrizations.weight.original0.fill_(0.3)
    assert known_places(model) is None


def test_an_exported_model_knows_its_places(tmp_path: Path) -> None:
    folder = tmp_path / "counting"
    write("tiny-layer", folder)  # for the files that say how text is spelled
    counting_model().save_pretrained(folder)
    export(folder, tmp_path / "onnx", "fp32")
    onnx = load(str(tmp_path / "onnx"), engine="onnx-fp32")
    waveform = onnx.acoustics.prepare(
        np.random.default_rng(1).standard_normal(9_000).astype(np.float32)
    )
    (wanted,) = TorchEngine(folder, onnx.acoustics, "fp32", "cpu").emissions([waveform])
    (found,) = onnx.engine.emissions([waveform])
    np.testing.assert_allclose(found, wanted, atol=1e-4)
