"""A training run's settings, kept beside its checkpoint."""

import json
import math
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class TrainingSettings:
    """Seed, schedule and regularisation of one run; lengths are in steps unless named otherwise.

    The field names are the keys of settings.json.
    """

    seed: int = 2026
    steps: int = 5_000
    warm_up: int = 300
    peak_rate: float = 8e-4
    final_rate: float = 1e-5
    inherited_rate: float = 1.0  # of the rate, for a teacher's weights: see student.share_of_rate
    weight_decay: float = 0.01
    clip_norm: float = 1.0
    batch_seconds: float = 24.0
    human_share: float = 0.2
    augmentation: float = 1.0  # scales its probabilities, 0 is none; see training.augment
    dropout: float = 0.05
    mask_time: float = 0.04  # share of frames that are masked, SpecAugment
    mask_features: float = 0.02
    teaching: float = 0.0  # weight of the distillation loss; see training.distillation
    bfloat16: bool = False  # 16-bit matrix products: twice as fast on processors that have them
    averaging: float = 0.999  # decay of the averaged weights, which are measured and exported
    save_every: int = 200
    measure_every: int = 500

    def learning_rate(self, step: int) -> float:
        """Linear warm-up, then half a cosine down to `final_rate` at `steps`."""
        if step < self.warm_up:
            return self.peak_rate * (step + 1) / self.warm_up
        share = min(1.0, (step - self.warm_up) / max(1, self.steps - self.warm_up))
        swing = 0.5 * (1 + math.cos(math.pi * share))
        return self.final_rate + (self.peak_rate - self.final_rate) * swing

    def write(self, path: Path) -> None:
        path.write_text(json.dumps(asdict(self), indent=2) + "\n")


def read_settings(path: Path) -> TrainingSettings:
    """Raises TypeError for an unknown setting."""
    return TrainingSettings(**json.loads(path.read_text()))
