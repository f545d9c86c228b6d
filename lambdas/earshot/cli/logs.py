"""The log of a long command: logs/yyyy-mm-dd/hh-mm-ss.log, a new file for each run."""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from earshot.bundled import working_folder

LOGS = working_folder() / "logs"


@contextmanager
def log_file(logger: logging.Logger, folder: Path = LOGS) -> Iterator[Path]:
    """Writes what `logger` and those below it say to a file of its own, whose path is given."""
    path = _fresh(folder / time.strftime("%Y-%m-%d") / f"{time.strftime('%H-%M-%S')}.log")
    handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    level, propagate = logger.level, logger.propagate
    logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False  # the terminal has the progress
    try:
        yield path
    finally:
        logger.setLevel(level)
        logger.propagate = propagate
        logger.removeHandler(handler)
        handler.close()


def _fresh(path: Path) -> Path:
    """That path, or the next free one for a second run in the same second; the file is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    turn = 1
    while True:
        try:
            path.touch(exist_ok=False)
        except FileExistsError:
            turn += 1
            path = path.with_name(f"{path.stem.partition('_')[0]}_{turn}.log")
        else:
            return path
