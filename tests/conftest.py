"""What several kinds of tests share: the real local stack."""

import gc
import os
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.loaders import Loader
from hypothesis import settings

from earshot.cli.outputs import Outputs
from earshot.cli.uploading import collect, described, put
from earshot.cli.waiting import wait_for
from scripts.local import stack as local_stack
from scripts.local.demo import SAMPLES
from tests.stacks import ByStack

# What is imported stays: looking through it for garbage again and again takes a fifth of the
# processor time.
gc.disable()


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.set_threshold(50_000)
    gc.enable()


# How long one example takes says nothing of the code: machines that run tests are busy.
settings.register_profile("earshot", deadline=None)
settings.load_profile("earshot")

# Each boto3 session looks for the descriptions of its services anew and parses megabytes of JSON; a
# command that a test runs makes sessions of its own.
_descriptions: dict[Any, Any] = {}
setattr(Loader, "_cache", property(lambda _: _descriptions, lambda *_: None))  # noqa: B010


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """`-n auto`: a process a core, and one more for tests that go to whichever process is free.
    Those are the unit tests, of which some wait."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    waiting = int(config.getvalue("dist") == "worksteal")
    return (cores or 1) + waiting


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    return ByStack(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(scope="session")
def stack() -> Iterator[Outputs]:
    """The stack, brought up unless it is; what was up before stays up."""
    was_up = local_stack.is_up()
    yield local_stack.up(print)
    if not was_up:
        local_stack.down(print)


@pytest.fixture(scope="session")
def filled_stack(stack: Outputs) -> Outputs:
    """The stack with the demo's sample recordings in it."""
    uploads, _ = described(collect([SAMPLES]).uploads, SAMPLES / "manifest.csv")
    put(uploads, stack)
    list(wait_for((upload.key for upload in uploads), stack))
    return stack


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fuzz", type=int, default=4, help="damaged files of each kind (tests/unit/audio)"
    )
