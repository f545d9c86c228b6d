"""Greedy CTC decoding: from emissions to words with times and confidence."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from earshot.speech.engine import Emission
from earshot.speech.transcript import Word
from earshot.speech.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class BestPath:
    """The likeliest token of every frame and its log-probability, both of shape (frames,).

    Eight bytes a frame, where the emission itself takes 128: what lets ten hours fit in memory.
    """

    tokens: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]

    def __getitem__(self, frames: slice) -> "BestPath":
        return BestPath(self.tokens[frames], self.scores[frames])


def best_path(emission: Emission) -> BestPath:
    tokens = emission.argmax(axis=-1)
    scores = np.take_along_axis(emission, tokens[:, None], axis=-1)[:, 0]
    return BestPath(tokens.astype(np.int32), scores)


def blank_path(frames: int, vocabulary: Vocabulary) -> BestPath:
    """The path of silence."""
    return BestPath(np.full(frames, vocabulary.blank, np.int32), np.zeros(frames, np.float32))


def lay(path: BestPath, over: BestPath, at: int) -> BestPath:
    """`over` with `path` in its place from frame `at` on."""
    tokens, scores = over.tokens.copy(), over.scores.copy()
    reach = min(len(path.tokens), len(tokens) - at)
    tokens[at : at + reach], scores[at : at + reach] = path.tokens[:reach], path.scores[:reach]
    return BestPath(tokens, scores)


def begin_word(path: BestPath, vocabulary: Vocabulary) -> BestPath:
    """The same path, but no word goes on into it: its first frame is a delimiter if it is blank."""
    if not len(path.tokens) or path.tokens[0] != vocabulary.blank:
        return path
    tokens = path.tokens.copy()
    tokens[0] = vocabulary.delimiter
    return BestPath(tokens, path.scores)


def join(paths: list[BestPath]) -> BestPath:
    return BestPath(
        np.concatenate([path.tokens for path in paths]),
        np.concatenate([path.scores for path in paths]),
    )


def words(
    path: BestPath, vocabulary: Vocabulary, frame_seconds: float, pause: float | None = None
) -> tuple[Word, ...]:
    """Collapses repeats, drops blanks, splits at the delimiter, as transformers' tokenizer does.

    With `pause`, as many seconds without a letter end a word, too: small models forget the
    delimiter where a speaker stops.

    A word lasts from its first character's first frame to its last character's last one. Its
    confidence is the geometric mean, over its characters, of the probability at each one's
    clearest frame: a long word is not less sure for being long.
    """
    tokens = path.tokens
    if not len(tokens):
        return ()
    edges = np.flatnonzero(np.diff(tokens)) + 1
    runs = pairwise([0, *edges.tolist(), len(tokens)])
    found: list[Word] = []
    letters: list[str] = []
    sure: list[float] = []
    start = end = 0

    def close() -> None:
        if letters:
            text = "".join(letters)
            found.append(
                Word(
                    text=text.lower() if vocabulary.lower_case else text,
                    start=round(start * frame_seconds, 3),
                    end=round(end * frame_seconds, 3),
                    confidence=round(float(np.exp(np.mean(sure))), 4),
                )
            )
            letters.clear()
            sure.clear()

    for first, last in runs:
        token = int(tokens[first])
        if token == vocabulary.delimiter:
            close()
        elif token != vocabulary.blank:
            if pause is not None and (first - end) * frame_seconds >= pause:
                close()
            if not letters:
                start = first
            letters.append(vocabulary.tokens[token])
            sure.append(float(path.scores[first:last].max()))
            end = last
    close()
    return tuple(found)
