"""Background processes that a folder remembers."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from scripts.local import daemon

SLEEPER = """
import subprocess, sys, time
child = [sys.executable, "-c", "import time; time.sleep(60)"]
subprocess.Popen(child, start_new_session=True)
time.sleep(60)
"""


def launch(home: Path) -> daemon.Daemon:
    return daemon.launch(
        home,
        [sys.executable, "-c", SLEEPER],
        mark="time.sleep(60)",
        port=1,
        environment={**os.environ, "TMPDIR": str(home / "tmp")},
        log=home / "log",
    )


def alive(home: Path) -> list[int]:
    return list(daemon._descendants(home))


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="needs /proc to look")
def test_stopping_ends_the_children_too_even_those_in_sessions_of_their_own(tmp_path: Path) -> None:
    launch(tmp_path)
    deadline = time.monotonic() + 20
    while len(alive(tmp_path)) < 2 and time.monotonic() < deadline:
        time.sleep(0.05)
    assert len(alive(tmp_path)) == 2
    daemon.stop(tmp_path)
    deadline = time.monotonic() + 5
    while alive(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert alive(tmp_path) == []
    assert daemon.remembered(tmp_path) is None


def test_another_process_under_a_remembered_id_is_left_alone(tmp_path: Path) -> None:
    stranger = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        (tmp_path / "daemon.json").write_text(
            f'{{"pid": {stranger.pid}, "mark": "-m ministack", "port": 1}}'
        )
        assert daemon.remembered(tmp_path) is None
        daemon.stop(tmp_path)
        assert stranger.poll() is None
    finally:
        stranger.communicate(b"\n")


def test_a_broken_note_is_no_daemon(tmp_path: Path) -> None:
    (tmp_path / "daemon.json").write_text("{half")
    assert daemon.remembered(tmp_path) is None
    daemon.stop(tmp_path)
