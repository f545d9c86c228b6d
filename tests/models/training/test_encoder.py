import copy

import pytest
import torch

from training.attention import use_plain
from training.encoder import strided_product, use_channels_last


@pytest.mark.parametrize(("kernel", "stride"), [(10, 5), (3, 2), (2, 2), (3, 1), (2, 3), (5, 3)])
@pytest.mark.parametrize("time", [31, 32, 33, 34, 35, 36])
def test_the_matrix_products_equal_the_convolution(kernel: int, stride: int, time: int) -> None:
    x = torch.randn(2, time, 4)
    weight, bias = torch.randn(6, 4, kernel), torch.randn(6)
    expected = torch.nn.functional.conv1d(x.transpose(1, 2), weight, bias, stride).transpose(1, 2)
    torch.testing.assert_close(strided_product(x, weight, bias, stride), expected)


@pytest.mark.parametrize("norm", ["layer", "group"])
@pytest.mark.parametrize("kernel", [8, 7])
def test_outputs_and_gradients_equal_those_of_transformers(norm: str, kernel: int) -> None:
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    torch.manual_seed(0)
    config = Wav2Vec2Config(
        hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        conv_dim=(8, 12, 16), conv_kernel=(10, 3, 2), conv_stride=(5, 2, 2), conv_bias=True,
        num_feat_extract_layers=3, feat_extract_norm=norm, do_stable_layer_norm=True,
        num_conv_pos_embeddings=kernel, num_conv_pos_embedding_groups=2, vocab_size=32,
    )  # fmt: skip
    reference = Wav2Vec2ForCTC(config).eval()
    swapped = copy.deepcopy(reference)
    use_plain(swapped)
    use_channels_last(swapped)
    assert swapped.state_dict().keys() == reference.state_dict().keys()
    waveforms = torch.randn(2, 4321)
    logits = [model(waveforms).logits for model in (reference, swapped)]
    torch.testing.assert_close(*logits, rtol=1e-5, atol=1e-5)
    for each in logits:
        each.square().sum().backward()
    for (name, one), other in zip(reference.named_parameters(), swapped.parameters(), strict=True):
        if one.grad is not None:
            torch.testing.assert_close(other.grad, one.grad, rtol=1e-4, atol=1e-4, msg=name)
