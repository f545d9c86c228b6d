"""How far a pupil's layers are from the teacher's: what is learnt from a recogniser beside letters.

The teacher hears the clean recording, the pupil what became of it, so that noise and rooms are
learnt to be heard through.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.batches import standardise
from training.teacher import KERNELS, LAYERS, STRIDES, WIDTH, Teacher, at_its_level


def frames(samples: Tensor) -> Tensor:
    """How many frames both networks make of so many samples."""
    for kernel, stride in zip(KERNELS, STRIDES, strict=True):
        samples = torch.div(samples - kernel, stride, rounding_mode="floor") + 1
    return samples


class Distillation:
    """The teacher beside a pupil: a Wav2Vec2ForCTC of `training.pupil`'s shape."""

    def __init__(self, teacher: Teacher, model: nn.Module, waveforms: list[Tensor]) -> None:
        """`waveforms` (samples,), clean ones at the teacher's level, tell how much states vary."""
        self.teacher = teacher
        self._heard: list[Tensor] = []
        for layer in model.wav2vec2.encoder.layers[:LAYERS]:
            layer.register_forward_hook(lambda module, given, out: self._heard.append(out))
        said = [[_plain(state[0]) for state in teacher.states(x[None])] for x in waveforms]
        self.variance = [
            torch.cat([states[n] for states in said]).var(dim=0) + 1e-3 for n in range(LAYERS)
        ]

    def forget(self) -> None:
        """To be called before the pupil hears what `loss` shall judge."""
        self._heard = []

    def loss(self, clean: Tensor, samples: Tensor) -> Tensor:
        """The share of the teacher's variance that the pupil does not explain, over all layers.

        `clean` (batch, samples) is what the teacher hears; the pupil has just heard the same, of
        the same lengths; recordings are `samples` (batch,) long, the rest is padding.
        """
        taught = self.teacher.states(clean)
        inside = torch.arange(taught[0].shape[1], device=clean.device) < frames(samples)[:, None]
        shares = []
        for pupil, teacher, variance in zip(self._heard, taught, self.variance, strict=True):
            apart = (_plain(pupil[..., :WIDTH]) - _plain(teacher)).square() / variance.to(
                clean.device
            )
            shares.append(apart.mean(dim=-1)[inside].mean())
        return torch.stack(shares).mean()

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def left(self, model: nn.Module, waveforms: list[NDArray[np.float32]]) -> float:
        """The mean `loss` over clean recordings, (samples,) each."""
        losses = []
        for waveform in waveforms:
            self.forget()
            model(torch.from_numpy(standardise(waveform))[None])
            clean = torch.from_numpy(at_its_level(waveform))[None]
            losses.append(float(self.loss(clean, torch.tensor([len(waveform)]))))
        return sum(losses) / len(losses)


def _plain(states: Tensor) -> Tensor:
    """What a next layer would hear of `states`: normalised over the channels."""
    return functional.layer_norm(states.float(), (WIDTH,))
