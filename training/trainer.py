"""The training loop: resumable and seeded, on CPU or GPU."""

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import jiwer
import numpy as np
import torch
from torch import nn
from torch.utils.data import DataLoader

from training import checkpoint
from training.attention import use_plain
from training.batches import Batch, Schedule, TrainingBatches
from training.checkpoint import TrainingState
from training.corpus import Corpus
from training.ctc import ctc_loss
from training.curves import DISTILLATION
from training.distillation import Distillation
from training.encoder import use_channels_last
from training.greedy import transcribe
from training.settings import TrainingSettings
from training.student import share_of_rate

MEASURED_UTTERANCES = {"dev-synthetic": 40, "dev-human": 40}  # by set, for the error rates
PAUSE_POLL_SECONDS = 5.0

Log = Callable[[str], None]


def build(source: Path, settings: TrainingSettings, fresh: bool = False) -> nn.Module:
    """The Wav2Vec2ForCTC in folder `source`, with the settings' regularisation.

    `fresh` initialises its weights instead of loading them.
    """
    from transformers import AutoConfig, Wav2Vec2ForCTC

    config = AutoConfig.from_pretrained(source)
    for name in ("hidden_dropout", "attention_dropout", "final_dropout"):
        setattr(config, name, settings.dropout)
    config.apply_spec_augment = settings.mask_time > 0 or settings.mask_features > 0
    config.mask_time_prob, config.mask_time_length = settings.mask_time, 8
    config.mask_feature_prob, config.mask_feature_length = settings.mask_features, 8
    model = (
        Wav2Vec2ForCTC(config)
        if fresh
        else Wav2Vec2ForCTC.from_pretrained(source, config=config, dtype=torch.float32)
    )
    use_plain(model)
    return use_channels_last(model)


def measure(
    model: nn.Module, corpus: Corpus, vocabulary: dict[str, int]
) -> dict[str, float]:  # fmt: skip
    """Word and character error rates of the development sets, as shares."""
    rates = {}
    for split, count in MEASURED_UTTERANCES.items():
        chosen = corpus.of(split)[:count]
        if chosen:
            references = [u.text for u in chosen]
            hypotheses = transcribe(model, corpus, chosen, vocabulary)
            rates[f"{split} WER"] = jiwer.wer(references, hypotheses)
            rates[f"{split} CER"] = jiwer.cer(references, hypotheses)
    return rates


def _groups(model: nn.Module, settings: TrainingSettings) -> list[dict[str, Any]]:
    """Parameter groups by share of the learning rate. Weight decay is for matrices only."""
    inherits = settings.inherited_rate < 1
    groups: dict[tuple[float, float], list[nn.Parameter]] = {}
    for name, parameter in model.named_parameters():
        if parameter.requires_grad:
            share = share_of_rate(name, settings.inherited_rate) if inherits else 1.0
            decay = settings.weight_decay if parameter.ndim > 1 else 0.0
            groups.setdefault((share, decay), []).append(parameter)
    return [
        {"params": parameters, "share": share, "weight_decay": decay}
        for (share, decay), parameters in sorted(groups.items(), key=lambda group: group[0])
    ]


def _leave_signals_alone(_: int) -> None:
    """Workers ignore Ctrl-C: if one ended, the run would fail before it has saved."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)


class Trainer:
    """One training run in one folder, which resumes from the folder's checkpoint if there is one.

    Every step seeds its randomness from (seed, step), so a resumed run computes the same as one
    that was never stopped. The run saves and waits while a file PAUSE is beside its folder.
    """

    def __init__(
        self,
        model: nn.Module,
        corpus: Corpus,
        vocabulary: dict[str, int],
        settings: TrainingSettings,
        folder: Path,
        device: torch.device,
        log: Log = print,
        distillation: Distillation | None = None,
    ) -> None:
        self.model = model.to(device).train()
        self.corpus, self.vocabulary, self.settings = corpus, vocabulary, settings
        self.folder, self.device, self.log = folder, device, log
        self.distillation = distillation if settings.teaching else None
        self.optimizer = torch.optim.AdamW(
            _groups(model, settings), betas=(0.9, 0.98), fused=True
        )  # fmt: skip
        self.schedule = Schedule(
            corpus.of("train"), settings.seed, settings.human_share, settings.batch_seconds
        )
        self.stopping = False  # set this, e.g. in a signal handler, to save and return
        self.step, self.seconds_heard = 0, 0.0
        self.history: list[dict[str, float]] = []
        self.averaged = {n: p.detach().clone() for n, p in self.model.state_dict().items()}
        if state := checkpoint.load(folder):
            self._restore(state)

    def _restore(self, state: TrainingState) -> None:
        self.model.load_state_dict(state.weights)
        shares = [group["share"] for group in self.optimizer.param_groups]
        self.optimizer.load_state_dict(state.optimizer)
        for group, share in zip(self.optimizer.param_groups, shares, strict=True):
            group["share"] = share  # of the current settings, not the checkpoint's
        self.averaged = {n: t.to(self.device) for n, t in state.averaged.items()}
        self.step, self.history = state.step, state.history
        self.seconds_heard = state.seconds_heard
        self.log(f"resuming at step {self.step}")

    def save(self) -> None:
        """Writes the checkpoint."""
        checkpoint.save(
            TrainingState(
                self.step, self.model.state_dict(), self.averaged, self.optimizer.state_dict(),
                self.seconds_heard, self.history,
            ),
            self.folder,
        )  # fmt: skip

    def train(self, until: int | None = None, workers: int = 0) -> None:
        """Trains up to step `until`, by default the settings' `steps`.

        `workers` processes prepare batches; with 0 this process does.
        """
        last = self.settings.steps if until is None else min(until, self.settings.steps)
        steps = TrainingBatches(
            self.corpus, self.schedule, self.vocabulary, self.step, last,
            self.settings.augmentation, self.distillation is not None,
        )  # fmt: skip
        losses: list[tuple[float, ...]] = []
        began, seconds_before = time.monotonic(), self.seconds_heard
        batches = DataLoader(
            steps, batch_size=None, num_workers=workers, worker_init_fn=_leave_signals_alone
        )
        for batch in batches:
            self._wait_while_paused()
            losses.append(self._take_step(batch))
            if self.step % 50 == 0:
                speed = (self.seconds_heard - seconds_before) / (time.monotonic() - began)
                means = np.mean(losses[-50:], axis=0).tolist()
                named = dict(zip(("loss", DISTILLATION), means, strict=False))
                self.history.append({"step": self.step, **named})
                names = ("CTC loss", "distillation loss")
                text = "  ".join(
                    f"{name} {mean:.3f}" for name, mean in zip(names, means, strict=False)
                )
                self.log(
                    f"step {self.step}/{self.settings.steps}  {text}  "
                    f"{self.seconds_heard / 3600:.1f} h of speech  {speed:.0f}x real time"
                )
            if self.step % self.settings.measure_every == 0:
                self._measure()
            if self.step % self.settings.save_every == 0 or self.step == last or self.stopping:
                self.save()
            if self.stopping:
                self.log(f"saved and stopped at step {self.step}")
                return

    def _take_step(self, batch: Batch) -> tuple[float, ...]:
        """The CTC loss and, with a teacher, the distillation loss, before the step."""
        seed = self.settings.seed * 1_000_003 + self.step
        torch.manual_seed(seed)
        np.random.seed(seed % 2**32)
        rate = self.settings.learning_rate(self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = rate * group["share"]
        losses = self._losses(batch)
        weights = (1.0, self.settings.teaching)
        torch.stack([w * loss for w, loss in zip(weights, losses, strict=False)]).sum().backward()
        nn.utils.clip_grad_norm_(self.model.parameters(), self.settings.clip_norm)
        self.optimizer.step()
        self.optimizer.zero_grad(set_to_none=True)
        self.step += 1
        self.seconds_heard += batch.seconds
        self._average()
        return tuple(float(loss.detach()) for loss in losses)

    def _losses(self, batch: Batch) -> list[torch.Tensor]:
        if self.distillation:
            self.distillation.forget()
        losses = [ctc_loss(self.model, batch, self.device, self.settings.bfloat16)]
        if self.distillation and batch.clean is not None:
            with torch.autocast(self.device.type, torch.bfloat16, enabled=self.settings.bfloat16):
                clean, samples = batch.clean.to(self.device), batch.samples.to(self.device)
                losses.append(self.distillation.loss(clean, samples))
        return losses

    def _average(self) -> None:
        # The decay is smaller at first, so that the average forgets the initial weights soon.
        keep = min(self.settings.averaging, (1 + self.step) / (10 + self.step))
        now = self.model.state_dict()
        averages = list(self.averaged.values())
        torch._foreach_lerp_(averages, [now[name] for name in self.averaged], 1 - keep)

    def _measure(self) -> None:
        current = {name: t.clone() for name, t in self.model.state_dict().items()}
        self.model.load_state_dict(self.averaged)
        rates = measure(self.model, self.corpus, self.vocabulary)
        self.model.load_state_dict(current)
        if rates:
            self.history.append({"step": self.step, **rates})
            self.log("  ".join(f"{name} {value:.1%}" for name, value in rates.items()))

    def _wait_while_paused(self) -> None:
        pause = self.folder.parent / "PAUSE"
        if pause.exists():
            self.log(f"paused while {pause} exists")
            self.save()
            while pause.exists() and not self.stopping:
                time.sleep(PAUSE_POLL_SECONDS)
            self.log("continuing")
