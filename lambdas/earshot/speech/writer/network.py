"""Moonshine laid out for a CPU: the same weights and the same function, as two graphs.

The encoder hears a waveform once and gives the decoder's layers what they attend to, so no step
computes it again. The decoder makes one step of several hypotheses at once: a token of each in,
the likeliest next ones out, with the keys and values of earlier steps. Convolutions are matrix
products on channels-last data; attention and rotary embedding are ONNX Runtime's fused operators.
The embedding and the output are one matrix, as they are in the model. Only for export to ONNX;
needs torch and transformers.

Source: Jeffries et al., "Moonshine: Speech Recognition for Live Transcription and Voice Commands"
(2024), and transformers' modeling_moonshine.py.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from earshot.speech.writer.fused import Rotary, attend, attend_with_past
from earshot.speech.writer.settings import CHOICES


class EncoderNetwork(nn.Module):  # type: ignore[misc]
    """From a waveform (1, samples) to the keys and values of each decoder layer's attention,
    (1, heads, frames, head width) each: key 0, value 0, key 1 and so on."""

    def __init__(self, model: Any) -> None:
        """`model` is a MoonshineForConditionalGeneration."""
        super().__init__()
        encoder, config = model.model.encoder, model.config
        self.convolutions = nn.ModuleList(
            _Convolution(one) for one in (encoder.conv1, encoder.conv2, encoder.conv3)
        )
        self.norm_conv = encoder.groupnorm
        self.rotary = Rotary(encoder.rotary_emb, config.encoder_num_attention_heads)
        self.layers = nn.ModuleList(_EncoderLayer(layer) for layer in encoder.layers)
        self.norm = encoder.layer_norm
        self.cross = nn.ModuleList(
            _joined(layer.encoder_attn.k_proj, layer.encoder_attn.v_proj)
            for layer in model.model.decoder.layers
        )
        self.cross_heads = config.decoder_num_key_value_heads

    def forward(self, waveform: Tensor) -> list[Tensor]:
        first, second, third = self.convolutions
        hidden = torch.tanh(first(waveform[:, :, None]))
        hidden = _norm_of_all(hidden, self.norm_conv)
        hidden = functional.gelu(third(functional.gelu(second(hidden))))
        positions = torch.arange(hidden.shape[1])[None]
        for layer in self.layers:
            hidden = layer(hidden, positions, self.rotary)
        hidden = self.norm(hidden)
        made = []
        for both in self.cross:
            for part in both(hidden).chunk(2, dim=-1):
                made.append(part.unflatten(-1, (self.cross_heads, -1)).transpose(1, 2))
        return made


class DecoderNetwork(nn.Module):  # type: ignore[misc]
    """One step of n hypotheses about one sound.

    In: tokens (1, n), their position (1, n), and for each hypothesis the row (n,) of the one that
    it goes on from; keys and values of all layers, of earlier tokens (rows, heads, length, head
    width), and of the sound (1, heads, frames, head width). Out: the likeliest CHOICES next tokens
    (n, CHOICES) and their log-probabilities, all logits (n, vocabulary), and the keys and values
    that the next step needs.

    Hypotheses lie along the axis of time, so that all attend to the same copy of the sound; only
    the attention to their own earlier tokens has them apart.
    """

    def __init__(self, model: Any) -> None:
        super().__init__()
        decoder = model.model.decoder
        self.rotary = Rotary(decoder.rotary_emb, model.config.decoder_num_attention_heads)
        self.layers = nn.ModuleList(_DecoderLayer(layer) for layer in decoder.layers)
        self.norm = decoder.norm
        # Columns are tokens: read as an embedding, multiplied by as the output.
        self.vocabulary = nn.Parameter(model.proj_out.weight.T.contiguous(), requires_grad=False)

    def forward(
        self,
        token: Tensor,
        position: Tensor,
        parent: Tensor,
        past: list[Tensor],
        cross: list[Tensor],
    ) -> tuple[Tensor, Tensor, Tensor, list[Tensor]]:
        hidden = self.vocabulary.index_select(1, token.flatten()).T[None]
        present: list[Tensor] = []
        for at, layer in enumerate(self.layers):
            pair = slice(2 * at, 2 * at + 2)
            held = [one.index_select(0, parent) for one in past[pair]]
            hidden, made = layer(hidden, position, self.rotary, held, cross[pair])
            present += made
        logits = (self.norm(hidden) @ self.vocabulary)[0]
        likeliest, tokens = torch.log_softmax(logits, dim=-1).topk(CHOICES, dim=-1)
        return tokens, likeliest, logits, present


class _EncoderLayer(nn.Module):  # type: ignore[misc]
    def __init__(self, layer: Any) -> None:
        super().__init__()
        attention = layer.self_attn
        self.heads, self.scale = attention.config.encoder_num_attention_heads, attention.scaling
        self.norm_attention, self.norm_output = (
            layer.input_layernorm,
            layer.post_attention_layernorm,
        )
        self.qkv = _joined(attention.q_proj, attention.k_proj, attention.v_proj)
        self.out_proj = attention.o_proj
        self.mlp = layer.mlp

    def forward(self, hidden: Tensor, positions: Tensor, rotary: Rotary) -> Tensor:
        query, key, value = self.qkv(self.norm_attention(hidden)).chunk(3, dim=-1)
        query, key = rotary(query, positions), rotary(key, positions)
        attended = attend((query, key, value), self.heads, self.scale, query)
        hidden = hidden + self.out_proj(attended)
        inner = functional.gelu(self.mlp.fc1(self.norm_output(hidden)))
        output: Tensor = hidden + self.mlp.fc2(inner)
        return output


class _DecoderLayer(nn.Module):  # type: ignore[misc]
    def __init__(self, layer: Any) -> None:
        super().__init__()
        attention, cross = layer.self_attn, layer.encoder_attn
        self.heads, self.scale = attention.config.decoder_num_attention_heads, attention.scaling
        self.norm_self, self.norm_cross = layer.input_layernorm, layer.post_attention_layernorm
        self.norm_output = layer.final_layernorm
        self.qkv = _joined(attention.q_proj, attention.k_proj, attention.v_proj)
        self.out_proj = attention.o_proj
        self.cross_q_proj, self.cross_out_proj = cross.q_proj, cross.o_proj
        self.mlp = layer.mlp

    def forward(
        self,
        hidden: Tensor,
        position: Tensor,
        rotary: Rotary,
        past: list[Tensor],
        cross: list[Tensor],
    ) -> tuple[Tensor, list[Tensor]]:
        query, key, value = self.qkv(self.norm_self(hidden)).chunk(3, dim=-1)
        query, key = rotary(query, position), rotary(key, position)
        query, key, value = (one.transpose(0, 1) for one in (query, key, value))  # (n, 1, width)
        attended, *present = attend_with_past(query, key, value, past, self.heads, self.scale)
        hidden = hidden + self.out_proj(attended.transpose(0, 1))  # (1, n, width)
        query = self.cross_q_proj(self.norm_cross(hidden))
        attended = attend((query, *cross), self.heads, self.scale, query)
        hidden = hidden + self.cross_out_proj(attended)
        inner, gate = self.mlp.fc1(self.norm_output(hidden)).chunk(2, dim=-1)
        return hidden + self.mlp.fc2(functional.silu(gate) * inner), present


class _Convolution(nn.Module):  # type: ignore[misc]
    """A convolution as one matrix product, from (1, n, channels) to (1, frames, channels)."""

    def __init__(self, convolution: Any) -> None:
        super().__init__()
        self.stride = convolution.stride[0]
        self.kernel = convolution.kernel_size[0]
        weight = convolution.weight.detach().permute(2, 1, 0)  # (kernel, in, out)
        # A kernel one short of whole strides (127 of 64) becomes whole by a tap of zeros.
        self.short = self.kernel % self.stride == self.stride - 1 and self.stride > 2
        if self.short:
            weight = functional.pad(weight, (0, 0, 0, 0, 0, 1))
            self.kernel += 1
        self.weight = nn.Parameter(weight.flatten(0, 1).contiguous(), requires_grad=False)
        self.bias = convolution.bias

    def forward(self, hidden: Tensor) -> Tensor:
        if self.short:
            hidden = functional.pad(hidden, (0, 0, 0, 1))
        frames = (hidden.shape[1] - self.kernel) // self.stride + 1
        strides, taps = divmod(self.kernel, self.stride)
        seen = [
            hidden[:, one * self.stride : (frames + one) * self.stride].reshape(
                1, frames, self.stride * hidden.shape[2]
            )
            for one in range(strides)
        ]
        first = strides * self.stride
        last = (frames - 1) * self.stride + 1
        seen += [hidden[:, tap : tap + last : self.stride] for tap in range(first, first + taps)]
        product: Tensor = torch.cat(seen, dim=-1) @ self.weight
        return product if self.bias is None else product + self.bias


def _norm_of_all(hidden: Tensor, norm: nn.GroupNorm) -> Tensor:
    """A group norm of one group, over (1, n, channels)."""
    centred = hidden - hidden.mean(dim=(1, 2), keepdim=True)
    variance = (centred * centred).mean(dim=(1, 2), keepdim=True)
    normed: Tensor = centred * torch.rsqrt(variance + norm.eps) * norm.weight + norm.bias
    return normed


def _joined(*layers: nn.Linear) -> nn.Linear:
    """One product in place of several of the same input."""
    joined = nn.Linear(layers[0].in_features, sum(one.out_features for one in layers), bias=False)
    joined.weight.data = torch.cat([one.weight.data for one in layers])
    return joined
