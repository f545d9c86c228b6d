"""What takes the processors: the local stack's processes by what they are, and everything else."""

import os
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from scripts import ROOT
from scripts.local import emulator, worker

# By what stands in a command line; what a process started counts as that process.
_MARKS = {
    worker.MARK: "bulk worker",
    "IngestionTranscribe": "transcribe function",
    "ProjectionIndex": "index function",
    "ministack-lambda": "other functions",
    emulator.MARK: "emulator",
    "OpenSearchRunner": "OpenSearch",
    "scripts bench": "this command",
}
_TICK_S = 1 / os.sysconf("SC_CLK_TCK")


class Spent:
    """Processor seconds in a block, by name; `all` is the whole machine's. Linux only."""

    def __init__(self) -> None:
        self.by_name: Counter[str] = Counter()
        self.wall_s = 0.0

    @contextmanager
    def counted(self) -> Iterator[None]:
        before = _seconds()
        yield
        after = _seconds()
        self.by_name += Counter({one: after[one] - before.get(one, 0.0) for one in after})
        self.wall_s += _uptime() - before["uptime"]

    def shares(self) -> Mapping[str, Any]:
        """Processors that were busy, in the mean: of each, and of what is not of this stack."""
        busy = {one: s / self.wall_s for one, s in self.by_name.items() if one != "uptime"}
        everything = busy.pop("all")
        others = everything - sum(busy.values())
        return {one: round(share, 2) for one, share in {**busy, "not of the stack": others}.items()}


def _uptime() -> float:
    return float(Path("/proc/uptime").read_text().split()[0])


def _seconds() -> dict[str, float]:
    """Since each process started, and since the machine did."""
    parents: dict[int, int] = {}
    taken: dict[int, float] = {}
    names: dict[int, str] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            fields = (folder / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has ended
        pid = int(folder.name)
        parents[pid] = int(fields[1])
        taken[pid] = (int(fields[11]) + int(fields[12])) * _TICK_S
        if str(ROOT) in command or pid == os.getpid():
            names[pid] = next((name for mark, name in _MARKS.items() if mark in command), "")
    found: dict[str, float] = dict.fromkeys(_MARKS.values(), 0.0)
    for pid, seconds in taken.items():
        if name := _name(pid, names, parents):
            found[name] += seconds
    busy = Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]
    user, nice, system, _, _, irq, softirq, _ = (int(one) * _TICK_S for one in busy)
    return {**found, "all": user + nice + system + irq + softirq, "uptime": _uptime()}


def _name(pid: int, names: Mapping[int, str], parents: Mapping[int, int]) -> str:
    """Its own, or that of the process that started it."""
    while pid in parents:
        if name := names.get(pid):
            return name
        pid = parents[pid]
    return ""
