"""Plain attention for training on CPUs: two products and a softmax, in the inputs' precision.

torch's fused attention takes two to three times as long there. Autocast would convert the softmax
to 32 bits and back.
"""

from typing import Any

import torch
from torch import Tensor, nn

NAME = "plain"


def plain(
    module: nn.Module, query: Tensor, key: Tensor, value: Tensor, attention_mask: Tensor | None,
    scaling: float | None = None, dropout: float = 0.0, **_: Any,
) -> tuple[Tensor, None]:  # fmt: skip
    """`query`, `key` and `value` (batch, heads, frames, width) to (batch, frames, heads, width).

    `scaling` is 1 / sqrt(width) unless given. Raises ValueError for a mask.
    """
    if attention_mask is not None:
        raise ValueError("plain attention supports no attention mask")
    with torch.autocast(query.device.type, enabled=False):
        scale = query.shape[-1] ** -0.5 if scaling is None else scaling
        probabilities = torch.softmax((query * scale) @ key.transpose(-1, -2), dim=-1)
        if dropout and module.training:
            probabilities = nn.functional.dropout(probabilities, dropout)
        return (probabilities @ value).transpose(1, 2).contiguous(), None


def use_plain(model: nn.Module) -> None:
    """Makes `model`, one of transformers, use plain attention."""
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, plain)
    model.config._attn_implementation = NAME
