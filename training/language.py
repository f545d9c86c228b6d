"""Builds the word list and bigrams that help a small model spell, from text alone.

Two counts are mixed: our own of WordNet's examples and definitions and of the texts of training
clips, with absolute discounting and without pairs that were seen once; and those of Google Books
that SymSpell's package holds (82,834 words, 242,342 common pairs), which know how people write who
explain no words.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from itertools import pairwise
from pathlib import Path

import numpy as np
import numpy.typing as npt

from earshot.speech.language import LETTERS, Weights
from training import texts
from training.corpus import Corpus
from training.prepare import demo_sentences

Floats = npt.NDArray[np.float64]

DISCOUNT = 0.75
LEAST_PAIRS = 2
UNSEEN = 0.25  # for a listed word that no text had

OWN = 0.5  # the share of our own counts in the mix, the rest is the books'
LISTED_AT_MOST = 0.9  # of what follows a word, for what is not among the common pairs


@dataclass(frozen=True, slots=True)
class Books:
    """How often words, and pairs of words, stand in many books; counted in different corpora."""

    words: Mapping[str, int]
    pairs: Mapping[tuple[str, str], int]


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


def read_books() -> Books:
    """SymSpell's dictionaries of English (Google Books Ngrams, CC BY 3.0)."""

    def rows(name: str) -> list[list[str]]:
        text = (files("symspellpy") / name).read_text("utf-8-sig").upper()
        return [row for line in text.splitlines() if (row := line.split())]

    words = rows("frequency_dictionary_en_82_765.txt")
    pairs = rows("frequency_bigramdictionary_en_243_342.txt")
    return Books(
        {word: int(count) for word, count in words},
        {(one, two): int(count) for one, two, count in pairs},
    )


def write(
    lines: list[list[str]],
    listed: set[str],
    books: Books,
    path: Path,
    weights: Weights | None = None,
) -> None:
    """Counts `lines`, mixes in the books, and writes the model's language file to `path`."""
    counts = Counter(word for line in lines for word in line)
    spelled = {word for word in books.words if not set(word) - set(LETTERS)}
    words = sorted(set(counts) | listed | spelled)
    if any(set(word) - set(LETTERS) for word in words):
        raise ValueError("words are of upper case letters and apostrophes")
    number = {word: n for n, word in enumerate(words)}
    start = len(words)  # also stands for words that the list lacks
    size = len(words) + 1

    unigram = OWN * _shares(counts, number, size) + (1 - OWN) * _shares(books.words, number, size)
    own, own_left = _discounted(lines, number, start, size)
    theirs, theirs_left = _followers(books, number, size)
    # After a word that only one of the two knows, that one alone counts.
    mix = np.where(theirs_left < 1, np.where(own_left < 1, OWN, 0.0), 1.0)
    left = mix * own_left + (1 - mix) * theirs_left
    score = {
        key: mix[key // size] * own.get(key, 0.0)
        + (1 - mix[key // size]) * theirs.get(key, 0.0)
        + left[key // size] * unigram[key % size]
        for key in own.keys() | theirs.keys()
    }
    keys = np.array(sorted(score), np.int64)
    np.savez_compressed(
        path,
        words="\n".join(words),
        unigram=np.log(unigram).astype(np.float16),
        backoff=np.log(left).astype(np.float16),
        pair_steps=np.diff(keys, prepend=0),
        pair_score=np.log([score[key] for key in keys.tolist()]).astype(np.float16),
        weights=[getattr(weights or Weights(), name) for name in Weights.__slots__],
    )


def _shares(counts: Mapping[str, int], number: Mapping[str, int], size: int) -> Floats:
    single = np.full(size, UNSEEN)
    for word, count in counts.items():
        if word in number:
            single[number[word]] = count
    shares: Floats = single / single.sum()
    return shares


def _discounted(
    lines: list[list[str]], number: Mapping[str, int], start: int, size: int
) -> tuple[dict[int, float], Floats]:
    """By context * size + word: what of the context's probability is the pair's own; and by
    context, what is left for all words."""
    pairs: Counter[tuple[int, int]] = Counter()
    for line in lines:
        pairs.update(pairwise([start, *(number[word] for word in line)]))
    after, kept = np.zeros(size), np.zeros(size)
    for (context, _), count in pairs.items():
        after[context] += count
        kept[context] += count - DISCOUNT if count >= LEAST_PAIRS else 0
    found = {
        context * size + word: (count - DISCOUNT) / after[context]
        for (context, word), count in pairs.items()
        if count >= LEAST_PAIRS
    }
    return found, 1 - kept / np.maximum(after, 1)


def _followers(
    books: Books, number: Mapping[str, int], size: int
) -> tuple[dict[int, float], Floats]:
    """The same of the books' pairs.

    Their corpus is larger than that of the words: as many times as is seen of common words, nearly
    all of whose followers are listed.
    """
    followed = Counter[str]()
    for (one, _), count in books.pairs.items():
        followed[one] += count
    common = sorted(books.words, key=lambda word: -books.words[word])[:2000]
    larger = np.percentile([followed[word] / books.words[word] for word in common], 95)
    total = {
        one: max(larger * books.words[one], count / LISTED_AT_MOST)
        for one, count in followed.items()
        if one in books.words
    }
    found = {
        number[one] * size + number[two]: count / total[one]
        for (one, two), count in books.pairs.items()
        if one in total and one in number and two in number
    }
    left = np.ones(size)
    for key, share in found.items():
        left[key // size] -= share
    return found, left
