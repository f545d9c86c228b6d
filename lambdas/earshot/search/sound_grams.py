"""Letters in threes that may have been said: how an index that knows only words recalls by sound.

Trigrams of the written text find what was misheard a little. These are the trigrams of all letter
rows that the frames allow at nearly the price of the best one, spaces left out. They choose
candidates; earshot.search.spotting compares them with the sound.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from earshot.search.analysis import GRAM_LETTERS
from earshot.speech.frame_letters import BLANK, NO_LETTER, SPACE, FrameLetters, codes_of, letter_of

BUDGET = 2  # levels that the letters of one trigram may lie below the best of their frames, in all


@dataclass(slots=True)
class _Run:
    """Consecutive frames that may all be the same letter, `cost` levels below the best."""

    letter: str
    last: int
    cost: int
    first: int


def sound_grams(passage: FrameLetters) -> list[str]:
    """The trigrams of a passage, each once, in order of the alphabet."""
    runs, starting = _runs(passage)
    skipped = _may_be_skipped(passage)
    followers = [list(_followers(run, runs, starting, skipped)) for run in runs]
    found: set[str] = set()

    def walk(at: int, before: str, left: int) -> None:
        gram, left = before + runs[at].letter, left - runs[at].cost
        if left < 0:
            return
        if len(gram) == GRAM_LETTERS:
            found.add(gram)
            return
        for following in followers[at]:
            walk(following, gram, left)

    for at in range(len(runs)):
        walk(at, "", BUDGET)
    return sorted(found)


def asked_grams(word: str) -> list[str]:
    """What a word is looked up by; nothing where it has too few letters."""
    letters = "".join(letter_of(code) for code in codes_of(word))
    return [letters[at : at + GRAM_LETTERS] for at in range(len(letters) - GRAM_LETTERS + 1)]


def _runs(passage: FrameLetters) -> tuple[list[_Run], list[list[int]]]:
    """All runs of letters within the budget, and which of them each frame is in."""
    costs = passage.levels - passage.levels[:, :1]
    near = (costs <= BUDGET) & (passage.letters > SPACE) & (passage.letters != NO_LETTER)
    runs: list[_Run] = []
    inside: list[list[int]] = [[] for _ in range(len(passage))]
    going: dict[int, int] = {}
    for frame in range(len(passage)):
        here = near[frame]
        now: dict[int, int] = {}
        for code, cost in zip(
            passage.letters[frame, here].tolist(), costs[frame, here].tolist(), strict=True
        ):
            if code in going:
                run = runs[going[code]]
                run.last, run.cost = frame, min(run.cost, cost)
                now[code] = going[code]
            else:
                now[code] = len(runs)
                runs.append(_Run(letter_of(code), frame, cost, frame))
        inside[frame] = list(now.values())
        going = now
    return runs, inside


def _may_be_skipped(passage: FrameLetters) -> list[bool]:
    """Of each frame whether it may hold no letter."""
    empty = (passage.letters == BLANK) | (passage.letters == SPACE)
    cheap = passage.levels - passage.levels[:, :1] <= BUDGET
    skipped: list[bool] = (empty & cheap).any(axis=1).tolist()
    return skipped


def _followers(
    run: _Run, runs: list[_Run], inside: list[list[int]], skipped: list[bool]
) -> Iterator[int]:
    """The runs of which a frame may come next after a frame of this one."""
    known: set[int] = set()
    for frame in range(run.first + 1, len(inside)):
        for at in inside[frame]:
            if at not in known and runs[at] is not run:
                known.add(at)
                yield at
        if frame > run.last and not skipped[frame]:
            return
