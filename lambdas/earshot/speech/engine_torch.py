"""The reference engine on CPU, and the fast one on CUDA: transformers' own model."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import Wav2Vec2ForCTC

from earshot.audio.limits import SAMPLE_RATE
from earshot.errors import ModelError
from earshot.speech.acoustics import Acoustics
from earshot.speech.engine import Emission, Waveform

BATCH_SECONDS = 600.0
"""Of padded sound in one batch on CUDA."""

BATCH = 128
"""Waveforms to sort by length and batch together."""

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class TorchEngine:
    """On CPU one waveform at a time, which is the reference. On CUDA padded batches: masked
    attention, and in group-norm models a norm over each waveform's own frames, so that padding
    and neighbours leave no trace.
    """

    def __init__(
        self,
        folder: Path,
        acoustics: Acoustics,
        precision: str | None = None,
        device: str | None = None,
        batch_seconds: float | None = None,
    ) -> None:
        """`precision` is fp32, bf16 or fp16; by default bf16 on CUDA and fp32 on CPU."""
        self._device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        on_cuda = self._device.type == "cuda"
        precision = precision or ("bf16" if on_cuda else "fp32")
        if precision not in DTYPES:
            raise ModelError(f"There is no precision {precision!r}: fp32, bf16 or fp16.")
        self._dtype = DTYPES[precision]
        self._acoustics = acoustics
        self._batch_seconds = (
            (BATCH_SECONDS if on_cuda else 0) if batch_seconds is None else batch_seconds
        )
        try:
            model = Wav2Vec2ForCTC.from_pretrained(folder, dtype=self._dtype)
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError("The model's weights can't be loaded.") from error
        self._norm = _mask_norm(model) if acoustics.group_norm else None
        self._model = model.to(self._device).eval()
        self.name = f"torch-{precision}"
        self.batch = BATCH if self._batch_seconds else 1
        self.calls = 1

    def emissions(self, waveforms: Sequence[Waveform]) -> list[Emission]:
        found: dict[int, Emission] = {}
        for batch in self._batches([len(waveform) for waveform in waveforms]):
            emissions = self._run([waveforms[i] for i in batch])
            found.update(zip(batch, emissions, strict=True))
        return [found[i] for i in range(len(waveforms))]

    def _batches(self, lengths: Sequence[int]) -> Iterator[list[int]]:
        """Indices of waveforms of like length, few enough that the padded batch fits."""
        budget = self._batch_seconds * SAMPLE_RATE
        batch: list[int] = []
        for i in sorted(range(len(lengths)), key=lambda i: lengths[i]):
            if batch and (len(batch) + 1) * lengths[i] > budget:
                yield batch
                batch = []
            batch.append(i)
        if batch:
            yield batch

    @torch.inference_mode()  # type: ignore[untyped-decorator]
    def _run(self, waveforms: list[Waveform]) -> list[Emission]:
        lengths = [len(waveform) for waveform in waveforms]
        padded = np.zeros((len(waveforms), max(lengths)), np.float32)
        for row, waveform in zip(padded, waveforms, strict=True):
            row[: len(waveform)] = waveform
        inputs = torch.from_numpy(padded).to(self._device, self._dtype)
        mask = None
        if min(lengths) < max(lengths):
            counts = torch.tensor(lengths, device=self._device)
            mask = (torch.arange(max(lengths), device=self._device) < counts[:, None]).long()
        if self._norm is not None:
            self._norm.lengths = lengths if mask is not None else None
        logits = self._model(inputs, attention_mask=mask).logits
        logs = torch.log_softmax(logits.float(), dim=-1).cpu().numpy()
        return [
            log[: self._acoustics.frames(length)] for log, length in zip(logs, lengths, strict=True)
        ]


class _MaskedNorm(torch.nn.Module):  # type: ignore[misc]
    """GroupNorm with one channel a group, over the frames that each row's own samples give."""

    def __init__(self, norm: torch.nn.GroupNorm, kernel: int, stride: int) -> None:
        super().__init__()
        self.norm = norm
        self.kernel, self.stride = kernel, stride
        self.lengths: list[int] | None = None  # samples of each row; None: none is padded

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """`hidden` has shape (batch, channels, frames)."""
        if self.lengths is None:
            return self.norm(hidden)
        frames = [(length - self.kernel) // self.stride + 1 for length in self.lengths]
        count = torch.tensor(frames, device=hidden.device)[:, None, None]
        kept = torch.arange(hidden.shape[-1], device=hidden.device) < count
        wide = hidden.float()
        mean = (wide * kept).sum(-1, keepdim=True) / count
        centred = (wide - mean) * kept
        variance = centred.square().sum(-1, keepdim=True) / count
        normal = (centred * torch.rsqrt(variance + self.norm.eps)).to(hidden.dtype)
        return normal * self.norm.weight[:, None] + self.norm.bias[:, None]


def _mask_norm(model: Any) -> _MaskedNorm:
    layer = model.wav2vec2.feature_extractor.conv_layers[0]
    norm = _MaskedNorm(layer.layer_norm, layer.conv.kernel_size[0], layer.conv.stride[0])
    layer.layer_norm = norm
    return norm
