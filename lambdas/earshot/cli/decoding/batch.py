"""A folder and a CSV in, a CSV with texts out; what was done before is not done again."""

import hashlib
import logging
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from earshot.cli.decoding.clip import Clip, clips_of
from earshot.cli.decoding.journal import Journal
from earshot.cli.decoding.outcome import Fault, Heard, Outcome
from earshot.cli.decoding.source import Source, Stopped
from earshot.cli.decoding.writing import Cells, write
from earshot.cli.leftover import rows_left
from earshot.cli.progress import progress
from earshot.cli.tables.join import Joined, join
from earshot.cli.tables.table import Table
from earshot.cli.walk import walk

logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Report:
    """What became of the rows of a table."""

    joined: Joined
    rows: int
    clips: tuple[Clip, ...] = ()
    before: int = 0  # finished by an earlier run
    outcomes: dict[int, Outcome] = field(default_factory=dict)  # by row
    stopped: str = ""  # why it ended early
    interrupted: bool = False

    @property
    def heard(self) -> int:
        return sum(isinstance(one, Heard) for one in self.outcomes.values())

    @property
    def faults(self) -> list[tuple[Clip, Fault]]:
        return [
            (clip, outcome)
            for clip in self.clips
            if isinstance(outcome := self.outcomes.get(clip.row), Fault)
        ]

    @property
    def incomplete(self) -> list[tuple[Clip, str]]:
        """Damaged files, of which a part was heard, and what is lost."""
        return [
            (clip, outcome.incomplete)
            for clip in self.clips
            if isinstance(outcome := self.outcomes.get(clip.row), Heard) and outcome.incomplete
        ]

    @property
    def left(self) -> int:
        """Files that were not come to."""
        return len(self.clips) - len(self.outcomes)

    @property
    def complete(self) -> bool:
        return self.heard == self.rows


def decode_folder(
    table: Table, folder: Path, out: Path, source: Source, retry_failed: bool = False
) -> Report:
    """Decode the files of `folder` that rows of `table` name, and write the table with their texts.

    Each result is in a journal beside `out` as soon as it is there; `out` is written from it at the
    end, also at the end that an interruption is (KeyboardInterrupt is caught). Files that failed
    for good are not tried again unless `retry_failed`. Raises InUse, or OSError when the disk
    won't take it.
    """
    joined = join(table, walk(folder).files, folder)
    report = Report(joined, sum(not row.blank for row in table.rows), clips_of(joined))
    with Journal(out.with_name(f"{out.name}.journal"), source.name) as journal:
        todo: list[Clip] | None = None
        try:
            todo = list(_unfinished(journal, report, retry_failed))
            _log_beginning(report, source, len(todo))
            if todo:
                _decode(todo, source, journal, report)
        except Stopped as reason:
            report.stopped = str(reason)
        except KeyboardInterrupt:
            report.interrupted = True
        finally:
            if todo is not None:  # else what earlier runs wrote is more than what is known yet
                write(table, _columns(table, report), out)
    return report


def _unfinished(journal: Journal, report: Report, retry_failed: bool) -> Iterator[Clip]:
    """The clips to decode, with their digests; what is known of the others goes in the report."""
    for clip in report.clips:
        try:
            clip = replace(clip, digest=_digest(clip.path))
        except OSError as error:
            report.outcomes[clip.row] = Fault("unreadable", str(error.strerror), lasting=False)
            continue
        known = journal.outcome(clip)
        if known is None or (retry_failed and isinstance(known, Fault)):
            yield clip
        else:
            report.before += 1
            report.outcomes[clip.row] = known


def _decode(todo: list[Clip], source: Source, journal: Journal, report: Report) -> None:
    with progress("Decoding", report.before + len(todo), report.before) as advance:

        def done(clip: Clip, outcome: Outcome) -> None:
            journal.add(clip, outcome)
            report.outcomes[clip.row] = outcome
            if isinstance(outcome, Fault):
                logger.warning("%s: %s, %s", clip.name, outcome.code, outcome.message)
            elif outcome.incomplete:
                logger.warning("%s: %s", clip.name, outcome.incomplete)
            else:
                logger.info("%s: %s s", clip.name, outcome.duration)
            advance(1)

        source.decode(todo, done)


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()


def _columns(table: Table, report: Report) -> list[Cells]:
    """Of each row; empty where there is no transcript."""
    found = (report.outcomes.get(at) for at in range(len(table.rows)))
    return [
        Cells(one.text, str(one.duration), one.by_listener)
        if isinstance(one, Heard)
        else Cells("", "", "")
        for one in found
    ]


def _log_beginning(report: Report, source: Source, todo: int) -> None:
    joined = report.joined
    logger.info(
        "%d rows, %d files to decode by %s, %d done before",
        *(report.rows, todo, source.name, report.before),
    )
    for kind, some in rows_left(joined):
        for one in some:
            logger.warning("%s: %s", kind, one)
    for path in joined.extra:
        logger.info("no row names %s", path.name)
