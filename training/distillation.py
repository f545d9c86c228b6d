"""Distillation: a loss between the hidden states of a student's layers and the teacher's.

The teacher gets the clean recording and the student the augmented one, so the student learns to
ignore noise and reverberation.
"""

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.batches import standardise
from training.teacher import KERNELS, LAYERS, STRIDES, WIDTH, Teacher, at_its_level


def frames(samples: Tensor) -> Tensor:
    """How many frames both networks compute for so many samples; any shape."""
    for kernel, stride in zip(KERNELS, STRIDES, strict=True):
        samples = torch.div(samples - kernel, stride, rounding_mode="floor") + 1
    return samples


class Distillation:
    """A teacher and a student: a Wav2Vec2ForCTC of `training.student`'s shape."""

    def __init__(self, teacher: Teacher, model: nn.Module, waveforms: list[Tensor]) -> None:
        """`waveforms`, clean at the teacher's level and of shape (samples,), give the variance of
        the teacher's states.
        """
        self.teacher = teacher
        self._student_states: list[Tensor] = []
        for layer in model.wav2vec2.encoder.layers[:LAYERS]:
            layer.register_forward_hook(lambda module, given, out: self._student_states.append(out))
        normed = [[_normed(state[0]) for state in teacher.states(x[None])] for x in waveforms]
        self.variance = [
            torch.cat([states[n] for states in normed]).var(dim=0) + 1e-3 for n in range(LAYERS)
        ]

    def forget(self) -> None:
        """Drops the student's states. Call it before the forward pass that `loss` is for."""
        self._student_states = []

    def loss(self, clean: Tensor, samples: Tensor) -> Tensor:
        """The share of the teacher's variance that the student does not explain, over all layers.

        The student's states are those of its last forward pass. `clean` (batch, samples) is the
        teacher's input, of the same lengths: `samples` (batch,), the rest is padding.
        """
        teacher_states = self.teacher.states(clean)
        inside = (
            torch.arange(teacher_states[0].shape[1], device=clean.device) < frames(samples)[:, None]
        )
        shares = []
        for student, teacher, variance in zip(
            self._student_states, teacher_states, self.variance, strict=True
        ):
            error = (_normed(student[..., :WIDTH]) - _normed(teacher)).square() / variance.to(
                clean.device
            )
            shares.append(error.mean(dim=-1)[inside].mean())
        return torch.stack(shares).mean()

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def mean_loss(self, model: nn.Module, waveforms: list[NDArray[np.float32]]) -> float:
        """The mean `loss` over clean recordings of shape (samples,)."""
        losses = []
        for waveform in waveforms:
            self.forget()
            model(torch.from_numpy(standardise(waveform))[None])
            clean = torch.from_numpy(at_its_level(waveform))[None]
            losses.append(float(self.loss(clean, torch.tensor([len(waveform)]))))
        return sum(losses) / len(losses)


def _normed(states: Tensor) -> Tensor:
    """`states` (..., WIDTH) normalised over the channels, as the next layer's norm does."""
    return functional.layer_norm(states.float(), (WIDTH,))
