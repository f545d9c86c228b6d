"""Moonshine in torch, for many waveforms at once on a GPU: the function that network.py exports.

Waveforms are padded to the longest. Norms and attention see only a waveform's own frames, so that
padding and neighbours change nothing. Source: see network.py.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from earshot.errors import ModelError
from earshot.speech.engine import Waveform
from earshot.speech.writer.onnx_weights import VOCABULARY, GraphWeights, Weights
from earshot.speech.writer.settings import CHOICES, Settings

_KERNELS, _STRIDES = (127, 7, 3), (64, 3, 2)
_IN_ENCODER_LAYER, _IN_DECODER_LAYER = 4, 6  # products
_EPSILON = 1e-5  # of every norm, as transformers' Moonshine has it

Pair = tuple[Tensor, Tensor]  # keys and values (rows, heads, length, head width)


@dataclass(frozen=True, slots=True)
class Heard:
    """What the decoder attends to of n waveforms: a pair a layer, and which frames are a waveform's
    own (n, 1, 1, frames)."""

    pairs: tuple[Pair, ...]
    own: Tensor

    def only(self, rows: Tensor) -> "Heard":
        return Heard(tuple((key[rows], value[rows]) for key, value in self.pairs), self.own[rows])


class _Layer(NamedTuple):
    """`norms` in the order of their use, `products` (in, out) likewise, and the biases of the
    feed-forward part."""

    norms: Sequence[Tensor]
    products: Sequence[Tensor]
    biases: Sequence[Tensor]


class Network:
    """The encoder and one step of the decoder. All matrices are (in, out)."""

    def __init__(
        self,
        encoder: GraphWeights,
        decoder: GraphWeights,
        settings: Settings,
        device: str | None = None,
    ) -> None:
        """`device` is a GPU if there is one. Raises ModelError for any other graphs."""

        def to(weights: Weights) -> Tensor:
            return torch.as_tensor(weights, device=self.device)

        self.device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        self._heads = settings.heads
        self._scale = settings.head_width**-0.5
        layers = settings.layers
        heard = len(encoder.products) - layers
        if heard % _IN_ENCODER_LAYER or len(decoder.products) != layers * _IN_DECODER_LAYER:
            raise ModelError("The writer's graphs are not laid out as `export-writer` does it.")
        try:
            named = {name: to(value) for name, value in encoder.named.items()}
            self._convolutions = [
                (_taps(named[f"convolutions.{at}.weight"], kernel), stride,
                 named.get(f"convolutions.{at}.bias"))
                for at, (kernel, stride) in enumerate(zip(_KERNELS, _STRIDES, strict=True))
            ]  # fmt: skip
            self._norm_conv = named["norm_conv.weight"], named["norm_conv.bias"]
            self._norm_heard = named["norm.weight"]
            self._encoder = [
                _layer(named, at, ("attention", "output"), some)
                for at, some in _by_layer(encoder.products[:heard], _IN_ENCODER_LAYER, to)
            ]
            self._cross = [to(one) for one in encoder.products[heard:]]
            self._cos, self._sin = named["rotary.cos"], named["rotary.sin"]
            named = {name: to(value) for name, value in decoder.named.items()}
            self._norm_written = named["norm.weight"]
            self._decoder = [
                _layer(named, at, ("self", "cross", "output"), some)
                for at, some in _by_layer(decoder.products, _IN_DECODER_LAYER, to)
            ]
            self._vocabulary = named[VOCABULARY]
        except KeyError as error:
            raise ModelError(f"The writer's graphs lack {error.args[0]}.") from error
        self._embedding = self._vocabulary.T.contiguous()

    def hear(self, waveforms: Sequence[Waveform]) -> Heard:
        """Of waveforms (n,) of MIN_SAMPLES or more."""
        lengths = [len(one) for one in waveforms]
        padded = np.zeros((len(waveforms), 1, max(lengths)), np.float32)
        for row, waveform in zip(padded, waveforms, strict=True):
            row[0, : len(waveform)] = waveform
        hidden = torch.as_tensor(padded, device=self.device)
        for at, (taps, stride, bias) in enumerate(self._convolutions):
            hidden = functional.conv1d(hidden, taps, bias, stride)
            lengths = [(length - taps.shape[2]) // stride + 1 for length in lengths]
            if at == 0:
                own = self._own(lengths, hidden.shape[2])
                hidden = _norm_of_all(torch.tanh(hidden), own, *self._norm_conv)
            else:
                hidden = functional.gelu(hidden)
        hidden = hidden.transpose(1, 2)
        own = self._own(lengths, hidden.shape[1])[:, None]
        positions = torch.arange(hidden.shape[1], device=self.device)
        for layer in self._encoder:
            hidden = self._understood(layer, hidden, positions, own)
        hidden = _norm(hidden, self._norm_heard)
        pairs = [self._split(hidden @ both, 2) for both in self._cross]
        return Heard(tuple((key, value) for key, value in pairs), own)

    def step(
        self, heard: Heard, tokens: Tensor, position: int, past: Sequence[Pair]
    ) -> tuple[Tensor, Tensor, list[Pair]]:
        """Next tokens and their log-probabilities (n, width, CHOICES), likeliest first, and the
        pairs (n * width, ...) with this step's appended.

        `tokens` (n, width) are the last ones of `width` hypotheses about each waveform.
        """
        count, width = tokens.shape
        hidden = self._embedding[tokens]
        place = torch.full((1,), position, device=self.device)
        present: list[Pair] = []
        for at, (norms, products, biases) in enumerate(self._decoder):
            mixed = _norm(hidden, norms[0]).view(count * width, 1, -1) @ products[0]
            query, key, value = self._split(mixed, 3)
            query, key = self._turned(query, place), self._turned(key, place)
            if past:
                key, value = (
                    torch.cat((old, new), 2)
                    for old, new in zip(past[at], (key, value), strict=True)
                )
            present.append((key, value))
            attended = self._attended(query, key, value).view(count, width, -1)
            hidden = hidden + attended @ products[1]
            (query,) = self._split(_norm(hidden, norms[1]) @ products[2], 1)
            hidden = hidden + self._attended(query, *heard.pairs[at], heard.own) @ products[3]
            inner = _norm(hidden, norms[2]) @ products[4] + biases[0]
            inner, gate = inner.chunk(2, dim=-1)
            hidden = hidden + (functional.silu(gate) * inner) @ products[5] + biases[1]
        logits = _norm(hidden, self._norm_written) @ self._vocabulary
        likeliest, found = torch.log_softmax(logits, -1).topk(CHOICES)
        return found, likeliest, present

    def _understood(self, layer: _Layer, hidden: Tensor, positions: Tensor, own: Tensor) -> Tensor:
        norms, products, biases = layer
        query, key, value = self._split(_norm(hidden, norms[0]) @ products[0], 3)
        query, key = self._turned(query, positions), self._turned(key, positions)
        hidden = hidden + self._attended(query, key, value, own) @ products[1]
        inner = functional.gelu(_norm(hidden, norms[1]) @ products[2] + biases[0])
        return hidden + inner @ products[3] + biases[1]

    def _own(self, lengths: Sequence[int], longest: int) -> Tensor:
        """(n, 1, longest): whether a frame is a waveform's own."""
        counts = torch.tensor(lengths, device=self.device)[:, None, None]
        return torch.arange(longest, device=self.device) < counts

    def _split(self, hidden: Tensor, parts: int) -> Sequence[Tensor]:
        """(rows, length, parts * width) as parts of (rows, heads, length, head width)."""
        return [
            part.unflatten(-1, (self._heads, -1)).transpose(1, 2)
            for part in hidden.chunk(parts, dim=-1)
        ]

    def _attended(
        self, query: Tensor, key: Tensor, value: Tensor, own: Tensor | None = None
    ) -> Tensor:
        attended = functional.scaled_dot_product_attention(
            query, key, value, own, scale=self._scale
        )
        return attended.transpose(1, 2).flatten(2)

    def _turned(self, hidden: Tensor, positions: Tensor) -> Tensor:
        """The first channels of each head, in neighbouring pairs, turned by the position."""
        cos, sin = self._cos[positions], self._sin[positions]
        turned, left = hidden.split((2 * cos.shape[1], hidden.shape[-1] - 2 * cos.shape[1]), -1)
        even, odd = turned[..., ::2], turned[..., 1::2]
        pairs = torch.stack((even * cos - odd * sin, odd * cos + even * sin), -1)
        return torch.cat((pairs.flatten(-2), left), -1)


def _by_layer(
    products: Sequence[Weights], count: int, to: Callable[[Weights], Tensor]
) -> Iterator[tuple[int, list[Tensor]]]:
    """`count` products for each layer, with the layer's place."""
    for at in range(len(products) // count):
        yield at, [to(one) for one in products[at * count : (at + 1) * count]]


def _layer(
    named: dict[str, Tensor], at: int, norms: Sequence[str], products: Sequence[Tensor]
) -> _Layer:
    prefix = f"layers.{at}"
    return _Layer(
        [named[f"{prefix}.norm_{norm}.weight"] for norm in norms],
        products,
        [named[f"{prefix}.mlp.fc{one}.bias"] for one in (1, 2)],
    )


def _taps(matrix: Tensor, kernel: int) -> Tensor:
    """A convolution's weights (out, in, kernel); network.py writes them (kernel * in, out), with
    a tap of zeros after the first one's."""
    channels = matrix.shape[0] // kernel if matrix.shape[0] % kernel == 0 else 1
    return (
        matrix[: kernel * channels].unflatten(0, (kernel, channels)).permute(2, 1, 0).contiguous()
    )


def _norm(hidden: Tensor, weight: Tensor) -> Tensor:
    return functional.layer_norm(hidden, weight.shape, weight, None, _EPSILON)


def _norm_of_all(hidden: Tensor, own: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """A group norm of one group, over each waveform's own frames of (n, channels, frames)."""
    count = own.sum((1, 2), keepdim=True) * hidden.shape[1]
    mean = (hidden * own).sum((1, 2), keepdim=True) / count
    centred = (hidden - mean) * own
    variance = centred.square().sum((1, 2), keepdim=True) / count
    return centred * torch.rsqrt(variance + _EPSILON) * weight[:, None] + bias[:, None]
