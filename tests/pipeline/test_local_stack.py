"""`make up` and `make down`: found again, mended when broken, gone without a trace."""

import os
import signal
import time
from pathlib import Path

import httpx
import pytest

from scripts.local import daemon, stack


def answers(url: str) -> bool:
    try:
        return bool(httpx.get(f"{url}/ping", timeout=30).json() == {"message": "pong"})
    except httpx.HTTPError:
        return False


def kill(home: Path) -> None:
    process = daemon.remembered(home)
    assert process is not None
    os.kill(process.pid, signal.SIGKILL)
    while process.is_alive():
        daemon._reap(process.pid)
        time.sleep(0.05)


@pytest.mark.timeout(400)
def test_the_stack_is_found_again_mended_and_ended(tmp_path: Path) -> None:
    """One story, since each start takes seconds: a second `up` changes nothing; what is dead,
    emulator, search node or worker, is replaced by the next; `down` leaves no process."""
    said: list[str] = []
    try:
        first = stack.up(said.append, home=tmp_path)
        assert answers(first.api_url)
        empty = httpx.get(f"{first.api_url}/search", params={"q": "anything"}, timeout=30)
        assert empty.json()["total"] == 0  # nothing was put yet, and that is no error
        assert stack.up(said.append, home=tmp_path) == first
        assert said[-1] == "The stack is up already."

        kill(tmp_path / "emulator")
        assert not stack.is_up(tmp_path)
        second = stack.up(said.append, home=tmp_path)
        assert answers(second.api_url)

        kill(tmp_path / "worker")
        kill(tmp_path / "node")
        third = stack.up(said.append, home=tmp_path)
        assert answers(third.api_url)
        assert httpx.get(third.opensearch_url, timeout=30).is_success
        assert daemon.remembered(tmp_path / "worker") is not None
    finally:
        stack.down(said.append, home=tmp_path)
    assert not (tmp_path / "outputs.json").exists()
    assert not answers(third.api_url)
    for home in (tmp_path / "emulator", tmp_path / "node", tmp_path / "worker"):
        assert daemon.remembered(home) is None
        assert list(daemon._descendants(home)) == []
