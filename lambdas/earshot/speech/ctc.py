"""CTC decoding: best paths, and words with times and confidence from them.

The CTC rules are those of Graves et al. (2006): merge repeats, then drop blanks.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from earshot.speech.engine import Emission
from earshot.speech.transcript import Word
from earshot.speech.vocabulary import Vocabulary


@dataclass(frozen=True, slots=True)
class BestPath:
    """One token for every frame and its log-probability, both of shape (frames,).

    Takes 8 bytes a frame where the emission takes 128, so ten hours fit in memory.
    """

    tokens: npt.NDArray[np.int32]
    scores: npt.NDArray[np.float32]

    def __getitem__(self, frames: slice) -> "BestPath":
        return BestPath(self.tokens[frames], self.scores[frames])


def best_path(emission: Emission) -> BestPath:
    """Greedy decoding: the likeliest token of each frame of `emission` (frames, vocabulary)."""
    tokens = emission.argmax(axis=-1)
    scores = np.take_along_axis(emission, tokens[:, None], axis=-1)[:, 0]
    return BestPath(tokens.astype(np.int32), scores)


def blank_path(frames: int, vocabulary: Vocabulary) -> BestPath:
    """A path of `frames` blanks with log-probability 0."""
    return BestPath(np.full(frames, vocabulary.blank, np.int32), np.zeros(frames, np.float32))


def lay(path: BestPath, over: BestPath, at: int) -> BestPath:
    """A copy of `over` with `path` written over it from frame `at` on."""
    tokens, scores = over.tokens.copy(), over.scores.copy()
    reach = min(len(path.tokens), len(tokens) - at)
    tokens[at : at + reach], scores[at : at + reach] = path.tokens[:reach], path.scores[:reach]
    return BestPath(tokens, scores)


def begin_word(path: BestPath, vocabulary: Vocabulary) -> BestPath:
    """Stops a word from going on into `path`: a blank first frame becomes a delimiter."""
    if not len(path.tokens) or path.tokens[0] != vocabulary.blank:
        return path
    tokens = path.tokens.copy()
    tokens[0] = vocabulary.delimiter
    return BestPath(tokens, path.scores)


def join(paths: list[BestPath]) -> BestPath:
    """The paths one after another; at least one is needed."""
    return BestPath(
        np.concatenate([path.tokens for path in paths]),
        np.concatenate([path.scores for path in paths]),
    )


def words(
    path: BestPath, vocabulary: Vocabulary, frame_seconds: float, pause: float | None = None
) -> tuple[Word, ...]:
    """Merges repeats, drops blanks and splits at the delimiter, as transformers' tokenizer does.

    `frame_seconds` is the time between two frames. With `pause`, that many seconds without a
    letter also end a word, because small models often miss the delimiter at a pause.

    A word starts at its first character's first frame and ends after its last character's last
    frame. Its confidence takes each character's most probable frame, and is the geometric mean of
    these probabilities, so a word's length does not lower it.
    """
    tokens = path.tokens
    if not len(tokens):
        return ()
    edges = np.flatnonzero(np.diff(tokens)) + 1
    runs = pairwise([0, *edges.tolist(), len(tokens)])
    found: list[Word] = []
    letters: list[str] = []
    best_scores: list[float] = []
    start = end = 0

    def close() -> None:
        if letters:
            text = "".join(letters)
            found.append(
                Word(
                    text=text.lower() if vocabulary.lower_case else text,
                    start=round(start * frame_seconds, 3),
                    end=round(end * frame_seconds, 3),
                    confidence=round(float(np.exp(np.mean(best_scores))), 4),
                )
            )
            letters.clear()
            best_scores.clear()

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
            best_scores.append(float(path.scores[first:last].max()))
            end = last
    close()
    return tuple(found)
