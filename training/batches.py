"""The utterances of each training step: a pure function of the seed, so runs can be resumed."""

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
    """One step's input.

    `waveforms` (batch, samples): normalised, of nearly equal length, padded with zeros.
    `labels` (sum of label_lengths,): the utterances' label ids, concatenated.
    `label_lengths` (batch,).
    `samples` (batch,): the waveforms' lengths without padding.
    `clean` (batch, samples): the waveforms before augmentation, at the teacher's level; None
    without a teacher.
    """

    waveforms: Tensor
    labels: Tensor
    label_lengths: Tensor
    samples: Tensor
    clean: Tensor | None

    @property
    def seconds(self) -> float:
        """Of speech, without padding."""
        return int(self.samples.sum()) / SAMPLE_RATE


def encode_text(text: str, vocabulary: dict[str, int]) -> list[int]:
    """The label ids of upper case text; a space is "|". Raises KeyError for other characters."""
    return [vocabulary[c] for c in text.replace(" ", "|")]


def standardise(x: NDArray[np.float32]) -> NDArray[np.float32]:
    """Zero mean and unit variance, like Wav2Vec2FeatureExtractor with do_normalize."""
    scaled: NDArray[np.float32] = ((x - x.mean()) / np.sqrt(x.var() + 1e-7)).astype(np.float32)
    return scaled


def stack(waveforms: list[NDArray[np.float32]]) -> Tensor:
    """(batch, longest): shorter waveforms are padded with zeros."""
    stacked = np.zeros((len(waveforms), max(map(len, waveforms))), np.float32)
    for row, waveform in zip(stacked, waveforms, strict=True):
        row[: len(waveform)] = waveform
    return torch.from_numpy(stacked)


class Schedule:
    """The utterances of every step, indexed by step.

    A round contains all human or all synthetic speech once, and as much of the other kind as
    makes the human part `human_share` of the seconds. A batch has utterances of similar length,
    and at most `batch_seconds` with padding.
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
    """The share of each kind that a round contains; if one kind is missing, all of the other."""
    seconds = [sum(u.seconds for u in speech) for speech in (human, synthetic)]
    if not all(seconds):
        return 1.0, 1.0
    rounds = (human_share / seconds[0], (1 - human_share) / seconds[1])
    return rounds[0] / max(rounds), rounds[1] / max(rounds)


class TrainingBatches(Dataset[Batch]):  # type: ignore[misc]
    """Steps `first` to `last` as augmented batches. Each step has its own random seed."""

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
