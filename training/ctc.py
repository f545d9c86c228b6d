"""The CTC loss."""

import torch
from torch import nn
from torch.nn import functional

from training.batches import Batch


def ctc_loss(
    model: nn.Module, batch: Batch, device: torch.device, bfloat16: bool = False
) -> torch.Tensor:
    """The CTC loss in nats per letter, which is comparable between batches."""
    with torch.autocast(device.type, torch.bfloat16, enabled=bfloat16):
        logits = model(batch.waveforms.to(device)).logits
    scores = functional.log_softmax(logits.float(), dim=-1).transpose(0, 1)
    frames = torch.full((scores.shape[1],), scores.shape[0], dtype=torch.long)
    loss = functional.ctc_loss(
        scores, batch.labels.to(device), frames, batch.label_lengths,
        blank=model.config.pad_token_id, reduction="sum", zero_infinity=True,
    )  # fmt: skip
    return loss / max(1, int(batch.label_lengths.sum()))
