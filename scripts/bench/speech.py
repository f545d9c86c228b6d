"""The speech engine against the reference path: speed, start, memory, the same text.

The reference is the origin's way (librosa, the processor, torch fp32, one clip a time). Both run
in processes of their own and take turns on the same files: other work on the machine hits both.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, Any, cast

import typer

from scripts import ROOT
from scripts.bench.clips import duration, picked, slices
from scripts.bench.models import WORK, exported, large
from scripts.bench.older_processor import Instructions, NotHere, environment

DEMO = ROOT / "models" / "demo"
SAMPLES = ROOT / "samples"
TURN = 10  # clips that one side does before the other has its turn
STARTS = 3
SAMPLE_RATE = 16_000


def speech(
    clips: Annotated[Path, typer.Option(help="A folder of clips.")] = SAMPLES,
    count: Annotated[int, typer.Option(help="How many of them, evenly picked.")] = 100,
    checkpoint: Annotated[
        Path | None, typer.Option(help="A torch folder to compare; else large, random weights.")
    ] = None,
    model: Annotated[
        Path | None, typer.Option(help="The same model as ONNX; else it is exported.")
    ] = None,
    long: Annotated[
        int, typer.Option(help="Seconds of a long file, to compare its memory to a minute's.")
    ] = 3600,
    repeat: Annotated[int, typer.Option(help="Runs of the 10 s clip.")] = 5,
    instructions: Annotated[
        Instructions, typer.Option(help="Hide newer instructions of an x64 processor from both.")
    ] = "all",
) -> None:
    """Measure our engine and the reference path in one run (needs requirements-model.txt)."""
    try:
        os.environ.update(environment(instructions))  # which both sides' processes take over
    except NotHere as reason:
        raise typer.BadParameter(str(reason)) from reason
    checkpoint = checkpoint or large()
    model = model or exported(checkpoint)
    sides = {"ours": str(model), "reference": str(checkpoint)}
    files = picked(clips, count)
    ten = _joined(files, WORK / "10s.wav", 10)
    for figure in (
        *_starts(sides, files[0]),
        *_turns(sides, "10 s clip", [[ten]] * repeat),
        *_turns(sides, "two 10 s clips at once", [[ten, ten]] * repeat, "many"),
        *_turns(sides, f"{len(files)} clips", slices(files, TURN), "many"),
        *_memory(str(model), files, long),
    ):
        print(json.dumps({"model": model.name, "instructions": instructions, **figure}), flush=True)


def _starts(sides: dict[str, str], clip: Path) -> Iterator[dict[str, Any]]:
    """From the start of the process to the first transcript, turn about, the first turn not
    counted: files are then in the page cache, and bytecode is written."""
    found: dict[str, list[tuple[float, float, float]]] = {side: [] for side in sides}
    for turn in range(STARTS + 1):
        for side, source in sides.items():
            begin = time.perf_counter()
            with _worker(side, source) as ask:
                loaded = time.perf_counter() - begin
                told = ask([clip])
                if turn:
                    transcribed = time.perf_counter() - begin
                    found[side].append((loaded, transcribed, told["cpu_since_start_s"]))
    names = ("start to loaded", "start to first transcript", "the same in processor time")
    for place, name in enumerate(names):
        ours, theirs = (min(run[place] for run in found[side]) for side in sides)
        yield _figure(name, ours, theirs)


def _turns(
    sides: dict[str, str], name: str, turns: Sequence[list[Path]], way: str = "ours"
) -> Iterator[dict[str, Any]]:
    """Both sides on the same files, turn about; the first turn is done twice, once to warm up."""
    told: dict[str, list[dict[str, Any]]] = {side: [] for side in sides}
    with _worker(way, sides["ours"]) as ours, _worker("reference", sides["reference"]) as theirs:
        ask = {"ours": ours, "reference": theirs}
        for turn, files in enumerate([turns[0], *turns]):
            for side in sides:
                answer = ask[side](files)
                if turn:
                    told[side].append(answer)
    ours_s, theirs_s = (sum(answer["wall_s"] for answer in told[side]) for side in sides)
    texts = [[text for answer in told[side] for text in answer["texts"]] for side in sides]
    sound = sum(duration(file) for files in turns for file in files)
    yield {
        **_figure(name, ours_s, theirs_s),
        "cpu_ratio": _ratio(
            sum(answer["cpu_s"] for answer in told["ours"]),
            sum(answer["cpu_s"] for answer in told["reference"]),
        ),
        "best_ratio": _ratio(
            min(answer["wall_s"] for answer in told["ours"]),
            min(answer["wall_s"] for answer in told["reference"]),
        ),
        "sound_s": round(sound, 1),
        "ours_times_real_time": round(sound / ours_s, 1),
        # Random weights are as good as undecided between letters: int8 decides otherwise.
        "same_text": sum(a.split() == b.split() for a, b in zip(*texts, strict=True)),
        "ours_peak_mb": round(told["ours"][-1]["peak_mb"]),
        "reference_peak_mb": round(told["reference"][-1]["peak_mb"]),
    }


def _memory(model: str, files: list[Path], long: int) -> Iterator[dict[str, Any]]:
    """Peak memory of a fresh process for a minute of sound and for a long file."""
    for seconds in (60, long):
        path = _joined(files, WORK / f"{seconds}s.wav", seconds)
        with _worker("ours", model) as ask:
            told = ask([path])
        yield {
            "figure": f"{seconds} s file",
            "ours_s": round(told["wall_s"], 1),
            "ours_times_real_time": round(seconds / told["wall_s"], 1),
            "ours_peak_mb": round(told["peak_mb"]),
            "words": len(told["texts"][0].split()),
        }


def _figure(name: str, ours: float, reference: float) -> dict[str, Any]:
    return {
        "figure": name,
        "ours_s": round(ours, 3),
        "reference_s": round(reference, 3),
        "ratio": _ratio(ours, reference),
    }


def _ratio(ours: float, reference: float) -> float:
    return round(reference / ours, 2)


@contextmanager
def _worker(side: str, source: str) -> Iterator[Any]:
    # By its path: as a module it would bring what the other benchmarks import.
    program = ROOT / "scripts" / "bench" / "speech_worker.py"
    command = [sys.executable, "-P", str(program), side, source]
    process = subprocess.Popen(
        command, env=os.environ | {"PYTHONPATH": str(ROOT / "lambdas")}, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    stdin, stdout = cast("IO[str]", process.stdin), cast("IO[str]", process.stdout)

    def ask(files: list[Path]) -> dict[str, Any]:
        print(json.dumps([str(file) for file in files]), file=stdin, flush=True)
        return _read(stdout)

    try:
        _read(stdout)
        yield ask
    finally:
        stdin.close()
        process.wait()


def _read(stdout: IO[str]) -> dict[str, Any]:
    line = stdout.readline()
    if not line:
        raise RuntimeError("a worker died: run it by hand to see why")
    return cast("dict[str, Any]", json.loads(line))


def _joined(files: list[Path], path: Path, seconds: int) -> Path:
    """A file of that many seconds, made of clips with half-second pauses, over and over."""
    import numpy as np
    import soundfile

    from earshot.audio.decode import decode

    path.parent.mkdir(parents=True, exist_ok=True)
    left = seconds * SAMPLE_RATE
    pause = np.zeros(SAMPLE_RATE // 2, np.float32)
    with soundfile.SoundFile(path, "w", SAMPLE_RATE, 1, "PCM_16") as out:
        turn = 0
        while left > 0:
            clip = np.concatenate([decode(files[turn % len(files)]).waveform, pause])[:left]
            out.write(clip)
            left -= len(clip)
            turn += 1
    return path
