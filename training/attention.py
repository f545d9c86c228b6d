"""Attention for training on CPUs: products and softmax in the precision that they come in.

torch's fused attention takes two to three times as long there, and its autocast takes a softmax
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
    """`query`, `key` and `value` (batch, heads, frames, width) to (batch, frames, heads, width)."""
    if attention_mask is not None:
        raise ValueError("recordings of a batch are all heard to the end: no mask is known here")
    with torch.autocast(query.device.type, enabled=False):
        scale = query.shape[-1] ** -0.5 if scaling is None else scaling
        shares = torch.softmax((query * scale) @ key.transpose(-1, -2), dim=-1)
        if dropout and module.training:
            shares = nn.functional.dropout(shares, dropout)
        return (shares @ value).transpose(1, 2).contiguous(), None


def use_plain(model: nn.Module) -> None:
    """Makes `model`, of transformers, attend so."""
    from transformers import AttentionInterface

    AttentionInterface.register(NAME, plain)
    model.config._attn_implementation = NAME
