"""Queries with known answers, drawn from transcripts whose true words are known."""

import hashlib
import random
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from rapidfuzz.distance import Levenshtein

from earshot.cli.tables import csv_form

Split = Literal["development", "held-out", "all"]
Phrase = tuple[str, ...]

KINDS = tuple((length, heard) for length in (1, 3, 5) for heard in (False, True))


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip of which is known what was said (`reference`) and what was `heard`.

    `right` tells of every reference word whether it was heard as it was said.
    """

    key: str
    heard: str
    duration: float
    facets: Mapping[str, str]
    reference: Phrase
    right: Sequence[bool]

    @property
    def held_out(self) -> bool:
        """Clips of one sentence are all on one side."""
        digest = hashlib.blake2b(" ".join(self.reference).encode(), digest_size=2).digest()
        return bool(digest[0] % 2)


@dataclass(frozen=True, slots=True)
class Queries:
    """Queries of `length` words, all of them heard right in the clip they are from, or not all."""

    length: int
    heard: bool
    phrases: Sequence[Phrase]


@dataclass(slots=True)
class Answers:
    """Which clips hold a phrase in their reference, and which phrases any clip heard right."""

    holding: dict[Phrase, set[str]] = field(default_factory=lambda: defaultdict(set))
    heard: set[Phrase] = field(default_factory=set)

    @classmethod
    def of(cls, clips: Sequence[Clip]) -> "Answers":
        answers = cls()
        for clip in clips:
            for length in {length for length, _ in KINDS}:
                for start, phrase in enumerate(_phrases(clip.reference, length)):
                    answers.holding[phrase].add(clip.key)
                    if all(clip.right[start : start + length]):
                        answers.heard.add(phrase)
        return answers


def read_clips(path: Path) -> list[Clip]:
    """The clips of a CSV of Common Voice's form with `text` (said) and `generated_text` (heard)."""
    with path.open(newline="", encoding="utf-8-sig") as file:
        return [_clip(row) for row in csv_form.rows(file)]


def draw(clips: Sequence[Clip], split: Split, count: int, seed: int) -> list[Queries]:
    """Up to `count` different phrases of every kind, from the references of one split."""
    drawn: list[Queries] = []
    for length, heard in KINDS:
        pool = [
            phrase
            for clip in clips
            if split == "all" or clip.held_out == (split == "held-out")
            for start, phrase in enumerate(_phrases(clip.reference, length))
            if all(clip.right[start : start + length]) == heard
        ]
        random.Random(f"{seed}-{length}-{heard}").shuffle(pool)  # noqa: S311
        drawn.append(Queries(length, heard, list(dict.fromkeys(pool))[:count]))
    return drawn


def _clip(row: Mapping[str, str]) -> Clip:
    reference, heard = _words(row["text"]), _words(row["generated_text"])
    right = [False] * len(reference)
    for step in Levenshtein.opcodes(reference, heard):
        if step.tag == "equal":
            right[step.src_start : step.src_end] = [True] * (step.src_end - step.src_start)
    facets = {name: row[name] for name in ("age", "gender", "accent") if row.get(name)}
    return Clip(
        row["filename"], row["generated_text"], float(row["duration"]), facets, reference, right
    )


def _words(text: str) -> Phrase:
    return tuple(re.sub(r"[^\w' ]+", " ", unicodedata.normalize("NFKC", text).lower()).split())


def _phrases(words: Phrase, length: int) -> Iterator[Phrase]:
    return (words[start : start + length] for start in range(len(words) - length + 1))
