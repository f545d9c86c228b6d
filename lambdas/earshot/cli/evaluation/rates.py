"""Error rates over clips, with an interval that says how far chance may have moved them."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import jiwer
import numpy as np
import numpy.typing as npt

from earshot.cli.evaluation.results import Result

RESAMPLES = 1_000
SEED = 1  # the same interval every time


def normalise(text: str) -> str:
    """NFKC, lower case, punctuation but apostrophes to spaces, single spaces."""
    return without_punctuation(unicodedata.normalize("NFKC", text).lower())


def without_punctuation(text: str) -> str:
    """The same, but capitals stay."""
    folded = unicodedata.normalize("NFKC", text).replace("’", "'")
    kept = (
        " " if letter != "'" and unicodedata.category(letter)[0] in "PS" else letter
        for letter in folded
    )
    return " ".join("".join(kept).split())


@dataclass(frozen=True, slots=True)
class Counts:
    """Errors and lengths of each clip, all of shape (clips,), in words and in characters."""

    word_errors: npt.NDArray[np.int64]
    words: npt.NDArray[np.int64]
    character_errors: npt.NDArray[np.int64]
    characters: npt.NDArray[np.int64]

    def __getitem__(self, clips: npt.NDArray[np.int64]) -> "Counts":
        return Counts(
            self.word_errors[clips],
            self.words[clips],
            self.character_errors[clips],
            self.characters[clips],
        )

    def __len__(self) -> int:
        return len(self.words)

    @property
    def wer(self) -> float:
        """Errors a word spoken, over all clips together, in per cent."""
        return _rate(self.word_errors, self.words)

    @property
    def cer(self) -> float:
        return _rate(self.character_errors, self.characters)


def count(results: Sequence[Result]) -> Counts:
    """Needs every clip's reference."""
    rows = [_clip(normalise(result.reference or ""), normalise(result.heard)) for result in results]
    columns = np.array(rows, np.int64).reshape(-1, 4).T
    return Counts(*columns)


def interval(counts: Counts) -> tuple[float, float]:
    """95 % bootstrap interval of the word error rate: clips drawn anew, with replacement."""
    rates = [counts[clips].wer for clips in _draws(len(counts))]
    low, high = np.percentile(rates, [2.5, 97.5])
    return float(low), float(high)


def difference(ours: Counts, theirs: Counts) -> tuple[float, float, float]:
    """Word error rate of ours less theirs on the same clips, and its 95 % interval, in points."""
    rates = [ours[clips].wer - theirs[clips].wer for clips in _draws(len(ours))]
    low, high = np.percentile(rates, [2.5, 97.5])
    return ours.wer - theirs.wer, float(low), float(high)


def _clip(said: str, heard: str) -> tuple[int, int, int, int]:
    if not said:  # jiwer refuses to divide by nothing; what was heard was made up
        return len(heard.split()), 0, len(heard), 0
    words, letters = jiwer.process_words(said, heard), jiwer.process_characters(said, heard)
    return (
        words.substitutions + words.deletions + words.insertions,
        len(said.split()),
        letters.substitutions + letters.deletions + letters.insertions,
        len(said),
    )


def _rate(errors: npt.NDArray[np.int64], of: npt.NDArray[np.int64]) -> float:
    return 100 * float(errors.sum()) / max(1, int(of.sum()))


def _draws(clips: int) -> list[npt.NDArray[np.int64]]:
    chance = np.random.default_rng(SEED)
    return [chance.integers(0, clips, clips) for _ in range(RESAMPLES)]
