"""Where writer and listener agree, and where they differ: both texts side by side."""

from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import Levenshtein


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word as it is said, "NINETEEN EIGHTY FOUR", on frames `first` up to `last`."""

    text: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words `written` (first, last + 1) and words `heard` of the same time; `same`: one word that
    both have. Otherwise at least one of the two holds words.
    """

    same: bool
    written: tuple[int, int]
    heard: tuple[int, int]


def stretches(written: Sequence[Spoken], heard: Sequence[Spoken]) -> list[Stretch]:
    """Covers all words of both, in order. Words are the same where letters and time agree."""
    pairs = [
        (written_at + step, heard_at + step)
        for written_at, heard_at, size in matches(written, heard)
        for step in range(size)
    ]
    anchors = [(w, h) for w, h in pairs if _meet(written[w], heard[h])]
    found: list[Stretch] = []
    before = (0, 0)
    for w, h in [*anchors, (len(written), len(heard))]:
        if before != (w, h):
            found.append(Stretch(False, (before[0], w), (before[1], h)))
        if w < len(written):
            found.append(Stretch(True, (w, w + 1), (h, h + 1)))
        before = (w + 1, h + 1)
    return found


def matches(written: Sequence[Spoken], heard: Sequence[Spoken]) -> list[tuple[int, int, int]]:
    """Equal runs (written from, heard from, how many) of the alignment with fewest edits.

    A word that one of them writes in two, "a mile" and "amile", is the other's stretch.
    """
    blocks = Levenshtein.opcodes([word.text for word in written], [word.text for word in heard])
    return [
        (block.src_start, block.dest_start, block.src_end - block.src_start)
        for block in blocks
        if block.tag == "equal"
    ]


def _meet(one: Spoken, other: Spoken) -> bool:
    return one.first < other.last and other.first < one.last
