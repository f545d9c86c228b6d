"""Progress you can see: a bar on a terminal, plain lines in a pipe."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.text import Text

_SECONDS_A_LINE = 5.0

Advance = Callable[[int], None]


@contextmanager
def progress(label: str, total: int | None, done: int = 0) -> Iterator[Advance]:
    """Shows how many of `total` are done, how fast, and the time left; call what it gives with how
    many more are. `done` were done before, and don't count for the speed. Without a total, it shows
    how many are done.

    Writes to stderr, so that a command's output can be piped on.
    """
    console = Console(stderr=True)
    if console.is_terminal:
        with _bar(console) as bar:
            task = bar.add_task(label, total=total, completed=done)

            def advance(count: int = 1) -> None:
                bar.advance(task, count)

            yield advance
    else:
        lines = _Lines(label, total, done)
        yield lines.advance
        lines.end()


def _bar(console: Console) -> Progress:
    return Progress(
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        console=console,
    )


class _Rate(ProgressColumn):
    """How many a second, lately."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.1f}/s" if task.speed else "")


class _Lines:
    """A line every few seconds and one at the end."""

    def __init__(self, label: str, total: int | None, done: int) -> None:
        self._label, self._total = label, total
        self._done = self._before = done
        self._begin = self._last = time.monotonic()

    def advance(self, count: int = 1) -> None:
        self._done += count
        if time.monotonic() - self._last >= _SECONDS_A_LINE:
            self._last = time.monotonic()
            self._print()

    def end(self) -> None:
        self._print()

    def _print(self) -> None:
        seconds = time.monotonic() - self._begin
        rate = (self._done - self._before) / seconds if seconds else 0.0
        of_all = "" if self._total is None else f" of {self._total}"
        line = f"{self._label}: {self._done}{of_all}, {seconds:.0f} s"
        if rate:
            line += f", {rate:.1f}/s"
            if self._total is not None and self._done < self._total:
                line += f", {(self._total - self._done) / rate:.0f} s left"
        print(line, file=sys.stderr)
