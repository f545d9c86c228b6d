"""Does the engine write what the reference writes, to the letter?

The reference is transformers' own model and processor in torch fp32, one waveform at a time.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import numpy.typing as npt
import typer

from earshot.cli.tables.manifest import texts_by_name
from scripts import ROOT
from scripts.bench.clips import picked
from scripts.bench.models import exported, large, random_weights
from scripts.bench.speech_worker import listener

DEMO = ROOT / "models" / "demo"
CHECKPOINT = ROOT / "training" / "checkpoint"
BATCH = 16

Logits = npt.NDArray[np.float32]


def parity(
    clips: Annotated[Path, typer.Option(help="A folder of clips.")] = ROOT / "samples",
    said: Annotated[
        Path | None, typer.Option("--csv", help="What is said in them: filename, text.")
    ] = None,
    checkpoint: Annotated[Path, typer.Option(help="A torch folder.")] = CHECKPOINT,
    model: Annotated[Path, typer.Option(help="The same model as ONNX, fp32 and int8.")] = DEMO,
    neighbours: Annotated[int, typer.Option(help="Clips to hear alone and in batches.")] = 500,
    large_clips: Annotated[
        int, typer.Option(help="Clips for random weights of the large shape; 0: leave it out.")
    ] = 20,
) -> None:
    """Compare engines, precisions and batches with the reference (requirements-model.txt)."""
    files = picked(clips, 1_000_000)
    spoken = texts_by_name(said) if said else None
    for figure in chain(
        _neighbours(checkpoint, model, files[:: max(1, len(files) // neighbours)][:neighbours]),
        _large(files[:large_clips]) if large_clips else (),
        _engines(checkpoint, model, files, spoken),
    ):
        print(json.dumps(figure), flush=True)


def _engines(
    checkpoint: Path, model: Path, files: Sequence[Path], spoken: Mapping[str, str] | None
) -> Iterator[dict[str, Any]]:
    """Every clip by the reference, ONNX fp32 and ONNX int8, all decoded greedily."""
    from earshot.audio.decode import decode
    from earshot.cli.progress import progress
    from earshot.speech.model import load
    from earshot.speech.transcriber import Transcriber

    reference = listener(str(checkpoint))
    ways = {
        "onnx-fp32": load(str(exported(checkpoint, "fp32")), engine="onnx-fp32"),
        "onnx-int8": load(str(model), engine="onnx-int8"),
    }
    transcribers = {name: Transcriber(one, "greedy") for name, one in ways.items()}
    texts: dict[str, list[str]] = {"reference": [], **{name: [] for name in ways}}
    apart, same_path = 0.0, 0
    with progress("Three engines", len(files)) as advance:
        for file in files:
            waveform = decode(file).waveform
            text, logits = reference(waveform)
            texts["reference"].append(text)
            for name, transcriber in transcribers.items():
                texts[name].append(transcriber.transcribe(waveform).text)
            emission = _emission(ways["onnx-fp32"], waveform)
            apart = max(apart, float(np.abs(emission - _log_softmax(logits)).max()))
            same_path += bool((emission.argmax(-1) == logits.argmax(-1)).all())
            advance(1)
    wanted = [" ".join(text.split()) for text in texts["reference"]]
    for name in ways:
        told = _same(f"{name}: same text as the reference", wanted, texts[name])
        differing = [f.name for f, a, b in zip(files, wanted, texts[name], strict=True) if a != b]
        yield told | {"differing": differing[:5]}
    # A recording of more than half a minute is heard in windows, so its text is its own.
    yield {"figure": "onnx-fp32: largest difference of log-probabilities", "apart": apart}
    yield {"figure": "onnx-fp32: same best path, each clip as a whole", "same": same_path}
    if spoken:
        yield _error_rates(files, texts, spoken)


def _error_rates(
    files: Sequence[Path], texts: Mapping[str, list[str]], spoken: Mapping[str, str]
) -> dict[str, Any]:
    """What int8 costs, in points of word error rate, with its 95 % interval."""
    from earshot.cli.evaluation import rates
    from earshot.cli.evaluation.results import Result

    counts = {
        name: rates.count(
            [Result(file.name, spoken[file.name], text, {})
             for file, text in zip(files, some, strict=True)]
        )
        for name, some in texts.items()
    }  # fmt: skip
    points, low, high = rates.difference(counts["onnx-int8"], counts["onnx-fp32"])
    return {
        "figure": "word error rate, greedy",
        **{name: round(one.wer, 2) for name, one in counts.items()},
        "int8_costs_points": round(points, 3),
        "interval": [round(low, 3), round(high, 3)],
    }


def _neighbours(checkpoint: Path, model: Path, files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """The same clips alone and together, mixed in length, on engines that batch and that don't."""
    from earshot.audio.decode import decode
    from earshot.speech.acoustics import read_acoustics
    from earshot.speech.engine_torch import TorchEngine
    from earshot.speech.model import load
    from earshot.speech.recognise import transcribe_files
    from earshot.speech.transcriber import Transcriber

    def texts(batch: int) -> list[Any]:
        found = transcribe_files(files, Transcriber(load(str(model)), batch=batch), batch=batch)
        return [getattr(result, "text", None) for _, result in found]

    alone, together = texts(1), texts(BATCH)
    yield _same(f"{model.name}, onnx-int8: alone and in batches of {BATCH}", alone, together)
    # Plain padding would change what a group norm hears.
    for folder in (checkpoint, random_weights("tiny-group")):
        waveforms = [decode(file).waveform for file in files]
        acoustics = read_acoustics(folder)
        engine = TorchEngine(folder, acoustics, "fp32", "cpu", batch_seconds=120.0)
        inputs = [acoustics.prepare(waveform) for waveform in waveforms]
        singly = [engine.emissions([one])[0].argmax(-1).tolist() for one in inputs]
        batched = [
            emission.argmax(-1).tolist()
            for at in range(0, len(inputs), BATCH)
            for emission in engine.emissions(inputs[at : at + BATCH])
        ]
        norm = "group norm" if acoustics.group_norm else "layer norm"
        yield _same(f"{norm}, torch-fp32: alone and in padded batches", singly, batched)


def _same(figure: str, some: Sequence[Any], others: Sequence[Any]) -> dict[str, Any]:
    same = sum(a == b for a, b in zip(some, others, strict=True))
    return {"figure": figure, "clips": len(some), "same": same}


def _large(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """Random weights of the exact wav2vec2-large-960h shape: ONNX fp32 against the reference."""
    from earshot.audio.decode import decode
    from earshot.speech.model import load

    checkpoint = large()
    reference = listener(str(checkpoint))
    model = load(str(exported(checkpoint, "fp32")), engine="onnx-fp32")
    apart, widest, same = 0.0, 0.0, 0
    for file in files:
        waveform = decode(file).waveform
        _, logits = reference(waveform)
        emission, wanted = _emission(model, waveform), _log_softmax(logits)
        apart = max(apart, float(np.abs(emission - wanted).max()))
        widest = max(widest, float(np.ptp(logits)))
        same += bool((emission.argmax(-1) == wanted.argmax(-1)).all())
    yield {
        "figure": "large shape, onnx-fp32: largest difference of log-probabilities",
        "clips": len(files),
        "apart": apart,
        "logits_span": round(widest, 2),
        "same_path": same,
    }


def _emission(model: Any, waveform: npt.NDArray[np.float32]) -> Logits:
    emission: Logits = model.engine.emissions([model.acoustics.prepare(waveform)])[0]
    return emission


def _log_softmax(logits: Logits) -> Logits:
    from earshot.speech.engine import log_softmax

    return log_softmax(logits)
