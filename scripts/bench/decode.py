"""`decode --local` against the origin's path: one request a file to an API with torch fp32.

Both sides stay up and take turns on slices of the same clips, so other work on the machine hits
both. What they take from nothing to the first text is told apart, and counted in the total.
"""

import csv
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import IO, Annotated, cast

import httpx
import typer

from scripts import ROOT
from scripts.bench.clips import duration, picked, slices
from scripts.bench.models import exported, large

SAMPLES = ROOT / "samples"
TURN = 20  # clips that one side does before the other has its turn

Side = Callable[[Sequence[Path]], None]


def decode(
    clips: Annotated[Path, typer.Option(help="A folder of clips.")] = SAMPLES,
    count: Annotated[int, typer.Option(help="How many of them, evenly picked.")] = 200,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A torch folder; else large, random weights.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="The same model as ONNX; else it is exported.")
    ] = None,
) -> None:
    """Measure bulk decoding here against a request a file (needs requirements-model.txt)."""
    checkpoint = checkpoint or large()
    model = model or exported(checkpoint)
    files = picked(clips, count)
    starts: list[float] = []
    taken = [0.0, 0.0]
    with (
        tempfile.TemporaryDirectory(prefix="earshot-bench-") as scratch,
        _timed_start(_ours(model, Path(scratch)), files[:1], starts) as ours,
        _timed_start(_reference(checkpoint), files[:1], starts) as reference,
    ):
        for some in slices(files, TURN):
            for place, side in enumerate((ours, reference)):
                begin = time.perf_counter()
                side(some)
                taken[place] += time.perf_counter() - begin
    sound = sum(map(duration, files))
    figure = {
        "figure": f"{len(files)} clips: decode --local against a request a file",
        "model": model.name,
        "sound_s": round(sound, 1),
        "ours_s": round(taken[0], 1),
        "reference_s": round(taken[1], 1),
        "ratio": round(taken[1] / taken[0], 2),
        "ours_start_s": round(starts[0], 1),
        "reference_start_s": round(starts[1], 1),
        "ratio_with_start": round((taken[1] + starts[1]) / (taken[0] + starts[0]), 2),
        "ours_times_real_time": round(sound / taken[0], 1),
        "reference_times_real_time": round(sound / taken[1], 1),
    }
    print(json.dumps(figure), flush=True)


@contextmanager
def _timed_start(
    side: AbstractContextManager[Side], files: Sequence[Path], starts: list[float]
) -> Iterator[Side]:
    """Adds the seconds from nothing to the first text."""
    begin = time.perf_counter()
    with side as run:
        run(files)
        starts.append(time.perf_counter() - begin)
        yield run


@contextmanager
def _ours(model: Path, scratch: Path) -> Iterator[Side]:
    command = [sys.executable, "-m", "scripts.bench.decode_worker", str(model)]
    with _process(command) as (stdin, stdout):

        def run(files: Sequence[Path]) -> None:
            folder = Path(tempfile.mkdtemp(dir=scratch))
            for file in files:
                (folder / file.name).symlink_to(file)
            rows, out = folder / "in.csv", folder / "out.csv"
            with rows.open("w", newline="") as opened:
                csv.writer(opened).writerows([["filename"], *([file.name] for file in files)])
            print(json.dumps([str(folder), str(rows), str(out)]), file=stdin, flush=True)
            heard = stdout.readline()
            if heard != f"{len(files)}\n":
                raise RuntimeError(f"{heard.strip() or 'none'} of {len(files)} were decoded")

        yield run


@contextmanager
def _reference(checkpoint: Path) -> Iterator[Side]:
    command = [sys.executable, "-m", "scripts.bench.reference_api", str(checkpoint)]
    with _process(command) as (_, stdout), httpx.Client(timeout=300, trust_env=False) as client:
        url = f"http://127.0.0.1:{int(stdout.readline())}/asr"

        def run(files: Sequence[Path]) -> None:
            for file in files:
                body = {"file": (file.name, file.read_bytes())}
                answer = client.post(url, files=body).raise_for_status()
                answer.json()["transcription"]

        yield run


@contextmanager
def _process(command: Sequence[str]) -> Iterator[tuple[IO[str], IO[str]]]:
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    try:
        yield cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
    finally:
        process.terminate()
        process.wait()
