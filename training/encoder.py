"""The convolutions of wav2vec2 as matrix products on channels-last data: the same numbers, faster.

On CPUs the 1-d convolutions cost more than the transformer when written as convolutions: each
layer norm then has to transpose twice. Kept channels-last, a convolution of kernel k and stride s
is a sum of ceil(k / s) matrix products over views of its input, and nothing is transposed.
"""

import math

import torch
from torch import Tensor, nn
from torch.nn import functional

from earshot.speech.places import use_known_places


def strided_product(x: Tensor, weight: Tensor, bias: Tensor | None, stride: int) -> Tensor:
    """A 1-d convolution of `x` (batch, time, in) with `weight` (out, in, kernel), without padding.

    Gives (batch, (time - kernel) // stride + 1, out). Taps are taken `stride` at a time, so that
    each group of taps is a plain reshape of `x`.
    """
    batch, time, channels = x.shape
    out, _, kernel = weight.shape
    frames = (time - kernel) // stride + 1
    groups = math.ceil(kernel / stride)
    if short := (frames + groups - 1) * stride - time:
        # Negative: drop samples that no window reaches. Positive: zeros that meet no tap.
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
    """A group norm with a channel a group, of `x` (batch, time, channels)."""
    variance, mean = torch.var_mean(x.float(), dim=1, keepdim=True, correction=0)
    scale = torch.rsqrt(variance + norm.eps) * norm.weight
    return x * scale + (norm.bias - mean * scale)


class ChannelsLastEncoder(nn.Module):  # type: ignore[misc]
    """Stands in for transformers' Wav2Vec2FeatureEncoder, of either kind of norm.

    Holds the same modules, so that state dicts keep their names.
    """

    def __init__(self, original: nn.Module) -> None:
        super().__init__()
        self.conv_layers = original.conv_layers

    def forward(self, waveforms: Tensor) -> Tensor:
        """(batch, samples) to features (batch, channels, frames), as transformers wants them."""
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


class FourierPlaces(nn.Module):  # type: ignore[misc]
    """Stands in for transformers' Wav2Vec2PositionalConvEmbedding: its long grouped convolution is
    a product of spectra. Holds the same modules, so that state dicts keep their names.
    """

    def __init__(self, original: nn.Module) -> None:
        super().__init__()
        self.conv, self.activation = original.conv, original.activation

    def forward(self, hidden: Tensor) -> Tensor:
        """(batch, frames, channels) to the same shape."""
        batch, frames, channels = hidden.shape
        conv, kernel = self.conv, self.conv.kernel_size[0]
        span = frames + kernel
        length = 1 << (span - 1).bit_length()
        with torch.autocast(hidden.device.type, enabled=False):
            x = functional.pad(hidden.float().transpose(1, 2), (conv.padding[0], 0))
            each = channels // conv.groups
            sound = torch.fft.rfft(x, length).view(batch, conv.groups, each, -1)
            taps = torch.fft.rfft(conv.weight, length).conj().view(conv.groups, each, each, -1)
            product = torch.einsum("bgif,goif->bgof", sound, taps).reshape(batch, channels, -1)
            placed = torch.fft.irfft(product, length)[..., :frames].transpose(1, 2)
            return self.activation(placed + conv.bias)


def use_channels_last(model: nn.Module) -> nn.Module:
    """Swaps the convolutions of a Wav2Vec2ForCTC in place; places that are known stay so."""
    inner = model.wav2vec2
    inner.feature_extractor = ChannelsLastEncoder(inner.feature_extractor)
    if use_known_places(model):
        hold_places(model)
    else:
        inner.encoder.pos_conv_embed = FourierPlaces(inner.encoder.pos_conv_embed)
    return model


def hold_places(model: nn.Module) -> None:
    """What the table of places was made of does not learn: it would no longer be a table."""
    model.wav2vec2.encoder.pos_conv_embed.conv.requires_grad_(False)
    projection = model.wav2vec2.feature_projection.projection
    heard = (projection.weight != 0).any(dim=1).to(projection.weight.dtype)
    projection.weight.register_hook(lambda gradient: gradient * heard[:, None])
    projection.bias.register_hook(lambda gradient: gradient * heard)
