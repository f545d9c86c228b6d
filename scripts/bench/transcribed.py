"""Clips of which is known what was said and what was heard."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from rapidfuzz.distance import Levenshtein

from earshot.cli.tables import table as tables
from earshot.cli.tables.columns import DURATION, FILENAME, GENERATED, TEXT
from earshot.cli.tables.records import Row
from earshot.cli.tables.table import Table

Phrase = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Clip:
    """A clip of which is known what was said (`reference`) and what was `heard`.

    `right` tells of every reference word whether it was heard as it was said.
    """

    key: str
    heard: str
    duration: float
    facets: Mapping[str, str]
    reference: Phrase
    right: Sequence[bool]

    @property
    def held_out(self) -> bool:
        """Clips of one sentence are all on one side."""
        digest = blake2b(" ".join(self.reference).encode(), digest_size=2).digest()
        return bool(digest[0] % 2)


def read_clips(path: Path) -> list[Clip]:
    """The clips of a CSV of Common Voice's form with `text` (said) and `generated_text` (heard)."""
    table = tables.read(path)
    table.need(TEXT, GENERATED, DURATION)
    return [_clip(table, row) for row in table.trusted(FILENAME, TEXT, GENERATED)]


def _clip(table: Table, row: Row) -> Clip:
    said, text = table.value(row, TEXT), table.value(row, GENERATED)
    reference, heard = _words(said), _words(text)
    right = [False] * len(reference)
    for step in Levenshtein.opcodes(reference, heard):
        if step.tag == "equal":
            right[step.src_start : step.src_end] = [True] * (step.src_end - step.src_start)
    name, duration = table.value(row, FILENAME), float(table.value(row, DURATION))
    return Clip(name, text, duration, table.facets(row), reference, right)


def _words(text: str) -> Phrase:
    return tuple(re.sub(r"[^\w' ]+", " ", unicodedata.normalize("NFKC", text).lower()).split())
