"""Word and character error rates by set and voice, with intervals, for the model card."""

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
    """An error rate as a share, with its 95 % bootstrap interval."""

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


def errors(reference: str, hypothesis: str, characters: bool) -> tuple[int, int]:
    """Edits from reference to hypothesis, and the reference's length, in characters or words."""
    process = jiwer.process_characters if characters else jiwer.process_words
    out = process(reference, hypothesis)
    return (
        out.substitutions + out.deletions + out.insertions,
        out.hits + out.substitutions + out.deletions,
    )


def rate(counts: NDArray[np.int64], clusters: Sequence[str], seed: int = 0) -> Rate:
    """The rate over `counts` (utterances, 2), which are edits and lengths.

    The interval resamples clusters (sentences), because recordings of one sentence tend to have
    the same errors: a cluster bootstrap, 1,000 draws.
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


def figures(group: str, utterances: list[Utterance], hypotheses: list[str]) -> Figures:
    """The error rates of `hypotheses`, one text for each utterance."""
    clusters = [u.text for u in utterances]
    pairs = list(zip(clusters, hypotheses, strict=True))
    wer = rate(np.array([errors(s, h, False) for s, h in pairs]), clusters)
    cer = rate(np.array([errors(s, h, True) for s, h in pairs]), clusters)
    return Figures(group, len(utterances), sum(u.seconds for u in utterances), wer, cer)


def by_set_and_voice(corpus: Corpus, recognise: Recognise, splits: Sequence[str]) -> list[Figures]:
    """One line for each set, followed by one for each of its voices."""
    lines = []
    for split in splits:
        chosen = corpus.of(split)
        if not chosen:
            continue
        texts = recognise(corpus, chosen)
        lines.append(figures(split, chosen, texts))
        voices = dict.fromkeys(u.voice for u in chosen)
        for voice in voices if len(voices) > 1 else ():
            at = [i for i, u in enumerate(chosen) if u.voice == voice]
            lines.append(figures(f"  {voice}", [chosen[i] for i in at], [texts[i] for i in at]))
    return lines


def recogniser(model: Path, greedy: bool = False, engine: str | None = None) -> Recognise:
    """Runs the folder `model` as Earshot does: ONNX Runtime if it was exported, else torch.

    `greedy` ignores the model's language. Raises ModelError.
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
    """The demo's recordings as a corpus with one set, "samples".

    Raises ValueError if a file is not at 16 kHz.
    """
    utterances, sounds, start = [], [], 0
    with manifest.open(newline="") as file:
        for row in csv.DictReader(file):
            sound, rate = sf.read(manifest.parent / Path(row["filename"]).name, dtype="int16")
            if rate != SAMPLE_RATE:
                raise ValueError(
                    f"{row['filename']} has a sample rate of {rate} Hz, not {SAMPLE_RATE}"
                )
            voice = f"{row['synthesizer']}/{row['voice']}"
            text = normalise(row["text"])
            utterances.append(Utterance("samples", text, voice, start, len(sound)))
            sounds.append(sound)
            start += len(sound)
    return Corpus(tuple(utterances), np.concatenate(sounds))
