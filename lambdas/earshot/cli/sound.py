"""The sound of a table's rows, in a folder."""

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

from earshot.audio.decode import stream
from earshot.audio.limits import SAMPLE_RATE, Limits
from earshot.cli.tables.csv_rows import LONGEST_SECONDS, Row
from earshot.cli.tables.join import join
from earshot.cli.tables.table import Refused, Table
from earshot.cli.walk import walk
from earshot.errors import AudioError

LIMITS = Limits(max_bytes=2 << 30, max_seconds=LONGEST_SECONDS)
_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Sound:
    """Which row has which file, by lines of the table, and why others have none."""

    files: Mapping[int, Path]
    reasons: Mapping[int, str]
    extra: tuple[Path, ...]  # recordings that no row names

    @classmethod
    def find(cls, table: Table, folder: Path) -> "Sound":
        joined = join(table, walk(folder).files, folder)
        return cls(
            {table.rows[at].line: path for at, path in joined.files.items()},
            {one.line: one.reason for one in (*joined.missing, *joined.doubtful)},
            joined.extra,
        )

    def of(self, row: Row) -> Path | None:
        return self.files.get(row.line)

    def missing(self, rows: Sequence[Row]) -> list[Refused]:
        """The rows without a file."""
        return [
            Refused(row.line, row.filename, self.reasons.get(row.line, "there is no such file"))
            for row in rows
            if self.of(row) is None
        ]

    def measured(self, rows: Sequence[Row]) -> list[Row | Refused]:
        """The rows with a duration, that of the sound where the table has none; or why not."""
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            return list(pool.map(self._measured, rows))

    def _measured(self, row: Row) -> Row | Refused:
        path = self.of(row)
        if row.duration is not None or path is None:
            return row
        try:
            samples = sum(len(block) for block in stream(path, LIMITS))
        except AudioError as error:
            return Refused(row.line, row.filename, error.message)
        return replace(row, duration=samples / SAMPLE_RATE)
