"""Counts words and pairs of words in a folder of plain text."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

SENTENCE = re.compile(r"[.!?;:]+|\n\s*\n")
WORD = re.compile(r"[A-Z']+(?:-[A-Z']+)*")
MAX_UNSORTED_PAIRS = 20_000_000  # in memory

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Reading:
    """Counts by word number. The last number stands for all other words and a sentence's start.

    `words` (size,): how often each word occurs.
    `followed` (size,): how often a listed word follows it.
    `pairs` (n,): context * size + word, sorted; `counts` (n,): how often each occurs.
    """

    words: Ints
    followed: Ints
    pairs: Ints
    counts: Ints


def read_folder(
    folder: Path,
    number: Mapping[str, int],
    measured: frozenset[str],
    least: int,
    advance: Callable[[int], None] = lambda bytes_read: None,
) -> Reading:
    """Counts the texts (*.txt, UTF-8) under `folder`.

    `number` numbers the listed words, from 0. Sentences in `measured`, which are normalised, are
    not counted. Pairs with a count below `least` are dropped. `advance` gets bytes read.
    """
    size = len(number) + 1
    words, followed = np.zeros(size, np.int64), np.zeros(size, np.int64)
    pairs, counts = np.zeros(0, np.int64), np.zeros(0, np.int64)
    waiting: list[Ints] = []

    def settle() -> None:
        nonlocal pairs, counts
        found, times = np.unique(np.concatenate(waiting), return_counts=True)
        waiting.clear()
        merged, place = np.unique(np.concatenate([pairs, found]), return_inverse=True)
        total = np.zeros(len(merged), np.int64)
        np.add.at(total, place, np.concatenate([counts, times]))
        pairs, counts = merged, total

    for path in sorted(folder.rglob("*.txt")):
        text = path.read_text("utf-8", errors="replace")
        read = np.fromiter(_numbers(text, number, measured), np.int64)
        words += np.bincount(read[read != size - 1], minlength=size)
        context, word = read[:-1], read[1:]
        known = word != size - 1
        followed += np.bincount(context[known], minlength=size)
        waiting.append(context[known] * size + word[known])
        if sum(map(len, waiting)) > MAX_UNSORTED_PAIRS:
            settle()
        advance(path.stat().st_size)
    if waiting:
        settle()
    often = counts >= least
    return Reading(words, followed, pairs[often], counts[often])


def _numbers(text: str, number: Mapping[str, int], measured: frozenset[str]) -> Iterator[int]:
    """The numbers of the text's words; the number for other words comes before each sentence."""
    other = len(number)
    for sentence in SENTENCE.split(text.upper().replace("’", "'")):
        found = [stripped for word in WORD.findall(sentence) if (stripped := word.strip("'"))]
        if found and " ".join(found).replace("-", " ") not in measured:
            yield other
            for word in found:
                for part in _parts(word, number):
                    yield number.get(part, other)


def _parts(word: str, number: Mapping[str, int]) -> list[str]:
    """Joins a hyphenated word if it is listed as one word: old books write light-house."""
    joined = word.replace("-", "")
    return [joined] if joined in number else word.split("-")
