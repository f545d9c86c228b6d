"""Clips with what was said, what was written and what was heard, for `bench listeners`."""

import csv
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from earshot.audio.decode import stream
from earshot.audio.limits import DEFAULT, SAMPLE_RATE
from earshot.cli.progress import progress
from earshot.cli.tables import table as tables
from earshot.cli.tables.columns import FILENAME, GENERATED
from earshot.cli.tables.manifest import values_by_name
from earshot.cli.tables.names import base_name
from earshot.errors import AudioError
from earshot.speech import ctc
from earshot.speech.alignment.align import letters_of
from earshot.speech.alignment.viterbi import viterbi
from earshot.speech.audible import SILENCE_AMPLITUDE
from earshot.speech.engine import Emission, Waveform
from earshot.speech.engine_onnx import cores
from earshot.speech.model import SpeechModel
from earshot.speech.transcriber import Transcriber
from earshot.speech.transcript import Word
from earshot.speech.writer.model import BUNDLED, load_writer, located
from earshot.speech.writer.settings import MAX_SAMPLES
from earshot.speech.writer.written import Written
from training import prepare

SEED = 2026  # of the bundled model's corpus: its held-out sentences are held out here
NTH = 5  # of the clips that the listener learned from, every fifth is for development
SURE = 0.9  # what a simulated listener gives its own letters


@dataclass(frozen=True, slots=True)
class Clip:
    """`text` was said; `split` is "development", "held-out" or "others"."""

    name: str
    text: str
    split: str
    written: list[str]
    confidences: list[float] | None
    seconds: float
    emission: Emission
    heard: tuple[Word, ...]


def read_clips(folder: Path, written: Path, model: SpeechModel, kept: Path | None) -> list[Clip]:
    """Development are the clips of the model's development sentences, and every fifth of those
    that it learned from; held out is what it was held out from."""
    texts = dict(_written(written))
    everything = prepare.read_clips(folder)
    learned = [clip for clip in everything if clip.split(SEED) == "train"]
    development = {clip.path.name for clip in learned[::NTH]}
    listed = [clip for clip in everything if clip.path.name in texts]
    splits = {"human": "held-out", "dev-human": "development", "train": "others"}
    hear = Transcriber(model)
    frame_s = model.acoustics.hop / SAMPLE_RATE
    found = []
    with progress("Hearing", len(listed)) as advance:
        for clip in listed:
            advance(1)
            name = clip.path.name
            if (heard := _heard(clip.path, hear, kept)) is None:
                continue
            emission, path, samples = heard
            words, confidences = texts[name]
            split = "development" if name in development else splits[clip.split(SEED)]
            heard_words = ctc.words(path, model.vocabulary, frame_s)
            found.append(
                Clip(name, clip.text, split, words, confidences, samples / SAMPLE_RATE, emission,
                     heard_words)
            )  # fmt: skip
    return found


def stronger(
    published: Path, model: SpeechModel
) -> Callable[[Clip], tuple[Emission, tuple[Word, ...]]]:
    """A listener that hears what another one published, as surely as SURE.

    A simulation: its letters lie where this model's emission has room for them, and what it
    doubts is what this model doubts.
    """
    texts = {name: text.split() for name, text in values_by_name(published, GENERATED).items()}
    vocabulary, frame_s = model.vocabulary, model.acoustics.hop / SAMPLE_RATE

    def hear(clip: Clip) -> tuple[Emission, tuple[Word, ...]]:
        words = [(word,) for word in texts[clip.name]]
        letters, begins, bounds = letters_of(words, vocabulary)
        path = viterbi(clip.emission, letters, begins, vocabulary)
        if path is None:
            return clip.emission, ()
        gap = path.states % 2 == 0
        tokens = np.where(
            gap, vocabulary.blank, letters[np.minimum(path.states // 2, len(letters) - 1)]
        )
        sound = np.exp(clip.emission) * (1 - SURE)
        sound[np.arange(len(tokens)), tokens] += SURE
        emission = np.log(sound).astype(np.float32)
        clear = [
            float(emission[first:last, letter].max())
            for first, last, letter in zip(path.first, path.last, letters, strict=True)
        ]
        return emission, tuple(
            Word(
                word,
                float(path.first[start] * frame_s),
                float(path.last[stop - 1] * frame_s),
                float(np.exp(np.mean(clear[start:stop]))),
            )
            for (word,), start, stop in zip(words, bounds, bounds[1:], strict=False)
            if stop > start
        )

    return hear


def write_texts(folder: Path, out: Path) -> None:
    """What the bundled writer makes of each clip that `read_clips` would hear, as a CSV."""
    loaded = load_writer(located(BUNDLED), side_by_side=True)
    clips = prepare.read_clips(folder)

    def write(clip: prepare.Clip) -> Written | None:
        waveform = _waveform(clip.path)
        return None if waveform is None else loaded.write(waveform)

    with (
        out.open("w", newline="") as file,
        ThreadPoolExecutor(cores()) as pool,
        progress("Writing", len(clips)) as advance,
    ):
        rows = csv.writer(file)
        rows.writerow(["filename", "written", "confidences"])
        for clip, text in zip(clips, pool.map(write, clips), strict=True):
            advance(1)
            if text is not None:
                confidences = " ".join(f"{word.confidence:.4f}" for word in text.words)
                rows.writerow([clip.path.name, text.text, confidences])


def _written(path: Path) -> Iterator[tuple[str, tuple[list[str], list[float] | None]]]:
    table = tables.read(path)
    table.need("written")
    for row in table.trusted(FILENAME, "written"):
        sure = table.value(row, "confidences").split() if table.has("confidences") else None
        confidences = [float(one) for one in sure] if sure is not None else None
        words = table.value(row, "written").split()
        yield base_name(table.value(row, FILENAME)), (words, confidences)


def _heard(
    path: Path, transcriber: Transcriber, kept: Path | None
) -> tuple[Emission, ctc.BestPath, int] | None:
    """None of silence, and of what can't be decoded."""
    file = kept / f"{path.name}.npz" if kept else None
    if file and file.exists():
        with np.load(file) as saved:
            best = ctc.BestPath(saved["tokens"], saved["scores"])
            return saved["emission"], best, int(saved["samples"])
    waveform = _waveform(path)
    if waveform is None:
        return None
    model = transcriber.model
    [emission] = model.engine.emissions([model.acoustics.prepare(waveform)])
    best = transcriber._best_path(emission)
    if file:
        file.parent.mkdir(parents=True, exist_ok=True)
        np.savez(
            file, emission=emission, tokens=best.tokens, scores=best.scores, samples=len(waveform)
        )
    return emission, best, len(waveform)


def _waveform(path: Path) -> Waveform | None:
    """None of silence, of what can't be decoded, and of what no writer hears at once."""
    try:
        waveform = np.concatenate([block[:, 0] for block in stream(path, DEFAULT)])
    except AudioError:
        return None
    sounds = float(np.abs(waveform).max(initial=0)) > SILENCE_AMPLITUDE
    return waveform if sounds and len(waveform) <= MAX_SAMPLES else None
