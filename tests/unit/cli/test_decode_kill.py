"""A decode that is killed loses what was under way and nothing else."""

import csv
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from scripts import ROOT
from tests.unit.cli.asr_server import KEY, AsrServer, linger, serving

pytestmark = pytest.mark.slow("the command is a process of its own, to be killed")

FILES = 120
CONCURRENCY = 4


@pytest.fixture
def server() -> Iterator[AsrServer]:
    with serving() as running:
        running.behave = lambda *_: linger(0.005)
        yield running


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "clips").mkdir()
    names = [f"{n:03}.mp3" for n in range(FILES)]
    for name in names:
        (tmp_path / "clips" / name).write_text(f"words of {name}")
    (tmp_path / "IN.csv").write_text("\r\n".join(["filename", *reversed(names)]) + "\r\n")
    return tmp_path


def _as_on_a_terminal() -> None:
    """These tests may be a shell's background job, which ignores interrupts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def start(place: Path, server: AsrServer, background: bool = False) -> subprocess.Popen[str]:
    command = [
        *(sys.executable, "-m", "scripts", "decode", str(place / "clips")),
        *("--csv", str(place / "IN.csv"), "--out", str(place / "OUT.csv")),
        *("--logs", str(place / "logs")),
        *("--api", server.url, "--concurrency", str(CONCURRENCY)),
    ]
    return subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"EARSHOT_API_KEY": KEY}, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        preexec_fn=None if background else _as_on_a_terminal,
    )  # fmt: skip


def rows(place: Path) -> Sequence[dict[str, str]]:
    with (place / "OUT.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_each_file_is_asked_for_once_but_those_under_way_when_it_was_killed(
    place: Path, server: AsrServer
) -> None:
    kills = 0
    for answers in (1, 17, 42):
        process = start(place, server)
        for _ in range(answers):
            assert server.answered.acquire(timeout=30)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        kills += 1
        assert process.returncode == -signal.SIGKILL
        assert not (place / "OUT.csv").exists()
        while server.answered.acquire(blocking=False):
            pass
    last = start(place, server)
    out, err = last.communicate(timeout=60)
    assert last.returncode == 0, err
    assert f"{FILES} rows: {FILES} decoded" in out
    assert set(server.asked) == {f"{n:03}.mp3" for n in range(FILES)}
    assert server.asked.total() <= FILES + kills * CONCURRENCY
    assert [row["generated_text"] for row in rows(place)] == [
        f"WORDS OF {row['filename'].upper()}" for row in rows(place)
    ]
    assert [row["filename"] for row in rows(place)] == [f"{n:03}.mp3" for n in range(FILES)][::-1]


def test_a_background_job_that_ignores_interrupts_still_ends_politely(
    place: Path, server: AsrServer
) -> None:
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        process = start(place, server, background=True)
    finally:
        signal.signal(signal.SIGINT, before)
    for _ in range(20):
        assert server.answered.acquire(timeout=30)
    process.terminate()
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    assert "not come to" in out


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_writes_down_what_is_finished(
    place: Path, server: AsrServer, how: signal.Signals
) -> None:
    process = start(place, server)
    for _ in range(20):
        assert server.answered.acquire(timeout=30)
    process.send_signal(how)
    out, err = process.communicate(timeout=30)
    assert process.returncode == 130, err
    done = [row for row in rows(place) if row["generated_text"]]
    assert 20 - CONCURRENCY <= len(done) < FILES
    assert len(rows(place)) == FILES
    assert "not come to" in out
    assert "Traceback" not in err
    again = start(place, server)
    again.communicate(timeout=60)
    assert again.returncode == 0
    assert server.asked.total() <= FILES + CONCURRENCY
