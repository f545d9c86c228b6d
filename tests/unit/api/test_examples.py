"""The examples of docs/api.md and docs/recipes.md do what they say, as they stand there."""

import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest

from earshot.recordings.changes import Change, ObjectEvent, comparable_sequencer
from earshot.webhooks.hook import Event, new_hook
from earshot.webhooks.message import headers, message
from tests.unit.api.live import Live, serving
from tests.unit.api.stage import AUDIO_BUCKET, KEY

ROOT = Path(__file__).resolve().parents[3]
NODE = ROOT / ".venv" / "bin" / "node"
_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.M | re.S)
CURL = 'set -eu; curl() { command curl -sS --fail-with-body "$@"; echo; }\n'


def blocks(page: str, *languages: str) -> list[str]:
    text = (ROOT / "docs" / page).read_text()
    return [code for language, code in _BLOCK.findall(text) if language in languages]


SHELL = [code for code in blocks("api.md", "sh") if "API=" not in code and "aws " not in code]
PYTHON = blocks("api.md", "python")
SCRIPT = blocks("api.md", "js")
LANGCHAIN, RECEIVER, NIGHTLY = blocks("recipes.md", "python")


class Clock:
    """Ahead of what was written, so that changes are settled at once."""

    ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def live(clock: Clock) -> Iterator[Live]:
    with serving(now=clock) as live:
        live.put("talks/monday.mp3", 1, "Hello there.")
        yield live


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the reader of the page is, with the files that it speaks of."""
    for name in ("talk.mp3", "monday.mp3"):
        (tmp_path / name).write_bytes(b"sound")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("code", SHELL, ids=lambda code: code.split("\n")[0][-40:])
def test_an_example_for_the_shell_works(live: Live, folder: Path, code: str) -> None:
    whole = "\n".join(line for line in code.splitlines() if "…" not in line)
    variables = {"API": live.url, "KEY": KEY, "PATH": "/usr/local/bin:/usr/bin:/bin"}
    done = subprocess.run(
        ["bash", "-c", CURL + whole], env=variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("code", PYTHON, ids=lambda code: code.split("\n")[0])
def test_an_example_in_python_works(
    live: Live, folder: Path, code: str, capsys: pytest.CaptureFixture[str]
) -> None:
    exec(code, {"API": live.url, "KEY": KEY})  # noqa: S102 - the page's own
    if "print(" in code:
        assert capsys.readouterr().out.strip()


@pytest.mark.parametrize("code", SCRIPT, ids=lambda code: code.split("\n")[0])
def test_an_example_in_javascript_works(live: Live, folder: Path, code: str) -> None:
    if not NODE.exists():
        pytest.skip("Node is not set up; `make lint` does it")
    (folder / "example.mjs").write_text(f"const API = '{live.url}', KEY = '{KEY}';\n{code}")
    done = subprocess.run(
        [NODE, "example.mjs"], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "hello there" in done.stdout


def test_there_are_examples_in_all_three_languages() -> None:
    assert min(len(SHELL) - 12, len(PYTHON), len(SCRIPT)) >= 2


def test_passages_become_documents_of_langchain(live: Live) -> None:
    names: dict[str, Any] = {"API": live.url}
    exec(LANGCHAIN, names)  # noqa: S102
    (document,) = names["documents"]
    assert document.page_content == "Hello there."
    assert document.metadata["url"].startswith("/?recording=")
    assert document.metadata["start"] == 0.0


def test_the_copy_of_every_night_follows_deletions(live: Live, folder: Path, clock: Clock) -> None:
    live.put("gone.mp3", 2, "Not for long.")
    live.put("new.mp3", 3, "First.")

    def night() -> dict[str, str]:
        clock.ahead += timedelta(minutes=1)
        exec(NIGHTLY, {"API": live.url})  # noqa: S102
        with sqlite3.connect("earshot.db") as copy:
            return dict(copy.execute("SELECT key, text FROM recordings").fetchall())

    before = night()
    assert before["gone.mp3"] == "Not for long."
    last = comparable_sequencer("0009")
    live.store.remove(ObjectEvent(Change.REMOVED, AUDIO_BUCKET, "gone.mp3", last, ""))
    live.put("new.mp3", 4, "Second.")
    after = night()
    assert after == {k: v for k, v in before.items() if k != "gone.mp3"} | {"new.mp3": "Second."}
    assert night() == after


def test_the_receiver_takes_what_is_signed_and_nothing_else(folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    hook = new_hook("https://example.org/", frozenset(Event))
    running = subprocess.Popen(
        [sys.executable, "-c", RECEIVER],
        env={"SECRET": hook.secret, "PORT": str(port)},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        told = message(hook, Event.DONE, {"id": "x:1", "updated_at": "", "key": "talks/a.mp3"})
        signed = headers(told, hook.secret, int(time.time()))
        with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
            url = f"http://127.0.0.1:{port}/"
            assert client.post(url, content=told.body, headers=signed).status_code == 204
            forged = told.body.replace("talks", "walks")
            assert client.post(url, content=forged, headers=signed).status_code == 400
            old = headers(told, hook.secret, int(time.time()) - 3600)
            assert client.post(url, content=told.body, headers=old).status_code == 400
        assert running.stdout is not None
        assert running.stdout.readline() == "recording.done talks/a.mp3\n"
    finally:
        running.kill()
        running.wait()
