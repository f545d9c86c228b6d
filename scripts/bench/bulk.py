"""The bulk lane: what its worker gets through, and what it takes from the live lane.

Without `--stack`, the worker's own loop with a queue and a table of nothing: decoding, batching and
the engine. With it, the local stack's lane, its worker killed at random, and live files meanwhile.
"""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from earshot.cli import outputs
from scripts import ROOT

SAMPLES = ROOT / "samples"


def bulk(
    clips: Annotated[Path, typer.Option(help="A folder of recordings.")] = SAMPLES,
    count: Annotated[int, typer.Option(help="How many of them; 0: all.")] = 0,
    model: Annotated[
        Path | None, typer.Option(help="A model folder; else large, random weights.")
    ] = None,
    writer: Annotated[str, typer.Option(help="Beside the listener; or none.")] = "none",
    batch_seconds: Annotated[
        float | None, typer.Option(help="Of sound in a batch; else what suits the engine.")
    ] = None,
    peak: Annotated[
        float | None, typer.Option(help="The device's TFLOPS, if it is none that is known.")
    ] = None,
    processes: Annotated[int, typer.Option(help="Workers that share the machine.")] = 1,
    stack: Annotated[bool, typer.Option("--stack", help="Measure the local stack.")] = False,
    kills: Annotated[int, typer.Option(help="With --stack: how often the worker dies.")] = 5,
    idle: Annotated[int, typer.Option(help="With --stack: live files alone.")] = 60,
    compared: Annotated[int, typer.Option(help="With --stack: texts to compare.")] = 100,
    seed: Annotated[int, typer.Option(help="With --stack: of the kills.")] = 0,
) -> None:
    """Measure the bulk lane's worker, or, with --stack, the lane beside the live one."""
    for figure in (
        _beside_live(clips, count, kills, idle, compared, seed)
        if stack
        else _engine(clips, count, model, writer, batch_seconds, peak, processes)
    ):
        print(json.dumps(figure), flush=True)


def _engine(
    clips: Path,
    count: int,
    model: Path | None,
    writer: str,
    batch_seconds: float | None,
    peak: float | None,
    processes: int,
) -> Iterator[Mapping[str, Any]]:
    from scripts.bench.bulk_engine import Run, measure
    from scripts.bench.bulk_processes import measure_together
    from scripts.bench.clips import picked
    from scripts.bench.models import exported, large

    folder, engine = model or large(), "torch"
    if not _on_gpu():
        engine = "onnx"
        folder = folder if (folder / "onnx").is_dir() else exported(folder)
    files = picked(clips, count or sys.maxsize)
    run = Run(files, folder, engine, writer, batch_seconds, peak)
    yield measure_together(run, processes) if processes > 1 else measure(run)


def _on_gpu() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _beside_live(
    clips: Path, count: int, kills: int, idle: int, compared: int, seed: int
) -> Iterator[Mapping[str, Any]]:
    from scripts.bench.bulk_stack import measure

    try:
        target = outputs.find()
    except outputs.NoDeployment as fault:
        print(f"error: {fault}", file=sys.stderr)
        raise typer.Exit(1) from fault
    files = sorted(clips.glob("*.mp3"))[: count or None]
    yield from measure(target, files, kills, idle, compared, seed)
