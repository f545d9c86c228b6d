"""What two listeners make of people's speech: each alone, and what is shown of both.

Thresholds are chosen on the development clips; the others are only measured.
"""

import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from earshot.cli.evaluation.rates import count
from earshot.cli.evaluation.results import Result
from earshot.cli.progress import progress
from earshot.speech import sentences
from earshot.speech.alignment import vouching
from earshot.speech.alignment.align import AlignedWord, align, count_letters
from earshot.speech.alignment.choice import Shown, choose
from earshot.speech.alignment.margins import Margin, Margins
from earshot.speech.alignment.stretches import Spoken, matches
from earshot.speech.engine import Emission
from earshot.speech.model import SpeechModel, load
from earshot.speech.transcript import Word
from scripts import ROOT
from scripts.bench.two_texts import Clip, read_clips, stronger, write_texts

NEVER = Margins(Margin(np.inf, 0.0), Margin(np.inf, 0.0))
OTHERS_STEP = 31  # clips ahead lies the one whose text is laid on a sound that it is not of


@dataclass(frozen=True, slots=True)
class Read:
    """A clip, and what each rule shows of it."""

    clip: Clip
    heard: Sequence[Word]
    vouched: Shown
    shown: Shown


def listeners(
    folder: Annotated[Path, typer.Option(help="cv-valid-dev.csv, and clips/ beside it.")],
    written: Annotated[
        Path,
        typer.Option(
            help="CSV: filename, written, perhaps confidences. "
            "What is not there yet, the bundled writer writes."
        ),
    ],
    model: Annotated[Path, typer.Option(help="The listener.")] = ROOT / "models" / "demo",
    published: Annotated[
        Path | None,
        typer.Option(help="CSV of a strong listener's texts (generated_text), to simulate one."),
    ] = None,
    emissions: Annotated[
        Path | None, typer.Option(help="A folder that keeps emissions for the next time.")
    ] = None,
    picture: Annotated[Path | None, typer.Option(help="Draw the thresholds (SVG).")] = None,
) -> None:
    """Measure listener, writer and what is shown, on development and held-out clips."""
    loaded = load(str(model))
    if not written.exists():
        write_texts(folder, written)
    clips = read_clips(folder, written, loaded, emissions)
    if picture:
        from scripts.bench.vouching_picture import draw

        development = [clip for clip in clips if clip.split == "development"]
        said = _supports(development, loaded, own=True)
        draw(said, _supports(development, loaded, own=False), picture)
    measured: list[Read] = []
    for split in dict.fromkeys(clip.split for clip in clips):
        chosen = [clip for clip in clips if clip.split == split]
        begin = time.perf_counter()
        reads = _read(chosen, loaded, lambda clip: (clip.emission, clip.heard))
        taken = time.perf_counter() - begin
        _tell(split, reads, model.name, loaded, taken / 2)
        if split != "development":
            measured += reads
    _tell("held-out and others", measured, model.name, loaded, None)
    if published:
        heard_by = stronger(published, loaded)
        chosen = [clip for clip in clips if clip.split == "development"]
        reads = _read(chosen, loaded, heard_by)
        _tell("development", reads, f"simulated {published.stem}", loaded, None)


def _read(
    clips: Sequence[Clip],
    model: SpeechModel,
    hear: Callable[[Clip], tuple[Emission, Sequence[Word]]],
) -> list[Read]:
    found = []
    frame_s = model.acoustics.hop / 16_000
    with progress("Choosing", len(clips)) as advance:
        for clip in clips:
            emission, heard = hear(clip)
            vouched, shown = (
                choose(
                    heard, clip.written, emission, model.vocabulary, frame_s,
                    confidences=clip.confidences, margins=margins,
                )
                for margins in (NEVER, Margins())
            )  # fmt: skip
            found.append(Read(clip, heard, vouched, shown))
            advance(1)
    return found


def _tell(
    split: str, reads: Sequence[Read], name: str, model: SpeechModel, taken: float | None
) -> None:
    texts: dict[str, Callable[[Read], str]] = {
        "listener": lambda read: " ".join(word.text for word in read.heard),
        "writer": lambda read: " ".join(read.clip.written),
        "vouched": lambda read: " ".join(word.text for word in read.vouched.words),
        "shown": lambda read: " ".join(word.text for word in read.shown.words),
    }
    rates: dict[str, float] = {}
    for rule, text in texts.items():
        counts = count([Result(read.clip.name, read.clip.text, text(read), {}) for read in reads])
        rates |= {f"{rule}_wer": round(counts.wer, 2), f"{rule}_cer": round(counts.cer, 2)}
    segments = [one for read in reads for one in sentences.split(read.shown.words)]
    apart = np.array([gap for read in reads for gap in _starts_apart(read, model)] or [0.0])
    sound = sum(read.clip.seconds for read in reads)
    figure = {
        "figure": f"listener and writer, {split}",
        "listener": name,
        "clips": len(reads),
        **rates,
        "fell_back": sum(read.shown.fell_back for read in reads),
        "sentences": len(segments),
        "with_mark_and_capital_percent": round(
            100 * float(np.mean([_whole(s.text) for s in segments])), 1
        ),
        "same_words": len(apart),
        "starts_apart_s_median_p95": np.percentile(apart, [50, 95]).round(3).tolist(),
        **({"times_real_time": round(sound / taken)} if taken else {}),
    }
    print(json.dumps(figure), flush=True)


def _whole(text: str) -> bool:
    first = next((letter for letter in text if letter.isalnum()), "")
    return sentences.ends_sentence(text.split()[-1]) and not first.islower()


def _starts_apart(read: Read, model: SpeechModel) -> list[float]:
    """How far the starts of words lie from the listener's, where both heard the same one."""
    frame_s = model.acoustics.hop / 16_000
    aligned = align(read.clip.written, read.clip.emission, model.vocabulary)
    if read.shown.fell_back:
        return []
    written = [Spoken(" ".join(word.spoken), word.first, word.last) for word in aligned]
    heard = [
        Spoken(word.text, round(word.start / frame_s), round(word.end / frame_s))
        for word in read.heard
    ]
    return [
        abs(written[here + step].first * frame_s - read.heard[there + step].start)
        for here, there, size in matches(written, heard)
        for step in range(size)
    ]


def _supports(
    clips: Sequence[Clip], model: SpeechModel, own: bool
) -> tuple[list[float], list[float]]:
    """Fits of whole texts and supports of runs: of texts that were said, or of other clips'."""
    fits, runs = [], []
    for at, clip in enumerate(clips):
        text = clip.written if own else clips[(at + OTHERS_STEP) % len(clips)].written
        aligned = align(text, clip.emission, model.vocabulary)
        fits.append(vouching.fit(aligned, count_letters(text, model.vocabulary)))
        runs += [_mean(aligned[at : at + vouching.RUN]) for at in range(len(aligned) - 2)]
    return fits, runs


def _mean(words: Sequence[AlignedWord]) -> float:
    weights = [word.letters for word in words]
    return float(np.average([word.support for word in words], weights=weights))
