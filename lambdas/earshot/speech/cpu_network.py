"""wav2vec2 laid out for a CPU: the same weights and the same function, other operations.

Four things differ from transformers' module. Convolutions are matrix products on channels-last
data, which int8 kernels can do too. The norm over time of group-norm models is folded into the
first convolution. Places that do not depend on what is heard are a table. Attention is ONNX
Runtime's fused operator, which never holds the square of the frames. Only for export to ONNX; needs
torch and transformers.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional
from torch.nn.utils import parametrize

from earshot.speech.places import KnownPlaces, known_places


class CpuNetwork(nn.Module):  # type: ignore[misc]
    """From waveforms (batch, samples) to logits (batch, frames, vocabulary)."""

    def __init__(self, model: Any) -> None:
        """`model` is a Wav2Vec2ForCTC, which is used up: its weight norm is made plain."""
        super().__init__()
        inner = model.wav2vec2
        self.ears = _Ears(inner.feature_extractor)
        self.norm_features = inner.feature_projection.layer_norm
        self.project = inner.feature_projection.projection
        table = known_places(model)
        self.place = (
            _Places(inner.encoder.pos_conv_embed.conv) if table is None else KnownPlaces(table)
        )
        self.norm_first = bool(model.config.do_stable_layer_norm)
        self.layers = nn.ModuleList(
            _Layer(layer, self.norm_first) for layer in inner.encoder.layers
        )
        self.norm = inner.encoder.layer_norm
        self.head = model.lm_head

    def forward(self, input_values: torch.Tensor) -> torch.Tensor:
        hidden = self.project(self.norm_features(self.ears(input_values)))
        hidden = hidden + self.place(hidden)
        if not self.norm_first:
            hidden = self.norm(hidden)
        for layer in self.layers:
            hidden = layer(hidden)
        if self.norm_first:
            hidden = self.norm(hidden)
        logits: torch.Tensor = self.head(hidden)
        return logits


class _Ears(nn.Module):  # type: ignore[misc]
    """The feature encoder, from (batch, samples) to (batch, frames, channels)."""

    def __init__(self, extractor: Any) -> None:
        super().__init__()
        first, *others = extractor.conv_layers
        over_time = isinstance(getattr(first, "layer_norm", None), nn.GroupNorm)
        self.first = _FirstOverTime(first) if over_time else _Convolution(first)
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


class _FirstOverTime(nn.Module):  # type: ignore[misc]
    """The first convolution of a group-norm model, with its norm over time folded in.

    One channel a group: the mean and variance of an output channel over time follow from those of
    the samples under the kernel (w'm and w'Cw), so the norm is a change of weights, and the widest
    tensor of the network is written once rather than four times.
    """

    def __init__(self, layer: Any) -> None:
        super().__init__()
        # A bias of the convolution would change nothing: the norm takes the mean out.
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


class _Places(nn.Module):  # type: ignore[misc]
    """The convolution that tells frames where they are."""

    def __init__(self, convolution: Any) -> None:
        super().__init__()
        if parametrize.is_parametrized(convolution):  # weight norm
            parametrize.remove_parametrizations(convolution, "weight")
        self.convolution = convolution
        self.one_too_many = convolution.kernel_size[0] % 2 == 0

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        placed = self.convolution(hidden.transpose(1, 2))
        if self.one_too_many:
            placed = placed[:, :, :-1]
        return functional.gelu(placed).transpose(1, 2)


class _Layer(nn.Module):  # type: ignore[misc]
    """A transformer layer, with its norms before its parts or after."""

    def __init__(self, layer: Any, norm_first: bool) -> None:
        super().__init__()
        attention = layer.attention
        self.heads, self.width = attention.num_heads, attention.embed_dim
        self.scale = float(attention.head_dim) ** -0.5
        parts = (attention.q_proj, attention.k_proj, attention.v_proj)
        self.ask = nn.Linear(self.width, 3 * self.width)
        self.ask.weight.data = torch.cat([part.weight for part in parts])
        self.ask.bias.data = torch.cat([part.bias for part in parts])
        self.answer = attention.out_proj
        self.norm_first = norm_first
        self.norm_attention, self.norm_output = layer.layer_norm, layer.final_layer_norm
        self.widen = layer.feed_forward.intermediate_dense
        self.narrow = layer.feed_forward.output_dense

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        if self.norm_first:
            hidden = hidden + self._attend(self.norm_attention(hidden))
            return hidden + self._think(self.norm_output(hidden))
        hidden = self.norm_attention(hidden + self._attend(hidden))
        normed: torch.Tensor = self.norm_output(hidden + self._think(hidden))
        return normed

    def _attend(self, hidden: torch.Tensor) -> torch.Tensor:
        query, key, value = self.ask(hidden).split(self.width, dim=-1)
        heard = torch.onnx.ops.symbolic(
            "com.microsoft::MultiHeadAttention",
            (query, key, value),
            attrs={"num_heads": self.heads, "scale": self.scale},
            dtype=hidden.dtype,
            shape=hidden.shape,
            version=1,
        )
        answer: torch.Tensor = self.answer(heard)
        return answer

    def _think(self, hidden: torch.Tensor) -> torch.Tensor:
        thought: torch.Tensor = self.narrow(functional.gelu(self.widen(hidden)))
        return thought


def _as_matrix(weight: torch.Tensor) -> torch.Tensor:
    """A kernel (out, in, width) as (width * in, out), in the order that `_unfold` lays frames."""
    return weight.detach().permute(2, 1, 0).reshape(-1, weight.shape[0]).contiguous()


def _unfold(hidden: torch.Tensor, kernel: int, stride: int) -> torch.Tensor:
    """What the kernel sees at each step, side by side: (batch, frames, kernel * channels)."""
    batch, length, channels = hidden.shape
    frames = (length - kernel) // stride + 1
    # The first `stride` places of all kernels tile the sequence: a view of it.
    seen = [hidden[:, : frames * stride].reshape(batch, frames, stride * channels)]
    last = (frames - 1) * stride + 1
    seen += [hidden[:, place : place + last : stride] for place in range(stride, kernel)]
    return torch.cat(seen, dim=-1) if len(seen) > 1 else seen[0]
