"""A small model's language: a word list as a trie, and a bigram model over it.

It is read from `language.npz` in the model's folder. A model without one is decoded greedily.
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
    """The weight of the language against the acoustic model; tuned on development sets."""

    words: float = 0.8  # of the log-probability of words
    bonus: float = 0.2  # nats for each word, against too few words
    unknown: float = -12.0  # nats for starting an unlisted word
    letter: float = -2.0  # nats for each letter of an unlisted word


@dataclass(frozen=True, slots=True)
class Language:
    """A bigram model over a word list, laid out for the beam search.

    The trie: node 0 is the root. `children` (nodes, letters) and `word` (nodes,) hold NONE where
    there is none. `letter` (nodes,) is the letter that leads to a node. `ahead` (nodes,) is the
    log-probability of the likeliest word below a node.

    The bigrams: words are numbered by their place in the list. The last number, `other`, stands for
    all unlisted words and for the start of a recording. `unigram` and `backoff` have shape
    (words + 1,). `pair` (pairs,) holds context * len(unigram) + word, sorted, and `pair_score` its
    log-probability. Other pairs score `backoff[context] + unigram[word]` (back-off; Katz, 1987).
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
        """The number of unlisted words, and of the start of a recording."""
        return len(self.unigram) - 1

    def score(self, context: npt.NDArray[np.int64], word: Ints) -> Floats:
        """Log-probabilities of words after contexts, both of shape (n,)."""
        wanted = context * len(self.unigram) + word
        at = np.minimum(np.searchsorted(self.pair, wanted), len(self.pair) - 1)
        found = self.pair[at] == wanted
        backed = self.backoff[context] + self.unigram[word]
        return np.where(found, self.pair_score[at], backed).astype(np.float32)


def read_language(folder: Path) -> Language | None:
    """The language of the model in `folder`, None if it has none.

    Raises ModelError if its file can't be read.
    """
    path = folder / LANGUAGE_FILE
    if not path.is_file():
        return None
    try:
        with np.load(path, allow_pickle=False) as stored:
            words = str(stored["words"]).split("\n")
            unigram, backoff = (stored[name].astype(np.float32) for name in ("unigram", "backoff"))
            pair = np.cumsum(stored["pair_steps"], dtype=np.int64)
            scores = stored["pair_score"].astype(np.float32)
            weights = Weights(*map(float, stored["weights"]))
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
    """The language over `words`, which are distinct, sorted and made of LETTERS only."""
    letter_index = np.full(128, NONE, np.int32)  # by character code
    letter_index[[ord(letter) for letter in LETTERS]] = np.arange(len(LETTERS))
    longest = max(map(len, words))
    spelled = np.array(words, f"S{longest}").view(np.uint8).reshape(len(words), longest)
    is_letter = spelled > 0
    # A prefix is new if the word differs from the word before it at that letter or earlier. New
    # prefixes are numbered row by row. Other prefixes keep their number from the row above.
    differs = np.ones(spelled.shape, bool)
    differs[1:] = np.logical_or.accumulate(spelled[1:] != spelled[:-1], axis=1)
    new = differs & is_letter
    number = np.zeros(spelled.shape, np.int32)
    number[new] = np.arange(1, new.sum() + 1, dtype=np.int32)
    at = np.maximum.accumulate(number, axis=0)
    before = np.hstack([np.zeros((len(words), 1), np.int32), at[:, :-1]])

    nodes = int(new.sum()) + 1
    parent, letter = np.full(nodes, NONE, np.int32), np.full(nodes, NONE, np.int32)
    parent[1:], letter[1:] = before[new], letter_index[spelled[new]]
    children = np.full((nodes, len(LETTERS)), NONE, np.int32)
    children[parent[1:], letter[1:]] = np.arange(1, nodes, dtype=np.int32)
    word = np.full(nodes, NONE, np.int32)
    word[at[np.arange(len(words)), is_letter.sum(axis=1) - 1]] = np.arange(len(words))
    ahead = np.where(word >= 0, unigram[word], -np.inf).astype(np.float32)
    for depth in range(longest - 1, -1, -1):
        here = number[:, depth][new[:, depth]]
        np.maximum.at(ahead, parent[here], ahead[here])
    return Language(children, letter, word, ahead, unigram, backoff, pair, pair_score, weights)
