"""The results so far, on disk as they come: a file of JSON lines that is only ever added to.

A process that is killed loses the recordings under way and no others: a line is handed to the
system whole, and what a kill left of the last one is cut off. The disk is waited for once a second,
so a machine that loses its power loses about a second of results. A result holds for the bytes
(their digest) and the source that it came from: a file that changed, or another model, is new work.
"""

import fcntl
import json
import os
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from earshot.cli.decoding.clip import Clip
from earshot.cli.decoding.outcome import Fault, Heard, Outcome
from earshot.errors import InputError

_SECONDS_A_SYNC = 1.0


class InUse(InputError):
    """Another process writes this journal."""


class Journal:
    """The lasting outcomes of one source; other sources' lines in the file are left alone."""

    def __init__(self, path: Path, source: str) -> None:
        """Raises InUse, or OSError when there can be no such file."""
        self._source = source
        self._file = path.open("a+b", buffering=0)
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise InUse(f"{path.name} is being written by another decode.") from None
        self._outcomes = dict(self._read())
        self._synced = time.monotonic()

    def outcome(self, clip: Clip) -> Outcome | None:
        """What became of this very file; None when that is not known yet."""
        return self._outcomes.get((clip.name, clip.digest))

    def add(self, clip: Clip, outcome: Outcome) -> None:
        """Keeps what would be the same another time; a fault that may pass is not written."""
        if isinstance(outcome, Fault) and not outcome.lasting:
            return
        self._outcomes[clip.name, clip.digest] = outcome
        line = {"source": self._source, "name": clip.name, "digest": clip.digest} | _told(outcome)
        # ASCII, so that a name of bytes that are no UTF-8 can be written and found again.
        self._write(json.dumps(line).encode() + b"\n")
        if time.monotonic() - self._synced >= _SECONDS_A_SYNC:
            self._sync()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._sync()
        self._file.close()

    def _write(self, line: bytes) -> None:
        while line:
            line = line[self._file.write(line) :]

    def _sync(self) -> None:
        os.fsync(self._file.fileno())
        self._synced = time.monotonic()

    def _read(self) -> Iterator[tuple[tuple[str, str], Outcome]]:
        self._file.seek(0)
        whole = 0
        with open(self._file.fileno(), "rb", closefd=False) as lines:
            for line in lines:
                if not line.endswith(b"\n"):
                    break
                whole += len(line)
                try:
                    told = json.loads(line)
                    if told["source"] == self._source:
                        yield (told["name"], told["digest"]), _outcome(told)
                except (ValueError, KeyError, TypeError):
                    continue  # a disk that lost its power may hold anything
        self._file.truncate(whole)


def _told(outcome: Outcome) -> dict[str, Any]:
    if isinstance(outcome, Heard):
        told: dict[str, Any] = {"text": outcome.text, "duration": outcome.duration}
        more = {"heard": outcome.by_listener, "incomplete": outcome.incomplete}
        return told | {name: value for name, value in more.items() if value}
    return {"code": outcome.code, "message": outcome.message}


def _outcome(told: dict[str, Any]) -> Outcome:
    if "code" in told:
        return Fault(str(told["code"]), str(told["message"]), lasting=True)
    # Journals of before hold one text alone.
    more = (str(told.get(name, "")) for name in ("heard", "incomplete"))
    return Heard(str(told["text"]), float(told["duration"]), *more)
