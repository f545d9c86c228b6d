"""Builds the word list and bigrams that help a small model spell, from text alone.

Counts come from WordNet's examples and definitions and from the texts of training clips; absolute
discounting, with pairs that were seen once left out.
"""

from collections import Counter
from itertools import pairwise
from pathlib import Path

import numpy as np

from earshot.speech.language import LETTERS, Weights
from training import texts
from training.corpus import Corpus
from training.prepare import demo_sentences

DISCOUNT = 0.75
LEAST_PAIRS = 2


def lemmas(folder: Path = texts.WORDNET) -> set[str]:
    """Single words that WordNet lists, names of places and people among them."""
    found = set()
    for path in sorted(folder.glob("index.*")):
        for line in path.read_text("latin-1").splitlines():
            word = line.split(" ", 1)[0].upper()
            if word and all("A" <= c <= "Z" for c in word):
                found.add(word)
    return found


def sentences(corpus: Corpus, samples_script: Path) -> list[list[str]]:
    """Training sentences as words, each once; none that stands in a text something is measured by:
    the development and test sets, the held-out sentences, the demo's samples.
    """
    measured = [
        *(u.text for u in corpus.utterances if u.split != "train"),
        *map(texts.normalise, texts.held_out()),
        *sorted(demo_sentences(samples_script)),
    ]
    kept_back = "  ".join(("", *dict.fromkeys(measured), ""))
    examples, definitions = texts.wordnet()
    human = [u.text for u in corpus.of("train") if u.human]
    said = dict.fromkeys(map(texts.normalise, (*examples, *definitions, *human)))
    return [line.split() for line in said if line and f" {line} " not in kept_back]


def write(lines: list[list[str]], listed: set[str], path: Path, weights: Weights | None = None
          ) -> None:  # fmt: skip
    """Counts `lines` and writes the model's language file to `path`."""
    counts = Counter(word for line in lines for word in line)
    words = sorted(set(counts) | listed)
    if any(set(word) - set(LETTERS) for word in words):
        raise ValueError("words are of upper case letters and apostrophes")
    number = {word: n for n, word in enumerate(words)}
    start = len(words)  # also stands for words that the list lacks
    size = len(words) + 1

    single = np.full(size, 0.25)  # listed but never seen
    for seen, count in counts.items():
        single[number[seen]] = count
    unigram = np.log(single / single.sum())

    pairs: Counter[tuple[int, int]] = Counter()
    for line in lines:
        ids = [start, *(number[word] for word in line)]
        pairs.update(pairwise(ids))
    after, kept = np.zeros(size), np.zeros(size)
    chosen = []
    for (context, word), count in pairs.items():
        after[context] += count
        if count >= LEAST_PAIRS:
            kept[context] += count - DISCOUNT
            chosen.append((context * size + word, count, context, word))
    chosen.sort()
    left = np.where(after > 0, 1 - kept / np.maximum(after, 1), 1.0)
    keys = np.array([key for key, *_ in chosen], np.int64)
    found = [
        np.log((count - DISCOUNT) / after[context] + left[context] * np.exp(unigram[word]))
        for _, count, context, word in chosen
    ]
    np.savez_compressed(
        path,
        words="\n".join(words),
        unigram=unigram.astype(np.float16),
        backoff=np.log(left).astype(np.float16),
        pair_steps=np.diff(keys, prepend=0),
        pair_score=np.array(found, np.float16),
        weights=[getattr(weights or Weights(), name) for name in Weights.__slots__],
    )
