"""Written words on sound: where each one lies in the emission, and how well it fits there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from earshot.speech.alignment import spelling
from earshot.speech.alignment.spelling import Reading
from earshot.speech.alignment.support import letter_support
from earshot.speech.alignment.viterbi import MIN_LOG_PROBABILITY, Flags, Ints, Path, viterbi
from earshot.speech.engine import Emission
from earshot.speech.vocabulary import Vocabulary

MAX_CHOICES = 12
"""Words of a window whose readings are tried; beyond it, the likeliest reading will do."""

MAX_ROOM = 25
"""Frames between two words, of which none are silence enough for words to be invented over it."""

NEEDED = 100.0
"""Times the price: such words stay unless the frames are too few for them."""

LEAVE_OUT_PRICE = 5.0
"""Nats a letter for leaving a word out, see docs/decisions/two-listeners.md."""


@dataclass(frozen=True, slots=True)
class AlignedWord:
    """A written word on frames `first` up to `last` of the emission.

    `support` is in nats, at most 0: the mean over its letters of how far each one lies below the
    likeliest letter at its best frame. `index` is the word's place in what was written.
    """

    text: str
    spoken: Reading
    first: int
    last: int
    support: float
    index: int

    @property
    def letters(self) -> int:
        return sum(map(len, self.spoken))


def align(
    words: Sequence[str],
    emission: Emission,
    vocabulary: Vocabulary,
    price: float = LEAVE_OUT_PRICE,
) -> tuple[AlignedWord, ...]:
    """The words that can be said, in order, each on its frames.

    `emission` (frames, vocabulary) holds log-probabilities. Punctuation that stands alone is kept
    on the word before it. Words in other scripts are left out, and so is everything if the frames
    are too few for the letters.
    """
    written = [(text, index, ways) for text, index, ways in _sayable(words, vocabulary)]
    spoken = [ways[0] for _, _, ways in written]
    spelled = _Spelled.of(spoken, vocabulary)
    path = spelled.path(emission, vocabulary, price)
    if path is None:
        return ()
    doubtful = [at for at, (_, _, ways) in enumerate(written) if len(ways) > 1][:MAX_CHOICES]
    if doubtful:
        for at in doubtful:
            spoken[at] = _said(written[at][2], at, spoken, spelled, path, emission, vocabulary)
        spelled = _Spelled.of(spoken, vocabulary)
        path = spelled.path(emission, vocabulary, price)
        if path is None:
            return ()
    support = letter_support(path, spelled.letters, emission)
    return tuple(
        AlignedWord(
            text=text,
            spoken=spoken[at],
            first=int(path.first[start]),
            last=int(path.last[stop - 1]),
            support=float(support[start:stop].mean()),
            index=index,
        )
        for at, (text, index, _) in enumerate(written)
        for start, stop in [spelled.bounds[at : at + 2]]
        if path.first[start] < path.last[start]
    )


def path_score(spoken: Sequence[Reading], emission: Emission, vocabulary: Vocabulary) -> float:
    """The log-probability of the best path of these words, all of them, through `emission`."""
    spelled = _Spelled.of(spoken, vocabulary)
    if not len(spelled.letters):
        gaps = emission[:, [vocabulary.blank, vocabulary.delimiter]].max(axis=1)
        return float(np.maximum(gaps, MIN_LOG_PROBABILITY).sum())
    path = viterbi(emission, spelled.letters, spelled.begins, vocabulary)
    return path.score if path else MIN_LOG_PROBABILITY * len(spelled.letters)


def count_letters(words: Sequence[str], vocabulary: Vocabulary) -> int:
    """How many letters `words` have to be said; another script's count as they stand."""
    sayable = _sayable(words, vocabulary)
    spelled = sum(sum(map(len, ways[0])) for _, _, ways in sayable)
    known = {index for _, index, _ in sayable}
    others = (word for at, word in enumerate(words) if at not in known)
    return spelled + sum(len(word) for word in others if not spelling.is_silent(word))


def letters_of(spoken: Sequence[Reading], vocabulary: Vocabulary) -> tuple[Ints, Flags, list[int]]:
    """Letters (n,) as `viterbi` takes them, where spoken words begin (n,), and readings' bounds."""
    spelled = _Spelled.of(spoken, vocabulary)
    return spelled.letters, spelled.begins, spelled.bounds


@dataclass(frozen=True, slots=True)
class _Spelled:
    """Letters of words (n,), where spoken words begin (n,), and where each written one's lie."""

    letters: Ints
    begins: Flags
    bounds: list[int]

    @classmethod
    def of(cls, spoken: Sequence[Reading], vocabulary: Vocabulary) -> "_Spelled":
        places = _places(vocabulary)
        letters: list[int] = []
        begins: list[bool] = []
        bounds = [0]
        for reading in spoken:
            for word in reading:
                known = _letters(word, places)
                letters += known
                begins += [at == 0 for at in range(len(known))]
            bounds.append(len(letters))
        return cls(np.array(letters, np.int64), np.array(begins, np.bool_), bounds)

    def path(self, emission: Emission, vocabulary: Vocabulary, price: float) -> Path | None:
        """Without words over silence, but with those that are only missing amid speech."""
        sizes = np.diff(self.bounds)
        prices = (price * sizes).astype(np.float64)
        path = self._path(emission, vocabulary, prices)
        if path is None or not (missing := self._missing(path, len(emission))):
            return path
        prices[missing] = price * NEEDED * sizes[missing]
        return self._path(emission, vocabulary, prices)

    def _path(
        self, emission: Emission, vocabulary: Vocabulary, prices: npt.NDArray[np.float64]
    ) -> Path | None:
        return viterbi(
            emission, self.letters, self.begins, vocabulary, self.bounds, prices.tolist()
        )

    def _missing(self, path: Path, frames: int) -> list[int]:
        """Words left out that had little room: a listener passes over a short word in between."""
        first, last = path.first[self.bounds[:-1]], path.last[np.array(self.bounds[1:]) - 1]
        found: list[int] = []
        kept = [at for at in range(len(first)) if first[at] < last[at]]
        for before, behind in pairwise([-1, *kept, len(first)]):
            begin = last[before] if before >= 0 else 0
            end = first[behind] if behind < len(first) else frames
            if end - begin <= MAX_ROOM:
                found += range(before + 1, behind)
        return found


@lru_cache(maxsize=8)
def _places(vocabulary: Vocabulary) -> Mapping[str, int]:
    """The outputs that stand for letters, by capital."""
    return {
        token.upper(): index
        for index, token in enumerate(vocabulary.tokens)
        if len(token) == 1 and index not in (vocabulary.blank, vocabulary.delimiter)
    }


def _letters(word: str, places: Mapping[str, int]) -> list[int]:
    """Those that the vocabulary has."""
    return [places[letter] for letter in word if letter in places]


def _sayable(
    words: Sequence[str], vocabulary: Vocabulary
) -> list[tuple[str, int, tuple[Reading, ...]]]:
    """Each word that can be spelled with its index and readings; punctuation is moved onto it."""
    places = _places(vocabulary)
    found: list[tuple[str, int, tuple[Reading, ...]]] = []
    opening = ""
    for index, word in enumerate(words):
        ways = tuple(
            way for way in spelling.readings(word) if any(_letters(said, places) for said in way)
        )
        if ways:
            found.append((opening + word, index, ways))
            opening = ""
        elif spelling.is_punctuation(word):
            if found:
                text, place, before = found[-1]
                found[-1] = (text + word, place, before)
            else:
                opening += word
    return found


def _said(
    ways: Sequence[Reading],
    at: int,
    spoken: Sequence[Reading],
    spelled: _Spelled,
    path: Path,
    emission: Emission,
    vocabulary: Vocabulary,
) -> Reading:
    """The reading of word `at` that the sound between its neighbours' outer ends fits best."""
    before, after = max(0, at - 1), min(len(spoken), at + 2)
    first = path.first[spelled.bounds[before]] if at else 0
    last = path.last[spelled.bounds[after] - 1] if after > at + 1 else len(emission)
    heard = emission[first:last]

    def score(way: Reading) -> float:
        tried = _Spelled.of([*spoken[before:at], way, *spoken[at + 1 : after]], vocabulary)
        found = viterbi(heard, tried.letters, tried.begins, vocabulary)
        return found.score if found else -np.inf

    return max(ways, key=score)
