"""Builds the word list and bigrams that help a small model spell, from text alone.

Counts are mixed: our own of WordNet's examples and definitions and of the texts of training
clips, with absolute discounting and without pairs that were seen once; those of Google Books
that SymSpell's package holds (82,834 words, 242,342 common pairs), which know how people write who
explain no words; and, where there is one, those of a folder of texts to read.
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
# Pairs as context * size + word, sorted; the share of what follows the context that is the pair's
# own; and by context, what is left for all words.
Followers = tuple[Ints, Floats, Floats]

DISCOUNT = 0.75
LEAST_PAIRS = 2
UNSEEN = 0.25  # for a listed word that no text had

SHARES = (0.5, 0.5)  # of our own counts in the mix, and of the books'
SHARES_WITH_READING = (0.3, 0.2, 0.5)
LEAST_READ = 5  # pairs in a folder of texts that were read less often are not kept
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


def measured(corpus: Corpus, samples_script: Path) -> frozenset[str]:
    """Normalised texts that something is measured by: the development and test sets, the held-out
    sentences, the demo's samples."""
    return frozenset(
        {u.text for u in corpus.utterances if u.split != "train"}
        | {texts.normalise(sentence) for sentence in texts.held_out()}
        | demo_sentences(samples_script)
    )


def sentences(corpus: Corpus, kept_back: frozenset[str]) -> list[list[str]]:
    """Training sentences as words, each once; none that stands in a text of `kept_back`."""
    whole = "  ".join(("", *sorted(kept_back), ""))
    examples, definitions = texts.wordnet()
    human = [u.text for u in corpus.of("train") if u.human]
    said = dict.fromkeys(map(texts.normalise, (*examples, *definitions, *human)))
    return [line.split() for line in said if line and f" {line} " not in whole]


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


def word_list(lines: list[list[str]], listed: set[str], books: Books) -> list[str]:
    """Every word that any source knows, sorted."""
    spelled = {word for word in books.words if not set(word) - set(LETTERS)}
    words = sorted({word for line in lines for word in line} | listed | spelled)
    if any(set(word) - set(LETTERS) for word in words):
        raise ValueError("words are of upper case letters and apostrophes")
    return words


def write(
    words: list[str],
    lines: list[list[str]],
    books: Books,
    path: Path,
    reading: Reading | None = None,
    weights: Weights | None = None,
) -> None:
    """Counts `lines`, mixes in the books and what was read, and writes a language file to `path`.

    The last number, after those of `words`, stands for other words and for a sentence's beginning.
    """
    number = {word: n for n, word in enumerate(words)}
    size = len(words) + 1
    counts = Counter(word for line in lines for word in line)
    single = [_shares(counts, number, size), _shares(books.words, number, size)]
    followed = [_own(lines, number, size), _followers(books, number, size)]
    if reading:
        single.append((reading.words + UNSEEN) / (reading.words + UNSEEN).sum())
        followed.append(_discounted(reading.pairs, reading.counts, reading.followed))
    shares = np.array(SHARES_WITH_READING if reading else SHARES)

    unigram = sum(share * each for share, each in zip(shares, single, strict=True))
    # After a word that only some of the sources know, these alone count.
    knows = np.stack([left < 1 for _, _, left in followed]) * shares[:, None]
    mix = knows / np.maximum(knows.sum(axis=0), 1e-9)
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
    single = np.full(size, UNSEEN)
    for word, count in counts.items():
        if word in number:
            single[number[word]] = count
    shares: Floats = single / single.sum()
    return shares


def _own(lines: list[list[str]], number: Mapping[str, int], size: int) -> Followers:
    pairs: Counter[int] = Counter()
    for line in lines:
        read = [size - 1, *(number[word] for word in line)]
        pairs.update(context * size + word for context, word in pairwise(read))
    keys = np.array(sorted(pairs), np.int64)
    counts = np.array([pairs[key] for key in keys.tolist()], np.int64)
    followed = np.bincount(keys // size, counts, minlength=size).astype(np.int64)
    often = counts >= LEAST_PAIRS
    return _discounted(keys[often], counts[often], followed)


def _discounted(keys: Ints, counts: Ints, followed: Ints) -> Followers:
    """`followed` (size,) tells how often each context was, by pairs that are not kept too: what
    these had, and the discount of the others, is left for all words.
    """
    size, after = len(followed), np.maximum(followed, 1)
    kept = counts - DISCOUNT
    left = 1 - np.bincount(keys // size, kept, minlength=size) / after
    return keys, kept / after[keys // size], left


def _followers(books: Books, number: Mapping[str, int], size: int) -> Followers:
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
    keys = np.array(sorted(found), np.int64)
    return keys, np.array([found[key] for key in keys.tolist()]), left
