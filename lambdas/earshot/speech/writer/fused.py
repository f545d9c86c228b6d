"""ONNX Runtime's fused operators for attention and rotary embedding, as parts of torch networks.

Only for export to ONNX; needs torch.
"""

from typing import Any

import torch
from torch import Tensor, nn

from earshot.speech.writer.settings import MAX_POSITIONS


class Rotary(nn.Module):  # type: ignore[misc]
    """Turns the first channels of every head, in neighbouring pairs, by the position."""

    def __init__(self, embedding: Any, heads: int) -> None:
        super().__init__()
        self.heads = heads
        angles = torch.arange(MAX_POSITIONS)[:, None] * embedding.inv_freq.float()[None]
        self.register_buffer("cos", angles.cos().contiguous())
        self.register_buffer("sin", angles.sin().contiguous())

    def forward(self, hidden: Tensor, positions: Tensor) -> Tensor:
        """(1, n, heads * head width) at positions (1, n)."""
        turned: Tensor = torch.onnx.ops.symbolic(
            "com.microsoft::RotaryEmbedding",
            (hidden, positions, self.cos, self.sin),
            attrs={
                "interleaved": 1,
                "num_heads": self.heads,
                "rotary_embedding_dim": 2 * self.cos.shape[1],
            },
            dtype=hidden.dtype,
            shape=hidden.shape,
            version=1,
        )
        return turned


def attend(inputs: tuple[Tensor, ...], heads: int, scale: float, like: Tensor) -> Tensor:
    attended: Tensor = torch.onnx.ops.symbolic(
        "com.microsoft::MultiHeadAttention",
        inputs,
        attrs={"num_heads": heads, "scale": scale},
        dtype=like.dtype,
        shape=like.shape,
        version=1,
    )
    return attended


def attend_with_past(
    query: Tensor, key: Tensor, value: Tensor, past: list[Tensor], heads: int, scale: float
) -> tuple[Tensor, Tensor, Tensor]:
    """What is attended to, and keys and values with this step's appended."""
    batch, count, length, width = past[0].shape
    grown = (batch, count, length + 1, width)
    made = torch.onnx.ops.symbolic_multi_out(
        "com.microsoft::MultiHeadAttention",
        (query, key, value, None, None, None, *past),
        attrs={"num_heads": heads, "scale": scale},
        dtypes=(query.dtype, query.dtype, query.dtype),
        shapes=(query.shape, grown, grown),
        version=1,
    )
    return made[0], made[1], made[2]
