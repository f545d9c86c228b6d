"""wav2vec2 rewritten for a CPU: the same weights and the same function, other operations.

Four things differ from transformers' module:

- Convolutions are matrix products on channels-last data, which int8 kernels support.
- The norm over time of group-norm models is folded into the first convolution.
- Positional embeddings that do not depend on the input are a table.
- Attention is ONNX Runtime's fused operator, which never stores the (frames, frames) matrix.

Only for export to ONNX. Needs torch and transformers.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrize

from earshot.speech.positions import PositionTable, position_table


class CpuNetwork(nn.Module):  # type: ignore[misc]
    """Waveforms (batch, samples) to logits (batch, frames, vocabulary)."""

    def __init__(self, model: Any) -> None:
        """`model` is a Wav2Vec2ForCTC. It is changed: its weight norm is removed."""
        super().__init__()
        inner = model.wav2vec2
        self.feature_encoder = _FeatureEncoder(inner.feature_extractor)
        self.norm_features = inner.feature_projection.layer_norm
        self.project = inner.feature_projection.projection
        table = position_table(model)
        self.positions = (
            _PositionalConvolution(inner.encoder.pos_conv_embed.conv)
            if table is None
            else PositionTable(table)
        )
        self.norm_first = bool(model.config.do_stable_layer_norm)
        self.layers = nn.ModuleList(
            _Layer(layer, self.norm_first) for layer in inner.encoder.layers
        )
        self.norm = inner.encoder.layer_norm
        self.head = model.lm_head

    def forward(self, input_values: torch.Tensor) -> torch.Tensor:
        """`input_values` (batch, samples) to logits (batch, frames, vocabulary)."""
        hidden = self.project(self.norm_features(self.feature_encoder(input_values)))
        hidden = hidden + self.positions(hidden)
        if not self.norm_first:
            hidden = self.norm(hidden)
        for layer in self.layers:
            hidden = layer(hidden)
        if self.norm_first:
            hidden = self.norm(hidden)
        logits: torch.Tensor = self.head(hidden)
        return logits


class _FeatureEncoder(nn.Module):  # type: ignore[misc]
    """Waveforms (batch, samples) to features (batch, frames, channels)."""

    def __init__(self, extractor: Any) -> None:
        super().__init__()
        first, *others = extractor.conv_layers
        over_time = isinstance(getattr(first, "layer_norm", None), nn.GroupNorm)
        self.first = _GroupNormConvolution(first) if over_time else _Convolution(first)
        self.others = nn.ModuleList(_Convolution(layer) for layer in others)

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        hidden: torch.Tensor = self.first(waveforms[:, :, None])
        for layer in self.others:
            hidden = layer(hidden)
        return hidden


class _Convolution(nn.Module):  # type: ignore[misc]
    """A convolution, its layer norm if it has one, and GELU."""

    def __init__(self, layer: Any) -> None:
        super().__init__()
        self.kernel, self.stride = layer.conv.kernel_size[0], layer.conv.stride[0]
        self.weight = nn.Parameter(_as_matrix(layer.conv.weight), requires_grad=False)
        self.bias = layer.conv.bias
        self.norm = getattr(layer, "layer_norm", None)

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        hidden = _unfold(hidden, self.kernel, self.stride) @ self.weight
        if self.bias is not None:
            hidden = hidden + self.bias
        if self.norm is not None:
            hidden = self.norm(hidden)
        return functional.gelu(hidden)


class _GroupNormConvolution(nn.Module):  # type: ignore[misc]
    """The first convolution of a group-norm model, with its norm over time folded in.

    Each channel is its own group. If the samples under the kernel have mean m and covariance C, an
    output channel with weights w has mean w'm and variance w'Cw over time. So the norm becomes a
    change of weights, and the network's widest tensor is written once instead of four times.
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        # A bias of the convolution would have no effect: the norm subtracts the mean.
        self.kernel, self.stride = layer.conv.kernel_size[0], layer.conv.stride[0]
        self.weight = nn.Parameter(_as_matrix(layer.conv.weight), requires_grad=False)
        self.norm = layer.layer_norm

    def forward(self, waveforms: torch.Tensor) -> torch.Tensor:
        frames = _unfold(waveforms, self.kernel, self.stride)
        mean = frames.mean(dim=1, keepdim=True)
        centred = frames - mean
        covariance = centred.transpose(1, 2) @ centred / frames.shape[1]
        variance = ((covariance @ self.weight) * self.weight).sum(dim=1, keepdim=True)
        scale = torch.rsqrt(variance + self.norm.eps) * self.norm.weight
        shift = self.norm.bias - (mean @ self.weight) * scale
        return functional.gelu(frames @ (self.weight * scale) + shift)


class _PositionalConvolution(nn.Module):  # type: ignore[misc]
    """wav2vec2's convolutional positional embedding, (batch, frames, channels) to the same."""

    def __init__(self, convolution: Any) -> None:
        super().__init__()
        if parametrize.is_parametrized(convolution):  # weight norm
            parametrize.remove_parametrizations(convolution, "weight")
        self.convolution = convolution
        self.drops_last = convolution.kernel_size[0] % 2 == 0

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        embedded = self.convolution(hidden.transpose(1, 2))
        if self.drops_last:  # an even kernel with symmetric padding gives one frame too many
            embedded = embedded[:, :, :-1]
        return functional.gelu(embedded).transpose(1, 2)


class _Layer(nn.Module):  # type: ignore[misc]
    """A transformer layer. `norm_first`: its norms come before attention and feed forward."""

    def __init__(self, layer: Any, norm_first: bool) -> None:
        super().__init__()
        attention = layer.attention
        self.heads, self.width = attention.num_heads, attention.embed_dim
        self.scale = float(attention.head_dim) ** -0.5
        parts = (attention.q_proj, attention.k_proj, attention.v_proj)
        self.qkv = nn.Linear(self.width, 3 * self.width)
        self.qkv.weight.data = torch.cat([part.weight for part in parts])
        self.qkv.bias.data = torch.cat([part.bias for part in parts])
        self.out_proj = attention.out_proj
        self.norm_first = norm_first
        self.norm_attention, self.norm_output = layer.layer_norm, layer.final_layer_norm
        self.intermediate = layer.feed_forward.intermediate_dense
        self.output = layer.feed_forward.output_dense

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        if self.norm_first:
            hidden = hidden + self._attend(self.norm_attention(hidden))
            return hidden + self._feed_forward(self.norm_output(hidden))
        hidden = self.norm_attention(hidden + self._attend(hidden))
        normed: torch.Tensor = self.norm_output(hidden + self._feed_forward(hidden))
        return normed

    def _attend(self, hidden: torch.Tensor) -> torch.Tensor:
        query, key, value = self.qkv(hidden).split(self.width, dim=-1)
        attended = torch.onnx.ops.symbolic(
            "com.microsoft::MultiHeadAttention",
            (query, key, value),
            attrs={"num_heads": self.heads, "scale": self.scale},
            dtype=hidden.dtype,
            shape=hidden.shape,
            version=1,
        )
        projected: torch.Tensor = self.out_proj(attended)
        return projected

    def _feed_forward(self, hidden: torch.Tensor) -> torch.Tensor:
        output: torch.Tensor = self.output(functional.gelu(self.intermediate(hidden)))
        return output


def _as_matrix(weight: torch.Tensor) -> torch.Tensor:
    """A kernel (out, in, width) as a matrix (width * in, out), in the order of `_unfold`."""
    return weight.detach().permute(2, 1, 0).reshape(-1, weight.shape[0]).contiguous()


def _unfold(hidden: torch.Tensor, kernel: int, stride: int) -> torch.Tensor:
    """The inputs under the kernel at each step: (batch, frames, kernel * channels)."""
    batch, length, channels = hidden.shape
    frames = (length - kernel) // stride + 1
    # The first `stride` taps of all kernels tile the sequence, so they are a view of it.
    taps = [hidden[:, : frames * stride].reshape(batch, frames, stride * channels)]
    last = (frames - 1) * stride + 1
    taps += [hidden[:, tap : tap + last : stride] for tap in range(stride, kernel)]
    return torch.cat(taps, dim=-1) if len(taps) > 1 else taps[0]
