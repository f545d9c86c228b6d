"""The models that benchmarks run: a published shape with random weights, as work it is the same."""

from pathlib import Path

from scripts import ROOT

WORK = ROOT / ".local" / "bench"


def large() -> Path:
    """Random weights of the exact wav2vec2-large-960h shape, for torch; made once."""
    folder = WORK / "large-960h"
    if not (folder / "model.safetensors").exists():
        from scripts.model.random import write

        write("large-960h", folder)
    return folder


def exported(checkpoint: Path) -> Path:
    """The same as int8 ONNX, made once."""
    folder = WORK / f"{checkpoint.resolve().name}-int8"
    if not (folder / "onnx" / "model_quantized.onnx").exists():
        from earshot.speech.export import export

        export(checkpoint, folder, "int8")
    return folder
