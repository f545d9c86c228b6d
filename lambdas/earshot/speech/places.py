"""Places that are known before anything is heard.

wav2vec2 tells a frame's place by a convolution over what its first layer hears. Where such a
channel holds the same number at every frame, what the convolution makes of it says only how far the
frame is from the beginning, and the convolution is a table. The bundled model's is
(training/pupil.py): its 1,280 taps are looked up rather than multiplied.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional


class KnownPlaces(nn.Module):  # type: ignore[misc]
    """Stands in for transformers' Wav2Vec2PositionalConvEmbedding; the same numbers.

    `table` (places, channels) goes on with its last row. `convolution` is held for its names in a
    state dict, where those are wanted.
    """

    def __init__(self, table: Tensor, convolution: nn.Module | None = None) -> None:
        super().__init__()
        self.conv = convolution
        self.register_buffer("table", table, persistent=False)

    def forward(self, hidden: Tensor) -> Tensor:
        """(batch, frames, channels) to (1, frames, channels)."""
        frames = torch.arange(hidden.shape[1], device=hidden.device)
        placed: Tensor = self.table[frames.clamp(max=len(self.table) - 1)][None]
        return placed


@torch.no_grad()  # type: ignore[untyped-decorator]
def known_places(model: Any) -> Tensor | None:
    """The table, (places, channels), of a Wav2Vec2ForCTC; None if what is heard has a say in it."""
    convolution = model.wav2vec2.encoder.pos_conv_embed.conv
    projection = model.wav2vec2.feature_projection.projection
    channels, each, kernel = convolution.weight.shape
    if each > 1:
        return None
    taps = convolution.weight[:, 0].double()
    now = kernel // 2
    said_before = (projection.weight == 0).all(dim=1) | (taps == 0).all(dim=1)
    if not said_before.all() or taps[:, now + 1 :].any():
        return None
    constant = projection.bias.double()
    heard = taps[:, : now + 1].flip(1).cumsum(1) * constant[:, None]
    bias = torch.zeros(channels) if convolution.bias is None else convolution.bias
    table: Tensor = functional.gelu(heard + bias.double()[:, None]).T.float().contiguous()
    return table


def use_known_places(model: Any) -> bool:
    """Swaps the convolution of a Wav2Vec2ForCTC for its table, if it has one."""
    table = known_places(model)
    if table is None:
        return False
    encoder = model.wav2vec2.encoder
    encoder.pos_conv_embed = KnownPlaces(table, encoder.pos_conv_embed.conv)
    return True
