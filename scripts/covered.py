"""How much of the code the unit tests run, file by file; what is below the floor needs a reason."""

import json
import sys
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts import ROOT

FLOOR = 85.0  # per cent of a file's lines
STALE = 90.0  # from here on an exception is out of date; between the two it may swing
EXCEPTIONS = ROOT / "scripts" / "covered.toml"
REPORT = ROOT / ".local" / "coverage" / "report.json"


def covered() -> None:
    """Refuse files that too few lines of are run by the unit tests, unless a reason is given.

    Reads what `make coverage` has measured.
    """
    found = percentages(json.loads(REPORT.read_text()))
    wrong = complaints(found, tomllib.loads(EXCEPTIONS.read_text()))
    for one in wrong:
        print(one)
    sys.exit(1 if wrong else 0)


def percentages(report: Mapping[str, Any]) -> dict[str, float]:
    """Per cent of lines that were run, by the file's path, of coverage's JSON report."""
    return {
        Path(path).as_posix(): one["summary"]["percent_covered"]
        for path, one in report["files"].items()
    }


def complaints(found: Mapping[str, float], reasons: Mapping[str, str]) -> list[str]:
    """A sentence for each file below the floor without a reason, and each reason out of date."""
    low = [
        f"{path}: the unit tests run {share:.0f} % of it, less than {FLOOR:.0f}. Test what it"
        f" does, or say in {EXCEPTIONS.relative_to(ROOT)} what shows it instead."
        for path, share in found.items()
        if share < FLOOR and not reasons.get(path)
    ]
    stale = [
        f"{path}: the unit tests run {found[path]:.0f} % of it; it needs no reason any more."
        if path in found
        else f"{path}: there is no such file; it needs no reason any more."
        for path in reasons
        if found.get(path, 100.0) >= STALE
    ]
    return low + stale
