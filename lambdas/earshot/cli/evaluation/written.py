"""How readable texts are: marks and capitals, against references that have them.

Compared are the words that both texts have, by an alignment with the fewest edits after the
normalisation of error rates. A mark counts for the word that it follows. What stands on words that
only one of the two has is left out: their errors are counted as word errors already.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from rapidfuzz.distance import Levenshtein

from earshot.cli.evaluation.rates import normalise, without_punctuation
from earshot.cli.evaluation.results import Result

_CLOSING = "[\"'”’)\\]»]*$"
_SENTENCE = re.compile(f"[.?!…]{_CLOSING}")
_COMMA = re.compile(f"[,;:—–]{_CLOSING}")
KINDS = ("sentence", "comma", "capital")


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """A word as it is compared, and which of KINDS it carries."""

    text: str
    carries: frozenset[str]


@dataclass(frozen=True, slots=True)
class Agreement:
    """Of one kind: how many are in the reference, in the text, and in both at the same word."""

    expected: int
    placed: int
    right: int

    @property
    def precision(self) -> float:
        """Per cent of what was placed that is right; 100 where nothing was placed."""
        return 100 * self.right / self.placed if self.placed else 100.0

    @property
    def recall(self) -> float:
        """Per cent of what the references have that was placed."""
        return 100 * self.right / self.expected if self.expected else 100.0


def words(text: str) -> list[WrittenWord]:
    """What stands between blanks, in the words that error rates count."""
    found: list[WrittenWord] = []
    for token in text.split():
        parts = without_punctuation(token).split()
        marks = {
            kind
            for kind, mark in (("sentence", _SENTENCE), ("comma", _COMMA))
            if mark.search(token)
        }
        if not parts and found:  # a mark that stands alone is of the word before it
            last = found.pop()
            found.append(WrittenWord(last.text, last.carries | marks))
        for at, part in enumerate(parts):
            first = next((letter for letter in part if letter.isalnum()), "")
            capital = {"capital"} if first.isupper() else set()
            own = capital | (marks if at == len(parts) - 1 else set())
            found.append(WrittenWord(normalise(part), frozenset(own)))
    return found


def agreement(results: Sequence[Result]) -> dict[str, Agreement]:
    """By kind, over all results that have a reference."""
    counts = {kind: [0, 0, 0] for kind in KINDS}
    for result in results:
        for said, heard in _both(words(result.reference or ""), words(result.heard)):
            for kind, count in counts.items():
                expected, placed = kind in said.carries, kind in heard.carries
                count[0] += expected
                count[1] += placed
                count[2] += expected and placed
    return {kind: Agreement(*count) for kind, count in counts.items()}


def rows(results: Sequence[Result], text: str) -> Iterator[dict[str, Any]]:
    """How many texts look like sentences; and by kind, where the references have any."""
    filled = [result.heard for result in results if result.heard.strip()]
    begins = sum(_first_letter(one).isupper() for one in filled)
    ends = sum(bool(_SENTENCE.search(one.strip())) for one in filled)
    yield {
        "group": "sentences",
        "text": text,
        "texts": len(filled),
        "begin_with_a_capital": _percent(begins, len(filled)),
        "end_with_a_mark": _percent(ends, len(filled)),
    }
    found = agreement(results)
    if not any(found[kind].expected for kind in ("sentence", "comma")):
        return  # references in plain words say nothing of marks
    for kind, one in found.items():
        yield {
            "group": "written",
            "value": kind,
            "text": text,
            "expected": one.expected,
            "placed": one.placed,
            "right": one.right,
            "precision": round(one.precision, 2),
            "recall": round(one.recall, 2),
        }


def _both(
    said: Sequence[WrittenWord], heard: Sequence[WrittenWord]
) -> Iterator[tuple[WrittenWord, WrittenWord]]:
    """The words that both have, in order."""
    for block in Levenshtein.opcodes([one.text for one in said], [one.text for one in heard]):
        if block.tag == "equal":
            yield from zip(
                said[block.src_start : block.src_end],
                heard[block.dest_start : block.dest_end],
                strict=True,
            )


def _first_letter(text: str) -> str:
    return next((one for one in text if unicodedata.category(one)[0] in "LN"), "")


def _percent(part: int, of: int) -> float:
    return round(100 * part / of, 2) if of else 0.0
