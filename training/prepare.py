"""Makes the corpus: synthesizes texts, decodes human clips, and splits both by sentence."""

import hashlib
import re
import shutil
import tomllib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile as sf
import soxr
from numpy.typing import NDArray

from earshot.cli.tables import table as tables
from earshot.cli.tables.columns import FILENAME, TEXT
from earshot.cli.tables.names import base_name
from training import texts, voices
from training.corpus import SAMPLE_RATE, CorpusWriter
from training.synthesis import require, speak

HUMAN_TEST, HUMAN_DEV = 0.12, 0.03  # shares of the sentences
DEV_SENTENCES = 40
HELD_OUT_PER_SEEN_VOICE = 25
HELD_OUT_PER_NEW_VOICE = 50
MIN_UTTERANCE_S, MAX_UTTERANCE_S = 0.8, 20.0

Advance = Callable[[int], None]
Progress = Callable[[str, int], AbstractContextManager[Advance]]  # label, total


@dataclass(frozen=True, slots=True)
class Job:
    """One utterance to synthesize."""

    split: str
    text: str
    delivery: voices.Delivery


@dataclass(frozen=True, slots=True)
class Clip:
    """One human recording from a table in Common Voice's format."""

    path: Path
    text: str
    accent: str
    age: str
    gender: str

    def split(self, seed: int) -> str:
        """The clip's set: all clips of a sentence are in the same set, whoever reads it."""
        share = texts.bucket(self.text, seed)
        if share < HUMAN_TEST:
            return "human"
        return "dev-human" if share < HUMAN_TEST + HUMAN_DEV else "train"


def read_clips(folder: Path) -> list[Clip]:
    """The clips of `folder`: the table cv-valid-dev.csv, and recordings in clips/."""
    table = tables.read(folder / "cv-valid-dev.csv")
    clips = (
        Clip(
            folder / "clips" / base_name(table.value(row, FILENAME)),
            *(table.value(row, column) for column in (TEXT, "accent", "age", "gender")),
        )
        for row in table.trusted(FILENAME, TEXT)
    )
    return [clip for clip in clips if clip.path.exists() and texts.normalise(clip.text)]


def demo_sentences(samples_script: Path) -> set[str]:
    """The normalised sentences of the demo's samples, which must not be trained on."""
    recordings = tomllib.loads(samples_script.read_text())["recording"]
    parts = (part for r in recordings for part in re.split(r"[.!?]\s", r["text"]))
    return {texts.normalise(part) for part in parts} - {""}


def jobs(human_training_texts: list[str], forbidden: frozenset[str], seed: int, scale: float,
         rhvoice: bool = True, neural: bool = True) -> list[Job]:  # fmt: skip
    """Everything to synthesize: training, development and the two synthetic test sets."""
    drawn = voices.deliveries(seed, scale, rhvoice, neural)
    spoken = texts.utterances(human_training_texts, len(drawn) + DEV_SENTENCES, seed, forbidden)
    lines = list(spoken)
    dev_lines, train_lines = lines[:DEV_SENTENCES], lines[DEV_SENTENCES:]
    dev = set(dev_lines)
    made = [
        Job("train", text, delivery)
        for text, delivery in zip(train_lines, drawn, strict=True)
        if text not in dev
    ]
    sentences = texts.held_out()
    for n, text in enumerate(dev_lines):
        made.append(Job("dev-synthetic", text, voices.usual(voices.SEEN[n % len(voices.SEEN)])))
    for split, chosen, count in (
        ("seen-voices", voices.SEEN, HELD_OUT_PER_SEEN_VOICE),
        ("held-out-voices", voices.HELD_OUT, HELD_OUT_PER_NEW_VOICE),
    ):
        count = max(1, round(count * min(1.0, scale)))
        for n, voice in enumerate(chosen):
            for k in range(count):
                text = sentences[(n * count + k) % len(sentences)]
                made.append(Job(split, text, voices.usual(voice)))
    return made


class Spoken:
    """A folder that caches synthesized speech, so `prepare` can resume and add voices."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder

    def waveform(self, job: Job) -> NDArray[np.float32]:
        """The job's utterance (samples,), trimmed; from the cache if it is there."""
        d = job.delivery
        name = hashlib.blake2b(repr((job.text, d)).encode(), digest_size=12).hexdigest()
        path = self.folder / name[:2] / f"{name}.flac"
        if not path.exists():
            speech = trim(speak(job.text, d.voice, d.rate, d.pitch, d.size, SAMPLE_RATE))
            path.parent.mkdir(exist_ok=True)
            unfinished = path.with_suffix(".unfinished")
            peak = float(np.abs(speech).max(initial=1e-4))
            sf.write(unfinished, speech / peak * 0.9, SAMPLE_RATE, format="FLAC")
            unfinished.replace(path)
        sound: NDArray[np.float32] = sf.read(path, dtype="float32")[0]
        return sound


def decode_clip(path: Path) -> NDArray[np.float32]:
    """A human clip as a waveform (samples,), trimmed."""
    sound, rate = sf.read(path, dtype="float32", always_2d=True)
    resampled: NDArray[np.float32] = soxr.resample(sound.mean(axis=1), rate, SAMPLE_RATE)
    return trim(resampled.astype(np.float32))


def trim(waveform: NDArray[np.float32], keep: float = 0.2) -> NDArray[np.float32]:
    """Cuts silence at the ends to `keep` seconds: it costs training time and teaches nothing."""
    window = SAMPLE_RATE // 50
    count = len(waveform) // window
    if count == 0:
        return waveform
    energy = np.abs(waveform[: count * window]).reshape(count, window).max(axis=1)
    loud = np.flatnonzero(energy > 0.03 * energy.max(initial=1e-9))
    if len(loud) == 0:
        return waveform
    margin = int(keep * SAMPLE_RATE)
    return waveform[max(0, loud[0] * window - margin) : (loud[-1] + 1) * window + margin]


def prepare(
    out: Path,
    samples_script: Path,
    human: Path | None = None,
    seed: int = 2026,
    scale: float = 1.0,
    workers: int = 2,
    rhvoice: bool = True,
    neural: bool = True,
    progress: Progress = lambda label, total: nullcontext(lambda count: None),
) -> None:
    """Writes the corpus to `out`, all of it or nothing.

    The same seed and synthesizers give the same corpus. Raises MissingToolError.
    """
    clips = read_clips(human) if human else []
    by_split = {clip: clip.split(seed) for clip in clips}
    forbidden = frozenset(
        {texts.normalise(s) for s in texts.held_out()}
        | demo_sentences(samples_script)
        | {texts.normalise(c.text) for c, split in by_split.items() if split != "train"}
    )
    training_texts = sorted({c.text for c, split in by_split.items() if split == "train"})
    work = jobs(training_texts, forbidden, seed, scale, rhvoice, neural)
    require({job.delivery.voice for job in work})

    unfinished = out.with_name(out.name + ".unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    writer = CorpusWriter(unfinished)

    spoken = Spoken(out.with_name("spoken"))

    with (
        progress("preparing", len(work) + len(clips)) as advance,
        ThreadPoolExecutor(workers) as pool,
    ):
        for job, waveform in zip(work, pool.map(spoken.waveform, work), strict=True):
            advance(1)
            if MIN_UTTERANCE_S <= len(waveform) / SAMPLE_RATE <= MAX_UTTERANCE_S:
                d = job.delivery
                text = texts.normalise(job.text)
                facts = {"voice": str(d.voice), "rate": d.rate, "pitch": d.pitch, "size": d.size}
                writer.add(waveform, job.split, text, **facts)
        decoded = pool.map(decode_clip, [clip.path for clip in clips])
        for clip, waveform in zip(clips, decoded, strict=True):
            advance(1)
            silent = float(np.abs(waveform).max(initial=0)) < 1e-3
            if not silent and MIN_UTTERANCE_S <= len(waveform) / SAMPLE_RATE <= MAX_UTTERANCE_S:
                person = {"accent": clip.accent, "age": clip.age, "gender": clip.gender}
                text = texts.normalise(clip.text)
                writer.add(
                    waveform, by_split[clip], text, voice="human", clip=clip.path.name, **person
                )
    writer.close()
    shutil.rmtree(out, ignore_errors=True)
    unfinished.rename(out)
