"""Builds a small model's language, a word list and a bigram model, from text alone.

Three sources are interpolated:

- WordNet's examples and definitions and the texts of training clips, counted here, with absolute
  discounting (Ney, Essen and Kneser, 1994) and without pairs that occur once.
- Google Books, from SymSpell's package: 82,834 words and 242,342 common pairs.
- Optionally, a folder of texts.
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
from training.reading import Reading

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
# One source's bigrams: pairs as context * size + word, sorted; each pair's probability after its
# context; and by context, the probability that is left for all other words.
Followers = tuple[Ints, Floats, Floats]

DISCOUNT = 0.75
MIN_PAIR_COUNT = 2  # in the texts counted here
UNSEEN_COUNT = 0.25  # of a listed word that a source lacks

SHARES = (0.5, 0.5)  # of the texts counted here, and of the books
SHARES_WITH_READING = (0.3, 0.2, 0.5)  # the same, and of the folder of texts
MIN_READ_PAIR_COUNT = 5  # in the folder of texts
MAX_LISTED_SHARE = 0.9  # of the words after a context, that the books' common pairs can be


@dataclass(frozen=True, slots=True)
class Books:
    """Counts of words and of pairs of words, which come from different corpora of books."""

    words: Mapping[str, int]
    pairs: Mapping[tuple[str, str], int]


def lemmas(folder: Path = texts.WORDNET) -> set[str]:
    """WordNet's single words, in upper case. They include names of places and people."""
    found = set()
    for path in sorted(folder.glob("index.*")):
        for line in path.read_text("latin-1").splitlines():
            word = line.split(" ", 1)[0].upper()
            if word and all("A" <= c <= "Z" for c in word):
                found.add(word)
    return found


def measured(corpus: Corpus, samples_script: Path) -> frozenset[str]:
    """Normalised texts of the development and test sets, the held-out sentences and the samples."""
    return frozenset(
        {u.text for u in corpus.utterances if u.split != "train"}
        | {texts.normalise(sentence) for sentence in texts.held_out()}
        | demo_sentences(samples_script)
    )


def sentences(corpus: Corpus, kept_back: frozenset[str]) -> list[list[str]]:
    """The distinct training sentences as words, without those in a text of `kept_back`."""
    whole = "  ".join(("", *sorted(kept_back), ""))
    examples, definitions = texts.wordnet()
    human = [u.text for u in corpus.of("train") if u.human]
    normalised = dict.fromkeys(map(texts.normalise, (*examples, *definitions, *human)))
    return [line.split() for line in normalised if line and f" {line} " not in whole]


def read_books() -> Books:
    """Reads SymSpell's English dictionaries (from Google Books Ngrams, CC BY 3.0)."""

    def rows(name: str) -> list[list[str]]:
        text = (files("symspellpy") / name).read_text("utf-8-sig").upper()
        return [row for line in text.splitlines() if (row := line.split())]

    words = rows("frequency_dictionary_en_82_765.txt")
    pairs = rows("frequency_bigramdictionary_en_243_342.txt")
    return Books(
        {word: int(count) for word, count in words},
        {(one, two): int(count) for one, two, count in pairs},
    )


def word_list(lines: list[list[str]], listed: set[str], books: Books) -> list[str]:
    """All words of all sources, sorted. Raises ValueError for characters outside LETTERS."""
    spelled = {word for word in books.words if not set(word) - set(LETTERS)}
    words = sorted({word for line in lines for word in line} | listed | spelled)
    if any(set(word) - set(LETTERS) for word in words):
        raise ValueError("words must consist of upper case letters and apostrophes")
    return words


def write(
    words: list[str],
    lines: list[list[str]],
    books: Books,
    path: Path,
    reading: Reading | None = None,
    weights: Weights | None = None,
) -> None:
    """Counts `lines`, interpolates with `books` and `reading`, and writes a language file.

    Words are numbered as in `words`. The last number stands for unlisted words and for the start of
    a sentence. For the file's format, see earshot.speech.language.
    """
    number = {word: n for n, word in enumerate(words)}
    size = len(words) + 1
    counts = Counter(word for line in lines for word in line)
    single = [_shares(counts, number, size), _shares(books.words, number, size)]
    followed = [_own(lines, number, size), _followers(books, number, size)]
    if reading:
        single.append((reading.words + UNSEEN_COUNT) / (reading.words + UNSEEN_COUNT).sum())
        followed.append(_discounted(reading.pairs, reading.counts, reading.followed))
    shares = np.array(SHARES_WITH_READING if reading else SHARES)

    unigram = sum(share * each for share, each in zip(shares, single, strict=True))
    # After a context that some sources lack, only the other sources are used.
    known = np.stack([left < 1 for _, _, left in followed]) * shares[:, None]
    mix = known / np.maximum(known.sum(axis=0), 1e-9)
    left = 1 - sum(m * (1 - left) for m, (_, _, left) in zip(mix, followed, strict=True))
    keys = np.unique(np.concatenate([keys for keys, _, _ in followed]))
    score = left[keys // size] * unigram[keys % size]
    for m, (found, share, _) in zip(mix, followed, strict=True):
        score[np.searchsorted(keys, found)] += m[found // size] * share
    np.savez_compressed(
        path,
        words="\n".join(words),
        unigram=np.log(unigram).astype(np.float16),
        backoff=np.log(left).astype(np.float16),
        pair_steps=np.diff(keys, prepend=0),
        pair_score=np.log(score).astype(np.float16),
        weights=[getattr(weights or Weights(), name) for name in Weights.__slots__],
    )


def _shares(counts: Mapping[str, int], number: Mapping[str, int], size: int) -> Floats:
    """Unigram probabilities (size,) from counts."""
    single = np.full(size, UNSEEN_COUNT)
    for word, count in counts.items():
        if word in number:
            single[number[word]] = count
    shares: Floats = single / single.sum()
    return shares


def _own(lines: list[list[str]], number: Mapping[str, int], size: int) -> Followers:
    """The bigrams of `lines`."""
    pairs: Counter[int] = Counter()
    for line in lines:
        read = [size - 1, *(number[word] for word in line)]
        pairs.update(context * size + word for context, word in pairwise(read))
    keys = np.array(sorted(pairs), np.int64)
    counts = np.array([pairs[key] for key in keys.tolist()], np.int64)
    followed = np.bincount(keys // size, counts, minlength=size).astype(np.int64)
    often = counts >= MIN_PAIR_COUNT
    return _discounted(keys[often], counts[often], followed)


def _discounted(keys: Ints, counts: Ints, followed: Ints) -> Followers:
    """Absolute discounting of `counts`; `followed` (size,) counts contexts, over all their pairs.

    What is left for other words is the discount, and the pairs that are not among `keys`.
    """
    size, after = len(followed), np.maximum(followed, 1)
    kept = counts - DISCOUNT
    left = 1 - np.bincount(keys // size, kept, minlength=size) / after
    return keys, kept / after[keys // size], left


def _followers(books: Books, number: Mapping[str, int], size: int) -> Followers:
    """The bigrams of the books' pairs.

    Pairs and words were counted in corpora of different size. The ratio is estimated from common
    words, because nearly all words that follow these are listed.
    """
    followed = Counter[str]()
    for (one, _), count in books.pairs.items():
        followed[one] += count
    common = sorted(books.words, key=lambda word: -books.words[word])[:2000]
    larger = np.percentile([followed[word] / books.words[word] for word in common], 95)
    total = {
        one: max(larger * books.words[one], count / MAX_LISTED_SHARE)
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
    keys = np.array(sorted(found), np.int64)
    return keys, np.array([found[key] for key in keys.tolist()]), left
