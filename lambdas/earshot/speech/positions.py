"""Positional embeddings that do not depend on the input, as a table.

wav2vec2 embeds positions by a convolution over the input of its first layer. If a channel there is
constant over time, the convolution's output depends only on the distance from the start of the
recording. Then a table of outputs replaces the convolution. This is the case for the bundled model
(training/student.py), which looks up its 1,280 taps instead of multiplying by them.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class PositionTable(nn.Module):  # type: ignore[misc]
    """Replaces transformers' Wav2Vec2PositionalConvEmbedding and gives the same output.

    `table` (positions, channels): later positions repeat the last row. `convolution` keeps its
    names in the state dict, for training.
    """

    def __init__(self, table: Tensor, convolution: nn.Module | None = None) -> None:
        super().__init__()
        self.conv = convolution
        self.register_buffer("table", table, persistent=False)

    def forward(self, hidden: Tensor) -> Tensor:
        """`hidden` (batch, frames, channels) to (1, frames, channels)."""
        frames = torch.arange(hidden.shape[1], device=hidden.device)
        embedded: Tensor = self.table[frames.clamp(max=len(self.table) - 1)][None]
        return embedded


@torch.no_grad()  # type: ignore[untyped-decorator]
def position_table(model: Any) -> Tensor | None:
    """The table (positions, channels) of a Wav2Vec2ForCTC; None if it would depend on the input."""
    convolution = model.wav2vec2.encoder.pos_conv_embed.conv
    projection = model.wav2vec2.feature_projection.projection
    channels, each, kernel = convolution.weight.shape
    if each > 1:
        return None
    taps = convolution.weight[:, 0].double()
    centre = kernel // 2
    constant_input = (projection.weight == 0).all(dim=1) | (taps == 0).all(dim=1)
    looks_ahead = taps[:, centre + 1 :].any()
    if not constant_input.all() or looks_ahead:
        return None
    constant = projection.bias.double()
    summed = taps[:, : centre + 1].flip(1).cumsum(1) * constant[:, None]
    bias = torch.zeros(channels) if convolution.bias is None else convolution.bias
    table: Tensor = functional.gelu(summed + bias.double()[:, None]).T.float().contiguous()
    return table


def use_position_table(model: Any) -> bool:
    """Replaces a Wav2Vec2ForCTC's positional convolution by its table; False if it has none."""
    table = position_table(model)
    if table is None:
        return False
    encoder = model.wav2vec2.encoder
    encoder.pos_conv_embed = PositionTable(table, encoder.pos_conv_embed.conv)
    return True
