"""The bundled models, read once, and which tests take longer than a second without saying why."""

import functools
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from earshot.bundled import model_folder
from earshot.speech import model as listeners
from earshot.speech.writer import model as writers

SLOW_S = 1.0
BUNDLED = model_folder("demo").resolve().parent


@pytest.fixture(scope="session", autouse=True)
def bundled_models_are_read_once() -> Iterator[None]:
    """A command reads them each time that a test runs it, which takes longer than most tests. Any
    other folder is read anew."""
    with pytest.MonkeyPatch.context() as patch:
        for module in (listeners, writers):
            patch.setattr(module, "_load_folder", _once(vars(module)["_load_folder"]))
        yield


def _once(load: Callable[..., Any]) -> Callable[..., Any]:
    kept = functools.cache(load)

    def loaded(folder: Path, *how: Any) -> Any:
        return (kept if BUNDLED in folder.resolve().parents else load)(folder, *how)

    return loaded


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Names them, whatever else was run; a busy machine names more."""
    calls = [one for one in terminalreporter.stats.get("passed", []) if one.when == "call"]
    unsaid = [one for one in calls if one.duration > SLOW_S and "slow" not in one.keywords]
    if unsaid:
        terminalreporter.section(f"longer than {SLOW_S:g} s, and no mark `slow` says why")
    for one in sorted(unsaid, key=lambda one: -one.duration):
        terminalreporter.line(f"{one.duration:5.1f} s  {one.nodeid}")
