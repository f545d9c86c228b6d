"""Long work is seen: a bar on a terminal, plain lines in a pipe."""

import itertools

import pytest

from earshot.cli.progress import progress


@pytest.mark.parametrize(("total", "shown"), [(3, "3/3"), (None, "3/?")])
def test_a_terminal_shows_a_bar(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    total: int | None,
    shown: str,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")  # which rich takes for a terminal
    with progress("Uploading", total) as advance:
        advance(1)
        advance(2)
    told = capsys.readouterr()
    assert told.out == ""
    assert "Uploading" in told.err and shown in told.err


def test_a_pipe_gets_a_line_every_few_seconds_and_one_at_the_end(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    clock = itertools.count(0.0, 1.0)
    monkeypatch.setattr("earshot.cli.progress.time.monotonic", lambda: next(clock))
    with progress("Importing", 40, done=4) as advance:
        for _ in range(10):
            advance(2)
    lines = capsys.readouterr().err.splitlines()
    assert 2 <= len(lines) <= 4
    assert lines[0].startswith("Importing: 14 of 40, ") and lines[0].endswith(" s left")
    assert lines[-1].startswith("Importing: 24 of 40, ")
