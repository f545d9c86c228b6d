"""A training run's state on disk. Writes are atomic: a killed run keeps its last checkpoint."""

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch

NAME = "checkpoint.pt"


@dataclass(slots=True)
class TrainingState:
    """The state after `step` steps. Randomness and data order follow from the seed and the step.

    The field names are the keys of the checkpoint file: renaming one breaks earlier checkpoints.
    `seconds_heard` is seconds of speech trained on. For `history`, see training.curves.
    """

    step: int
    weights: dict[str, torch.Tensor]
    averaged: dict[str, torch.Tensor]
    optimizer: dict[str, Any]
    seconds_heard: float = 0.0
    history: list[dict[str, float]] = field(default_factory=list)


def save(state: TrainingState, folder: Path) -> None:
    """Replaces the checkpoint in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    unfinished = folder / f"{NAME}.unfinished"
    with unfinished.open("wb") as file:
        torch.save({name: getattr(state, name) for name in TrainingState.__slots__}, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(folder / NAME)


def load(folder: Path) -> TrainingState | None:
    """The checkpoint in `folder`, None if there is none."""
    path = folder / NAME
    if not path.exists():
        return None
    return TrainingState(**torch.load(path, map_location="cpu", weights_only=True))


def take(run: Path, out: Path, half: bool = False) -> TrainingState:
    """Writes the averaged weights of the run in folder `run` as a Wav2Vec2ForCTC folder.

    `half` writes float16, which changes no transcript. Raises FileNotFoundError without a
    checkpoint.
    """
    import shutil

    from transformers import AutoConfig, Wav2Vec2ForCTC

    state = load(run)
    if state is None:
        raise FileNotFoundError(f"no checkpoint in {run}")
    model = Wav2Vec2ForCTC(AutoConfig.from_pretrained(run))
    model.load_state_dict(state.averaged)
    (model.half() if half else model).save_pretrained(out)
    for name in ("vocab.json", "processor_config.json", "tokenizer_config.json"):
        if (run / name).exists():
            shutil.copyfile(run / name, out / name)
    return state
