"""The torch engine runs transformers' own model: the reference on CPU, the fast engine on CUDA."""

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import Wav2Vec2ForCTC

from earshot.errors import ModelError
from earshot.speech import padded
from earshot.speech.acoustics import Acoustics
from earshot.speech.engine import Emission, Waveform

CUDA_BATCH_SECONDS = 600.0
"""Padded audio in one batch on CUDA."""

BATCH_WAVEFORMS = 128
"""How many waveforms are sorted by length, to make batches from."""

DTYPES = {"fp32": torch.float32, "bf16": torch.bfloat16, "fp16": torch.float16}


class TorchEngine:
    """One waveform at a time on CPU, which is the reference; padded batches on CUDA.

    In a batch, attention is masked, and group-norm models normalise over each waveform's own
    frames. So padding and neighbours change nothing.
    """

    def __init__(
        self,
        folder: Path,
        acoustics: Acoustics,
        precision: str | None = None,
        device: str | None = None,
        batch_seconds: float | None = None,
    ) -> None:
        """`precision` is fp32, bf16 or fp16; by default bf16 on CUDA and fp32 on CPU.

        `batch_seconds` bounds a padded batch; 0 turns batches off. Raises ModelError.
        """
        self._device = torch.device(device or ("cuda" if torch.cuda.is_available() else "cpu"))
        on_cuda = self._device.type == "cuda"
        precision = precision or ("bf16" if on_cuda else "fp32")
        if precision not in DTYPES:
            raise ModelError(f"Unknown precision {precision!r}: use fp32, bf16 or fp16.")
        self._dtype = DTYPES[precision]
        self._acoustics = acoustics
        self._batch_seconds = (
            (CUDA_BATCH_SECONDS if on_cuda else 0) if batch_seconds is None else batch_seconds
        )
        try:
            model = Wav2Vec2ForCTC.from_pretrained(folder, dtype=self._dtype)
        except (OSError, ValueError, RuntimeError) as error:
            raise ModelError("The model's weights can't be loaded.") from error
        self._norm = _mask_norm(model) if acoustics.group_norm else None
        self._one_batch = threading.Lock()  # the norm knows one batch's lengths at a time
        self._model = model.to(self._device).eval()
        self.name = f"torch-{precision}"
        self.batch = BATCH_WAVEFORMS if self._batch_seconds else 1
        self.calls = 1
        self.on_device = self._device.type != "cpu"

    def emissions(self, waveforms: Sequence[Waveform]) -> list[Emission]:
        """See Engine.emissions."""
        found: dict[int, Emission] = {}
        lengths = [len(waveform) for waveform in waveforms]
        for batch in padded.batches(lengths, self._batch_seconds):
            emissions = self._run([waveforms[i] for i in batch])
            found.update(zip(batch, emissions, strict=True))
        return [found[i] for i in range(len(waveforms))]

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
        with self._one_batch:
            if self._norm is not None:
                self._norm.lengths = lengths if mask is not None else None
            logits = self._model(inputs, attention_mask=mask).logits
        logs = torch.log_softmax(logits.float(), dim=-1).cpu().numpy()
        return [
            log[: self._acoustics.frames(length)] for log, length in zip(logs, lengths, strict=True)
        ]


class _MaskedNorm(torch.nn.Module):  # type: ignore[misc]
    """GroupNorm with one channel in each group, over each row's unpadded frames."""

    def __init__(self, norm: torch.nn.GroupNorm, kernel: int, stride: int) -> None:
        super().__init__()
        self.norm = norm
        self.kernel, self.stride = kernel, stride
        self.lengths: list[int] | None = None  # samples of each row; None if no row is padded

    def forward(self, hidden: torch.Tensor) -> torch.Tensor:
        """`hidden` and the result have shape (batch, channels, frames)."""
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
