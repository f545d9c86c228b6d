"""The picture of a drift, which needs matplotlib."""

from pathlib import Path

import pytest

from earshot.recordings.record import Recording
from tests.unit.cli.drift.test_drift import recording, run, stored  # noqa: F401


def test_a_drift_is_drawn(stored: list[Recording], tmp_path: Path) -> None:  # noqa: F811
    pytest.importorskip("matplotlib", reason="matplotlib comes with requirements-model.txt")
    stored += [recording("2026-10-31", "one two three", n=n) for n in range(40)]
    stored += [recording("2026-11-30", "one two three", 0.4, "indian", n) for n in range(60)]
    code, _ = run("--picture", str(tmp_path / "drift.png"))
    assert code == 3
    assert (tmp_path / "drift.png").read_bytes().startswith(b"\x89PNG")
