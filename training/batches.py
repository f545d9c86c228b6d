"""Which utterances meet in which step: a pure function of the seed, so a resumed run goes on."""

import math
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import Dataset

from training.augment import augment, change_speed
from training.corpus import SAMPLE_RATE, Corpus, Utterance
from training.teacher import at_its_level


@dataclass(frozen=True, slots=True)
class Batch:
    """Waveforms (batch, samples), normalised and of nearly equal length; labels end to end.

    `clean` are the same before augmentation, at the teacher's level, where there is a teacher;
    `samples` (batch,) tell how long each is, the rest is padding.
    """

    waveforms: Tensor
    labels: Tensor
    label_lengths: Tensor
    samples: Tensor
    clean: Tensor | None

    @property
    def seconds(self) -> float:
        return int(self.samples.sum()) / SAMPLE_RATE


def encode_text(text: str, vocabulary: dict[str, int]) -> list[int]:
    """Upper case text to label ids; "|" stands for a space."""
    return [vocabulary[c] for c in text.replace(" ", "|")]


def standardise(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Zero mean, unit variance: what Wav2Vec2FeatureExtractor does with do_normalize."""
    scaled: NDArray[np.float32] = ((x - x.mean()) / np.sqrt(x.var() + 1e-7)).astype(np.float32)
    return scaled


def stack(waveforms: list[NDArray[np.float32]]) -> Tensor:
    """(batch, longest) with zeros behind the shorter ones."""
    stacked = np.zeros((len(waveforms), max(map(len, waveforms))), np.float32)
    for row, waveform in zip(stacked, waveforms, strict=True):
        row[: len(waveform)] = waveform
    return torch.from_numpy(stacked)


class Schedule:
    """Every step's utterances.

    A round hears all people's speech or all synthetic speech once, and as much of the other as
    makes people's `human_share` of the seconds. Its batches are of nearly equal length, at most
    `batch_seconds` together.
    """

    def __init__(
        self, utterances: list[Utterance], seed: int, human_share: float, batch_seconds: float
    ) -> None:
        self.human = [u for u in utterances if u.human]
        self.synthetic = [u for u in utterances if not u.human]
        self.seed, self.batch_seconds = seed, batch_seconds
        self._shares = _shares(self.human, self.synthetic, human_share)
        self._rounds: list[list[list[Utterance]]] = []
        self._starts = [0]

    def _make_round(self, number: int) -> list[list[Utterance]]:
        rng = np.random.default_rng([self.seed, number])
        chosen = [
            speech[i]
            for speech, share in zip((self.human, self.synthetic), self._shares, strict=True)
            for i in rng.permutation(len(speech))[: math.ceil(len(speech) * share)]
        ]
        lengths = np.array([u.seconds for u in chosen]) * rng.uniform(0.97, 1.03, len(chosen))
        batches: list[list[Utterance]] = [[]]
        for index in np.argsort(lengths):
            longest = max([u.seconds for u in batches[-1]] + [chosen[index].seconds])
            if longest * (len(batches[-1]) + 1) > self.batch_seconds and batches[-1]:
                batches.append([])
            batches[-1].append(chosen[index])
        return [batches[i] for i in rng.permutation(len(batches))]

    def __getitem__(self, step: int) -> list[Utterance]:
        while step >= self._starts[-1]:
            made = self._make_round(len(self._rounds))
            self._rounds.append(made)
            self._starts.append(self._starts[-1] + len(made))
        number = int(np.searchsorted(self._starts, step, side="right")) - 1
        return self._rounds[number][step - self._starts[number]]


def _shares(
    human: list[Utterance], synthetic: list[Utterance], human_share: float
) -> tuple[float, float]:
    """How much of each is in a round; where one is missing, all of the other."""
    there = [sum(u.seconds for u in speech) for speech in (human, synthetic)]
    if not all(there):
        return 1.0, 1.0
    rounds = (human_share / there[0], (1 - human_share) / there[1])
    return rounds[0] / max(rounds), rounds[1] / max(rounds)


class TrainingBatches(Dataset[Batch]):  # type: ignore[misc]
    """Steps `first` to `last` as augmented batches; a step's randomness is its own."""

    def __init__(
        self,
        corpus: Corpus,
        schedule: Schedule,
        vocabulary: dict[str, int],
        first: int,
        last: int,
        augmentation: float = 1.0,
        teaching: bool = False,
    ) -> None:
        self.corpus, self.schedule, self.vocabulary = corpus, schedule, vocabulary
        self.augmentation, self.teaching = augmentation, teaching
        self.first, self.last = first, last

    def __len__(self) -> int:
        return self.last - self.first

    def __getitem__(self, index: int) -> Batch:
        step = self.first + index
        rng = np.random.default_rng([self.schedule.seed, 1, step])
        utterances = self.schedule[step]
        speed = float(rng.uniform(0.88, 1.12))
        clean = [change_speed(self.corpus.waveform(u), speed) for u in utterances]
        waveforms = [
            standardise(augment(waveform, rng, utterance.human, self.augmentation))
            for waveform, utterance in zip(clean, utterances, strict=True)
        ]
        labels = [encode_text(u.text, self.vocabulary) for u in utterances]
        return Batch(
            stack(waveforms),
            torch.tensor([i for label in labels for i in label]),
            torch.tensor([len(label) for label in labels]),
            torch.tensor([len(waveform) for waveform in waveforms]),
            stack([at_its_level(waveform) for waveform in clean]) if self.teaching else None,
        )
