"""Decoding beside librosa's: the same samples, the same transcripts, and what the child costs."""

import json
import statistics
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from scripts import ROOT
from scripts.bench.clips import picked
from scripts.bench.models import exported

SAMPLE_RATE = 16_000
FLOOR = -60.0  # dB below the sound

Waveform = npt.NDArray[np.float32]


def audio(
    clips: Annotated[Path, typer.Option(help="A folder of clips.")] = ROOT / "samples",
    count: Annotated[int, typer.Option(help="How many of them, evenly picked.")] = 500,
    checkpoint: Annotated[Path, typer.Option(help="The model whose transcripts.")] = (
        ROOT / "training" / "checkpoint"
    ),
    precision: Annotated[str, typer.Option(help="In int8, a rounding decides more often.")] = (
        "fp32"
    ),
) -> None:
    """Compare the limited child's decoding with librosa.load (needs requirements-model.txt)."""
    files = picked(clips, count)
    model = exported(checkpoint, precision)
    for figure in (_child(files), _librosa(files, model, f"onnx-{precision}")):
        print(json.dumps(figure), flush=True)


def _child(files: Sequence[Path]) -> dict[str, Any]:
    """What decoding in the child takes beside soundfile and soxr in this process, clip by clip."""
    import soundfile
    import soxr

    from earshot.audio.decode import decode

    def plainly(file: Path) -> None:
        samples, rate = soundfile.read(file, dtype="float32", always_2d=True)
        soxr.resample(samples.mean(axis=1), rate, SAMPLE_RATE)

    took: dict[str, list[float]] = {"child": [], "plain": []}
    for file in (files[0], *files):  # the first warms up and is not counted
        for name, way in (("child", decode), ("plain", plainly)):
            began = time.perf_counter()
            way(file)
            took[name].append(1000 * (time.perf_counter() - began))
    child, plain = took["child"][1:], took["plain"][1:]
    added = [one - other for one, other in zip(child, plain, strict=True)]
    return {
        "figure": "decoding a clip",
        "clips": len(files),
        "child_ms": round(statistics.median(child), 1),
        "in_this_process_ms": round(statistics.median(plain), 1),
        "added_ms": round(statistics.median(added), 1),
        "added_p95_ms": round(statistics.quantiles(added, n=20)[-1], 1),
    }


def _librosa(files: Sequence[Path], model: Path, engine: str) -> dict[str, Any]:
    import librosa

    from earshot.audio.decode import decode
    from earshot.cli.progress import progress
    from earshot.speech.model import load
    from earshot.speech.transcriber import Transcriber

    transcriber = Transcriber(load(str(model), engine=engine), "greedy")
    apart: list[float] = []
    same = 0
    with progress("Beside librosa", len(files)) as advance:
        for file in files:
            ours = decode(file).waveform
            theirs: Waveform = librosa.load(file, sr=SAMPLE_RATE)[0]
            apart.append(_level(ours, theirs))
            same += transcriber.transcribe(ours).text == transcriber.transcribe(theirs).text
            advance(1)
    return {
        "figure": "beside librosa.load",
        "engine": engine,
        "clips": len(files),
        "below_-60_dB": sum(level < FLOOR for level in apart),
        "median_dB": round(statistics.median(apart), 1),
        "worst_dB": round(max(apart), 1),
        "same_transcript": same,
        "same_transcript_percent": round(100 * same / len(files), 2),
    }


def _level(ours: Waveform, theirs: Waveform) -> float:
    """The difference's level in dB below the sound; what one has more at the end counts."""
    length = max(len(ours), len(theirs))
    difference = np.zeros(length)
    difference[: len(ours)] += ours
    difference[: len(theirs)] -= theirs
    power = float(np.square(theirs, dtype=np.float64).sum()) + 1e-12
    return float(10 * np.log10(np.square(difference).sum() / power + 1e-15))
