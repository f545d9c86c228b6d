"""People's clips as the demo's two listeners take them, and rare words that were said in them."""

import base64
import json
import random
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from earshot.cli.progress import progress
from earshot.cli.tables.manifest import values_by_name
from earshot.search import analysis
from earshot.speech.frame_letters import FrameLetters
from earshot.speech.model import SpeechModel
from scripts import ROOT

KEPT = ROOT / ".local" / "bench-sound"
TRAINING_SEED = 2026  # of the split that models/demo was trained with
MIN_LETTERS = 4  # of a rare word
Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Clip:
    """What was said in a clip, what the writer and the listener wrote, all as search's tokens."""

    name: str
    seconds: float
    said: Phrase
    writer: Phrase
    listener: Phrase
    letters: FrameLetters

    @cached_property
    def written(self) -> frozenset[str]:
        return frozenset(self.writer)

    @cached_property
    def heard(self) -> frozenset[str]:
        return frozenset(self.listener)


@dataclass(slots=True)
class Rows:
    """Queries by kind, each with the clips that answer it."""

    queries: dict[str, list[Phrase]] = field(default_factory=dict)
    answers: dict[Phrase, set[int]] = field(default_factory=dict)


def draw(clips: Sequence[Clip], asked: Sequence[int], count: int, seed: int) -> Rows:
    """Words and phrases said in the clips `asked`; at most `count` of a kind.

    A rare word has four letters or more, is no stop word, and was said in one of `clips` alone.
    """
    rows = Rows()
    said: dict[Phrase, set[int]] = defaultdict(set)
    for number, clip in enumerate(clips):
        for length in (1, 3):
            for at in range(len(clip.said) - length + 1):
                said[clip.said[at : at + length]].add(number)
    within = set(asked)
    chance = random.Random(seed)  # noqa: S311

    def keep(kind: str, phrases: Iterator[Phrase]) -> None:
        found = sorted(phrases)
        chance.shuffle(found)
        rows.queries[kind] = found[:count]
        rows.answers |= {phrase: said[phrase] for phrase in found[:count]}

    rare = {
        phrase: clips[next(iter(numbers))]
        for phrase, numbers in said.items()
        if len(phrase) == 1 and len(numbers) == 1 and numbers <= within and _is_telling(phrase[0])
    }
    keep(
        "rare words that neither text has",
        (one for one, clip in rare.items() if one[0] not in clip.written | clip.heard),
    )
    keep("words that the writer has", (one for one, clip in rare.items() if one[0] in clip.written))
    keep("words that the listener has", (one for one, clip in rare.items() if one[0] in clip.heard))
    keep(
        "three words in a row that neither text has",
        (
            phrase
            for phrase, numbers in said.items()
            if len(phrase) == 3
            and numbers & within
            and not any(_holds(clips[number], phrase) for number in numbers)
        ),
    )
    return rows


def never_said(clips: Sequence[Clip], like: Sequence[Phrase], seed: int) -> list[str]:
    """For each of the words another one of its length that nobody said in any form, of English."""
    from spellchecker import SpellChecker

    frequencies = SpellChecker(language="en", distance=1).word_frequency
    stems = {analysis.stem(token) for clip in clips for token in clip.said}
    words = [
        word
        for word in sorted(frequencies.dictionary)
        if word.isascii() and word.isalpha() and frequencies[word] > 20
        and analysis.spoken(word) == (word,) and analysis.stem(word) not in stems
    ]  # fmt: skip
    chance = random.Random(seed)  # noqa: S311
    by_length = defaultdict(list)
    for word in words:
        by_length[len(word)].append(word)
    return [chance.choice(by_length[len(word)] or words) for (word,) in like]


def listen(
    folder: Path, writer: Path, model: Path, split: str, pool: int
) -> tuple[list[Clip], int]:
    """The clips to ask for, and behind them others to find them among; how many are to ask for.

    `folder` is Common Voice's (cv-valid-dev.csv, clips/), `writer` a CSV of filename, moonshine.
    Held-out clips are of sentences that the model was not trained with.
    """
    from training.prepare import read_clips

    wrote = values_by_name(writer, "moonshine")
    clips = [clip for clip in read_clips(folder) if clip.path.name in wrote]
    random.Random(TRAINING_SEED).shuffle(clips)  # noqa: S311
    held_out = [clip for clip in clips if clip.split(TRAINING_SEED) == "human"]
    others = [clip for clip in clips if clip.split(TRAINING_SEED) != "human"]
    asked, among = (held_out, others) if split == "held-out" else (others[:pool], [])
    chosen = asked + among[: max(0, pool - len(asked))]
    heard = _heard([clip.path for clip in chosen], model)
    found: list[Clip] = []
    count = 0
    with progress("Listening", len(chosen)) as on:
        for number, (clip, (words, letters, seconds)) in enumerate(zip(chosen, heard, strict=True)):
            on(1)
            if letters is None:
                continue
            count += number < len(asked)
            name = clip.path.name
            heard_words = " ".join(words)
            said, writer_words, listener = map(_tokens, (clip.text, wrote[name], heard_words))
            found.append(Clip(name, seconds, said, writer_words, listener, letters))
    return found, count


def _heard(
    paths: Sequence[Path], model: Path
) -> Iterator[tuple[list[str], FrameLetters | None, float]]:
    """The listener's words, the frame letters and the length of each; None of silence.

    What one model heard once is kept for the next run.
    """
    from earshot.speech import frame_letters
    from earshot.speech.model import load

    loaded = load(str(model))
    kept_at = KEPT / f"{loaded.fingerprint}.jsonl"
    kept_at.parent.mkdir(parents=True, exist_ok=True)
    known: dict[str, dict[str, Any]] = {}
    if kept_at.exists():
        known = {line["name"]: line for line in map(json.loads, kept_at.open(encoding="utf-8"))}
    with kept_at.open("a", encoding="utf-8") as kept:
        hear = _listener(loaded)
        for path in paths:
            if path.name not in known:
                known[path.name] = {"name": path.name, **hear(path)}
                kept.write(json.dumps(known[path.name]) + "\n")
            line = known[path.name]
            packed = base64.b64decode(line["letters"])
            letters = frame_letters.unpack(packed) if packed else None
            yield line["words"], letters, line["seconds"]


def _listener(model: SpeechModel) -> Callable[[Path], dict[str, Any]]:
    """Hears one clip as Transcriber does a recording of one window."""
    import numpy as np

    from earshot.audio.limits import DEFAULT, SAMPLE_RATE
    from earshot.speech import ctc, frame_letters
    from earshot.speech.audible import SILENCE_AMPLITUDE
    from earshot.speech.beam import BeamDecoder
    from earshot.speech.recognise import begin

    beam = BeamDecoder(model.language, model.vocabulary) if model.language else None
    frame_s = model.acoustics.hop / SAMPLE_RATE

    def hear(path: Path) -> dict[str, Any]:
        waveform = begin(path, DEFAULT).waveform
        if np.abs(waveform).max() <= SILENCE_AMPLITUDE:
            return {"words": [], "letters": "", "seconds": 0.0}
        (emission,) = model.engine.emissions([model.acoustics.prepare(waveform)])
        best = beam.best_path(emission) if beam else ctc.best_path(emission)
        letters = frame_letters.of_emission(emission, model.vocabulary, frame_s)
        return {
            "words": [word.text for word in ctc.words(best, model.vocabulary, frame_s)],
            "letters": base64.b64encode(frame_letters.pack(letters)).decode(),
            "seconds": len(waveform) / SAMPLE_RATE,
        }

    return hear


def _tokens(text: str) -> Phrase:
    return tuple(token.text for token in analysis.tokens(text.split()))


def _is_telling(word: str) -> bool:
    return len(word) >= MIN_LETTERS and word not in analysis.STOP_WORDS


def _holds(clip: Clip, phrase: Phrase) -> bool:
    row = f" {' '.join(phrase)} "
    return any(row in f" {' '.join(text)} " for text in (clip.writer, clip.listener))


def share(of: Sequence[bool]) -> float:
    """In per cent."""
    return round(100 * sum(of) / max(len(of), 1), 1)
