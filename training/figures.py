"""Error rates by set and voice, with intervals: the figures of the model card."""

import csv
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import jiwer
import numpy as np
import soundfile as sf
from numpy.typing import NDArray

from training.corpus import SAMPLE_RATE, Corpus, Utterance
from training.texts import normalise

Recognise = Callable[[Corpus, list[Utterance]], list[str]]


@dataclass(frozen=True, slots=True)
class Rate:
    """An error rate over a set, as a share, with its 95 % bootstrap interval."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        return f"{self.value:.1%} ({self.low:.1%}–{self.high:.1%})".replace("%", " %")


@dataclass(frozen=True, slots=True)
class Figures:
    """Word and character error rates of one group of utterances."""

    group: str
    utterances: int
    seconds: float
    wer: Rate
    cer: Rate


def errors(said: str, heard: str, characters: bool) -> tuple[int, int]:
    """Edits from reference to hypothesis, and the reference's length."""
    process = jiwer.process_characters if characters else jiwer.process_words
    out = process(said, heard)
    return (
        out.substitutions + out.deletions + out.insertions,
        out.hits + out.substitutions + out.deletions,
    )


def rate(counts: NDArray[np.int64], clusters: Sequence[str], seed: int = 0) -> Rate:
    """Of `counts` (n, 2): edits and lengths.

    The interval resamples clusters (sentences), since takes of one sentence share their errors.
    """
    names = {name: i for i, name in enumerate(dict.fromkeys(clusters))}
    summed = np.zeros((len(names), 2), np.int64)
    np.add.at(summed, [names[c] for c in clusters], counts)
    rng = np.random.default_rng(seed)
    drawn = rng.integers(0, len(summed), (1000, len(summed)))
    totals = summed[drawn].sum(axis=1)
    low, high = np.quantile(totals[:, 0] / totals[:, 1], (0.025, 0.975))
    edits, length = summed.sum(axis=0)
    return Rate(float(edits / length), float(low), float(high))


def figures(group: str, utterances: list[Utterance], heard: list[str]) -> Figures:
    clusters = [u.text for u in utterances]
    pairs = list(zip(clusters, heard, strict=True))
    wer = rate(np.array([errors(s, h, False) for s, h in pairs]), clusters)
    cer = rate(np.array([errors(s, h, True) for s, h in pairs]), clusters)
    return Figures(group, len(utterances), sum(u.seconds for u in utterances), wer, cer)


def by_set_and_voice(corpus: Corpus, recognise: Recognise, splits: Sequence[str]) -> list[Figures]:
    """A line a set, and under it a line a voice."""
    lines = []
    for split in splits:
        chosen = corpus.of(split)
        if not chosen:
            continue
        heard = recognise(corpus, chosen)
        lines.append(figures(split, chosen, heard))
        voices = dict.fromkeys(u.voice for u in chosen)
        for voice in voices if len(voices) > 1 else ():
            at = [i for i, u in enumerate(chosen) if u.voice == voice]
            lines.append(figures(f"  {voice}", [chosen[i] for i in at], [heard[i] for i in at]))
    return lines


def recogniser(model: Path, greedy: bool = False, engine: str | None = None) -> Recognise:
    """How the product runs `model`: by ONNX Runtime where it was exported, else by torch.

    `greedy` leaves its language out.
    """
    from earshot.speech.model import load
    from earshot.speech.transcriber import Transcriber

    engine = engine or ("onnx" if (model / "onnx").is_dir() else "torch")
    loaded = load(str(model), engine=engine)
    transcriber = Transcriber(replace(loaded, language=None) if greedy else loaded)

    def recognise(corpus: Corpus, utterances: list[Utterance]) -> list[str]:
        return [normalise(transcriber.transcribe(corpus.waveform(u)).text) for u in utterances]

    return recognise


def read_samples(manifest: Path) -> Corpus:
    """The demo's recordings as a corpus of one set, "samples"."""
    utterances, sounds, start = [], [], 0
    with manifest.open(newline="") as file:
        for row in csv.DictReader(file):
            sound, rate = sf.read(manifest.parent / Path(row["filename"]).name, dtype="int16")
            if rate != SAMPLE_RATE:
                raise ValueError(f"{row['filename']} has {rate} samples a second")
            voice = f"{row['synthesizer']}/{row['voice']}"
            text = normalise(row["text"])
            utterances.append(Utterance("samples", text, voice, start, len(sound)))
            sounds.append(sound)
            start += len(sound)
    return Corpus(tuple(utterances), np.concatenate(sounds))
