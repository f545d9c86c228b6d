"""What words a small model may expect: a word list as a trie, and how words follow each other.

A file `language.npz` beside a model's weights holds it; a model without one is decoded greedily.
"""

from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
import numpy.typing as npt

from earshot.errors import ModelError
from earshot.speech.files import LANGUAGE_FILE

LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ'"
ROOT = 0
NONE = -1

Ints = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Weights:
    """How much the words count against the sound; tuned on development sets."""

    words: float = 0.8  # of the log-probability of words
    bonus: float = 0.2  # nats a word, against too few words
    unknown: float = -12.0  # nats for beginning a word that the list lacks
    letter: float = -2.0  # nats a letter of such a word


@dataclass(frozen=True, slots=True)
class Language:
    """A bigram model over a word list, laid out for the beam.

    Node 0 of the trie is its root. `children` (nodes, letters) and `word` (nodes,) hold NONE where
    there is none; `ahead` (nodes,) is the log-probability of the likeliest word below a node.
    Words are numbered as they stand in the list; the last number, `other`, is any other word, and
    what a recording begins after. `pair` holds context * len(unigram) + word, sorted, `pair_score`
    its log-probability; other pairs score `backoff[context] + unigram[word]`.
    """

    children: Ints
    letter: Ints
    word: Ints
    ahead: Floats
    unigram: Floats
    backoff: Floats
    pair: npt.NDArray[np.int64]
    pair_score: Floats
    weights: Weights

    @property
    def other(self) -> int:
        return len(self.unigram) - 1

    def score(self, context: npt.NDArray[np.int64], word: Ints) -> Floats:
        """Log-probabilities of words after contexts, both of shape (n,)."""
        wanted = context * len(self.unigram) + word
        at = np.minimum(np.searchsorted(self.pair, wanted), len(self.pair) - 1)
        found = self.pair[at] == wanted
        backed = self.backoff[context] + self.unigram[word]
        return np.where(found, self.pair_score[at], backed).astype(np.float32)


def read_language(folder: Path) -> Language | None:
    """The word list and bigrams of the model in `folder`, None if it has none."""
    path = folder / LANGUAGE_FILE
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            words = str(kept["words"]).split("\n")
            unigram, backoff = (kept[name].astype(np.float32) for name in ("unigram", "backoff"))
            pair = np.cumsum(kept["pair_steps"], dtype=np.int64)
            scores = kept["pair_score"].astype(np.float32)
            weights = Weights(*map(float, kept["weights"]))
    except (OSError, EOFError, KeyError, ValueError, BadZipFile) as error:
        raise ModelError(f"The model's {LANGUAGE_FILE} can't be read.") from error
    return build(words, unigram, backoff, pair, scores, weights)


def build(
    words: list[str],
    unigram: Floats,
    backoff: Floats,
    pair: npt.NDArray[np.int64],
    pair_score: Floats,
    weights: Weights,
) -> Language:
    """The trie over `words`, which are distinct, sorted, and of LETTERS alone."""
    places = np.full(128, NONE, np.int32)
    places[[ord(letter) for letter in LETTERS]] = np.arange(len(LETTERS))
    longest = max(map(len, words))
    spelled = np.array(words, f"S{longest}").view(np.uint8).reshape(len(words), longest)
    is_letter = spelled > 0
    # A prefix is new where the word differs from the one before, there or earlier. New prefixes
    # are numbered row by row; an old one has the number it had in the row above.
    differs = np.ones(spelled.shape, bool)
    differs[1:] = np.logical_or.accumulate(spelled[1:] != spelled[:-1], axis=1)
    new = differs & is_letter
    number = np.zeros(spelled.shape, np.int32)
    number[new] = np.arange(1, new.sum() + 1, dtype=np.int32)
    at = np.maximum.accumulate(number, axis=0)
    before = np.hstack([np.zeros((len(words), 1), np.int32), at[:, :-1]])

    nodes = int(new.sum()) + 1
    parent, letter = np.full(nodes, NONE, np.int32), np.full(nodes, NONE, np.int32)
    parent[1:], letter[1:] = before[new], places[spelled[new]]
    children = np.full((nodes, len(LETTERS)), NONE, np.int32)
    children[parent[1:], letter[1:]] = np.arange(1, nodes, dtype=np.int32)
    word = np.full(nodes, NONE, np.int32)
    word[at[np.arange(len(words)), is_letter.sum(axis=1) - 1]] = np.arange(len(words))
    ahead = np.where(word >= 0, unigram[word], -np.inf).astype(np.float32)
    for depth in range(longest - 1, -1, -1):
        here = number[:, depth][new[:, depth]]
        np.maximum.at(ahead, parent[here], ahead[here])
    return Language(children, letter, word, ahead, unigram, backoff, pair, pair_score, weights)
