"""The clips to decode: rows of a table with a file of their own."""

from dataclasses import dataclass
from pathlib import Path

from earshot.cli.tables.join import Joined


@dataclass(frozen=True, slots=True)
class Clip:
    """A row of the table (by its place) and the one file that it names.

    `digest` is the MD5 of the file's bytes in hex, which S3 calls its ETag; empty until it is read.
    """

    row: int
    name: str
    path: Path
    digest: str = ""


def clips_of(joined: Joined) -> tuple[Clip, ...]:
    """In the order of the rows."""
    return tuple(Clip(at, path.name, path) for at, path in sorted(joined.files.items()))
