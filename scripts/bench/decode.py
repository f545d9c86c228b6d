"""`decode --local` against the origin's path: one request a file to an API with torch fp32.

Both sides stay up and take turns on slices of the same clips, so other work on the machine hits
both. What they take from nothing to the first text is told apart, and counted in the total.
"""

import csv
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Annotated, cast

import httpx
import typer

from earshot.cli.progress import progress
from scripts import ROOT
from scripts.bench.clips import duration, picked, slices
from scripts.bench.models import exported, large

SAMPLES = ROOT / "samples"
TURN = 50  # clips that one side does before the other has its turn; some batches' worth

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
    scratch = tempfile.TemporaryDirectory(prefix="earshot-bench-")
    sides = {"ours": _ours(model, Path(scratch.name)), "reference": _reference(checkpoint)}
    starts: dict[str, float] = {}
    taken = dict.fromkeys(sides, 0.0)
    processor: dict[str, float] = {}
    turns = slices(files, TURN)
    with scratch, ExitStack() as stack, progress("Decoding", 2 * len(files)) as advance:
        runs = {}
        for name, side in sides.items():
            begin = time.perf_counter()
            stack.enter_context(_processor_time(name, processor))
            runs[name] = stack.enter_context(side)
            runs[name](files[:1])
            starts[name] = time.perf_counter() - begin
        for files_of_turn in turns:
            for name, run in runs.items():
                begin = time.perf_counter()
                run(files_of_turn)
                taken[name] += time.perf_counter() - begin
                advance(len(files_of_turn))
    sound = sum(map(duration, files))
    whole = {name: taken[name] + starts[name] for name in sides}
    figure = {
        "figure": f"{len(files)} clips: decode --local against a request a file",
        "model": model.name,
        "sound_s": round(sound, 1),
        **{f"{name}_s": round(taken[name], 1) for name in sides},
        "ratio": round(taken["reference"] / taken["ours"], 2),
        **{f"{name}_start_s": round(starts[name], 1) for name in sides},
        "ratio_with_start": round(whole["reference"] / whole["ours"], 2),
        **{f"{name}_cpu_with_start_s": round(processor[name], 1) for name in sides},
        "cpu_ratio_with_start": round(processor["reference"] / processor["ours"], 2),
        **{f"{name}_times_real_time": round(sound / taken[name], 1) for name in sides},
    }
    print(json.dumps(figure), flush=True)


@contextmanager
def _processor_time(name: str, told: dict[str, float]) -> Iterator[None]:
    """Tells the processor seconds of the side that ends within it, and of its own children."""
    yield
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    told[name] = ended.ru_utime + ended.ru_stime - sum(told.values())


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
    with (
        _process(command, stop=True) as (_, stdout),
        httpx.Client(timeout=300, trust_env=False) as client,
    ):
        url = f"http://127.0.0.1:{int(stdout.readline())}/asr"

        def run(files: Sequence[Path]) -> None:
            for file in files:
                body = {"file": (file.name, file.read_bytes())}
                answer = client.post(url, files=body).raise_for_status()
                answer.json()["transcription"]

        yield run


@contextmanager
def _process(command: Sequence[str], stop: bool = False) -> Iterator[tuple[IO[str], IO[str]]]:
    process = subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        text=True,
    )  # fmt: skip
    stdin, stdout = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)
    try:
        yield stdin, stdout
    finally:
        stdin.close()
        if stop:
            process.terminate()
        process.wait()
