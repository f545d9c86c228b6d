"""Workers beside each other begin and end together."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from earshot.bulk import processes
from earshot.bulk.pace import pace

RUN = "import sys; from earshot.bulk import processes; sys.exit(processes.run(sys.argv[1:], 3))"
LEFT = """
import pathlib, signal, sys, time
def stop(*_):
    (here / f"{time.monotonic_ns()}.stopped").touch()
    sys.exit(0)
signal.signal(signal.SIGTERM, stop)
here = pathlib.Path(sys.argv[1])
(here / f"{time.monotonic_ns()}.started").touch()
time.sleep(30)
"""
FIRST_FAILS = LEFT.replace(
    "time.sleep(30)",
    """
try:
    (here / "first").mkdir()
except FileExistsError:
    time.sleep(30)
while len(list(here.glob("*.started"))) < 3:
    time.sleep(0.01)
sys.exit(1)
""",
)


def start(program: str, folder: Path) -> "subprocess.Popen[bytes]":
    return subprocess.Popen([sys.executable, "-c", RUN, sys.executable, "-c", program, str(folder)])


def wait_for(folder: Path, pattern: str, count: int) -> None:
    deadline = time.monotonic() + 30
    while len(list(folder.glob(pattern))) < count:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_a_signal_reaches_every_worker_and_the_end_is_an_orderly_one(tmp_path):
    parent = start(LEFT, tmp_path)
    wait_for(tmp_path, "*.started", 3)
    parent.send_signal(signal.SIGTERM)
    assert parent.wait(20) == 0
    assert len(list(tmp_path.glob("*.stopped"))) == 3


def test_when_one_fails_the_others_give_back_what_they_hold_and_a_fresh_start_is_due(tmp_path):
    assert start(FIRST_FAILS, tmp_path).wait(20) == 1
    assert len(list(tmp_path.glob("*.stopped"))) == 2


@pytest.mark.parametrize(("cores", "on_gpu", "count"), [(2, True, 2), (16, True, 4), (8, False, 1)])
def test_a_gpu_is_shared_by_as_many_as_have_a_processor(monkeypatch, cores, on_gpu, count):
    monkeypatch.setattr("os.cpu_count", lambda: cores)
    assert processes.fitting(on_gpu) == count


def test_workers_that_share_a_gpu_share_its_memory():
    alone, one_of_four = pace(128, 10), pace(128, 10, beside=4)
    assert one_of_four.batch_seconds == alone.batch_seconds / 4
    assert one_of_four.ahead_seconds == alone.ahead_seconds / 4
    assert one_of_four.receivers >= 1
    assert one_of_four.threads >= 2
