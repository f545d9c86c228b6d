"""Make changes in a copy of the project, run the tests that should notice; tell which did not."""

import json
import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from earshot.cli.progress import progress
from scripts import ROOT
from scripts.mutate.changes import Change, changes

PACKAGE = Path("lambdas/earshot")
Runner = subprocess.Popen[str]
TABLE = ROOT / "scripts" / "mutate" / "targets.toml"
# A change may make a loop endless; how long the tests take without one says when that is sure.
TIMEOUT_S = 600
SLOWER = 5
SETTLING_S = 30
# scripts and infra say where lambdas is, by where they are themselves.
COPIED = ("lambdas", "tests", "scripts", "infra")
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".pytest_cache", ".mypy_cache")


@dataclass(frozen=True, slots=True)
class Target:
    """A module (below the package), the tests that know it, and changes that change nothing, by
    the text that they make of a line."""

    module: Path
    tests: tuple[str, ...]
    same: Mapping[str, str] = field(hash=False)


@dataclass(frozen=True, slots=True)
class Mutant:
    target: Target
    change: Change

    def line(self, source: str) -> str:
        """The changed line as it then is, without blanks around."""
        return self.change.made(source).splitlines()[self.change.line - 1].strip()


def targets(table: Path = TABLE) -> list[Target]:
    found = tomllib.loads(table.read_text())
    return [
        Target(PACKAGE / name, tuple(one["tests"]), one.get("same", {}))
        for name, one in found.items()
    ]


def mutate(
    count: Annotated[int, typer.Option(min=1, help="How many changes to make.")] = 54,
    seed: Annotated[int, typer.Option(help="The same number makes the same changes.")] = 1,
    only: Annotated[str, typer.Option(help="A part of the modules' paths.")] = "",
    at_least: Annotated[float, typer.Option(help="Per cent that must be noticed.")] = 85,
) -> None:
    """Change the code at random, once at a time; list the changes that no unit test noticed."""
    chosen = [one for one in targets() if only in str(one.module)]
    mutants = drawn(chosen, count, seed)
    if not mutants:
        raise typer.BadParameter(f"no module has {only!r} in its path")
    missed: list[Mutant] = []
    with (
        _copied() as copy,
        _runner(copy) as runner,
        progress("Changing", len(mutants)) as advance,
    ):
        patience: dict[tuple[str, ...], float] = {}
        for target in {one.target.tests: one.target for one in mutants}.values():
            began = time.monotonic()
            if not _pass(runner, target, TIMEOUT_S):
                sys.exit(f"{target.module}: its tests fail before anything is changed")
            patience[target.tests] = SETTLING_S + SLOWER * (time.monotonic() - began)
        for mutant in mutants:
            if not _noticed(copy, runner, mutant, patience[mutant.target.tests]):
                missed.append(mutant)
                _tell(mutant)
            advance(1)
    share = _report(mutants, missed)
    if share < at_least:
        sys.exit(1)


def _tell(mutant: Mutant) -> None:
    source = (ROOT / mutant.target.module).read_text()
    before = source.splitlines()[mutant.change.line - 1].strip()
    print(f"{mutant.target.module}:{mutant.change.line}")
    print(f"  - {before}\n  + {mutant.line(source)}", flush=True)


def _report(mutants: list[Mutant], missed: list[Mutant]) -> float:
    """Print how many changes were noticed, by module and in all; per cent."""
    made = Counter(one.target.module for one in mutants)
    unnoticed = Counter(one.target.module for one in missed)
    for module, count in made.items():
        print(f"{count - unnoticed[module]:4} of {count:3}  {module.relative_to(PACKAGE)}")
    share = 100 * (1 - len(missed) / len(mutants))
    print(f"{len(mutants) - len(missed)} of {len(mutants)} changes noticed, {share:.1f} %")
    return share


def drawn(chosen: list[Target], count: int, seed: int) -> list[Mutant]:
    """`count` changes, as many of each module as chance has it; none of those known to change
    nothing."""
    everything = [
        mutant
        for target in chosen
        for source in [(ROOT / target.module).read_text()]
        for change in changes(source)
        if (mutant := Mutant(target, change)).line(source) not in target.same
    ]
    generator = random.Random(seed)  # noqa: S311 (not for secrets)
    return sorted(
        generator.sample(everything, min(count, len(everything))),
        key=lambda one: (str(one.target.module), one.change.line),
    )


@contextmanager
def _copied() -> Iterator[Path]:
    """A copy of the code, so that the checkout is never changed; all else is linked."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder)
        for path in ROOT.iterdir():
            if path.name in COPIED:
                shutil.copytree(path, copy / path.name, ignore=LEFT_OUT)
            elif path.name not in (".git", ".local", "cdk.out"):
                (copy / path.name).symlink_to(path)
        yield copy


def _noticed(copy: Path, runner: Runner, mutant: Mutant, patience_s: float) -> bool:
    path = copy / mutant.target.module
    source = path.read_text()
    path.write_text(mutant.change.made(source))
    try:
        return not _pass(runner, mutant.target, patience_s)
    finally:
        path.write_text(source)


@contextmanager
def _runner(copy: Path) -> Iterator[Runner]:
    """A process in the copy that runs tests when asked (scripts.mutate.preloaded)."""
    environment = {**os.environ, "HYPOTHESIS_STORAGE_DIRECTORY": str(copy / ".hypothesis")}
    command = [sys.executable, "-B", "-P", str(Path(__file__).with_name("preloaded.py"))]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=copy, env=environment, text=True, stdin=pipe, stdout=pipe
    ) as process:
        yield process


def _pass(runner: Runner, target: Target, patience_s: float) -> bool:
    """Whether the tests pass; those that do not end in time don't."""
    assert runner.stdin and runner.stdout  # noqa: S101 - both are pipes
    arguments = ["-x", "-q", "-p", "no:cacheprovider", *target.tests]
    runner.stdin.write(json.dumps([arguments, patience_s]) + "\n")
    runner.stdin.flush()
    code, printed = json.loads(runner.stdout.readline())
    if code is not None and code > 1 and not re.search(r"\d+ error", printed):
        raise RuntimeError(printed)
    return bool(code == 0)
