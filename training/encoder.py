"""wav2vec2's convolutions as matrix products on channels-last data: the same output, faster.

On CPUs transformers' feature encoder costs more than the transformer, because each layer norm
transposes twice. On channels-last data, a convolution of kernel k and stride s is a sum of
ceil(k / s) matrix products over views of its input, and nothing is transposed.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from earshot.speech.positions import use_position_table


def strided_product(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int) -> Tensor:
    """A 1-d convolution of `x` (batch, time, in) with `weight` (out, in, kernel), without padding.

    Gives (batch, (time - kernel) // stride + 1, out). The kernel's taps are grouped by `stride`,
    so that the input of each group is a reshape of `x`.
    """
    batch, time, channels = x.shape
    out, _, kernel = weight.shape
    frames = (time - kernel) // stride + 1
    groups = math.ceil(kernel / stride)
    if short := (frames + groups - 1) * stride - time:
        # Negative: drop samples that no kernel reaches. Positive: pad with zeros that no tap uses.
        x = functional.pad(x, (0, 0, 0, short))
    blocks = x.view(batch, frames + groups - 1, stride * channels)
    taps = weight.permute(2, 1, 0).reshape(kernel * channels, out)
    total: Tensor | None = None
    for group in range(groups):
        part = taps[group * stride * channels : (group + 1) * stride * channels]
        window = blocks[:, group : group + frames, : part.shape[0]]
        if total is None:
            total = functional.linear(window, part.t(), bias)
        else:
            total = total + window @ part
    assert total is not None  # noqa: S101 - groups >= 1
    return total


def norm_over_time(x: Tensor, norm: nn.GroupNorm) -> Tensor:
    """A group norm with one channel in each group, of `x` (batch, time, channels)."""
    variance, mean = torch.var_mean(x.float(), dim=1, keepdim=True, correction=0)
    scale = torch.rsqrt(variance + norm.eps) * norm.weight
    return x * scale + (norm.bias - mean * scale)


class ChannelsLastEncoder(nn.Module):  # type: ignore[misc]
    """Replaces transformers' Wav2Vec2FeatureEncoder, with a layer norm or a group norm.

    Holds the same modules, so state dicts keep their names.
    """

    def __init__(self, original: nn.Module) -> None:
        super().__init__()
        self.conv_layers = original.conv_layers

    def forward(self, waveforms: Tensor) -> Tensor:
        """`waveforms` (batch, samples) to (batch, channels, frames), transformers' layout."""
        hidden = waveforms.unsqueeze(-1)
        for layer in self.conv_layers:
            conv = layer.conv
            hidden = strided_product(hidden, conv.weight, conv.bias, conv.stride[0])
            norm = getattr(layer, "layer_norm", None)
            if isinstance(norm, nn.GroupNorm):
                hidden = norm_over_time(hidden, norm)
            elif norm is not None:
                hidden = norm(hidden)
            hidden = layer.activation(hidden)
        return hidden.transpose(1, 2)


class FourierPositionalConv(nn.Module):  # type: ignore[misc]
    """Replaces transformers' Wav2Vec2PositionalConvEmbedding: convolves by Fourier transform.

    Its kernel is long, so a product of spectra is faster. Holds the same modules, so state dicts
    keep their names.
    """

    def __init__(self, original: nn.Module) -> None:
        super().__init__()
        self.conv, self.activation = original.conv, original.activation

    def forward(self, hidden: Tensor) -> Tensor:
        """`hidden` (batch, frames, channels) to the same shape."""
        batch, frames, channels = hidden.shape
        conv, kernel = self.conv, self.conv.kernel_size[0]
        span = frames + kernel
        length = 1 << (span - 1).bit_length()
        with torch.autocast(hidden.device.type, enabled=False):
            x = functional.pad(hidden.float().transpose(1, 2), (conv.padding[0], 0))
            each = channels // conv.groups
            spectrum = torch.fft.rfft(x, length).view(batch, conv.groups, each, -1)
            taps = torch.fft.rfft(conv.weight, length).conj().view(conv.groups, each, each, -1)
            product = torch.einsum("bgif,goif->bgof", spectrum, taps).reshape(batch, channels, -1)
            embedded = torch.fft.irfft(product, length)[..., :frames].transpose(1, 2)
            return self.activation(embedded + conv.bias)


def use_channels_last(model: nn.Module) -> nn.Module:
    """Replaces the convolutions of a Wav2Vec2ForCTC in place; position tables are used and kept."""
    inner = model.wav2vec2
    inner.feature_extractor = ChannelsLastEncoder(inner.feature_extractor)
    if use_position_table(model):
        freeze_positions(model)
    else:
        inner.encoder.pos_conv_embed = FourierPositionalConv(inner.encoder.pos_conv_embed)
    return model


def freeze_positions(model: nn.Module) -> None:
    """Freezes the weights that a position table was made of, so that it stays valid."""
    model.wav2vec2.encoder.pos_conv_embed.conv.requires_grad_(False)
    projection = model.wav2vec2.feature_projection.projection
    trained = (projection.weight != 0).any(dim=1).to(projection.weight.dtype)
    projection.weight.register_hook(lambda gradient: gradient * trained[:, None])
    projection.bias.register_hook(lambda gradient: gradient * trained)
