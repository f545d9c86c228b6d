"""The models that benchmarks run: published shapes, random weights; as work they are the same."""

from pathlib import Path

from scripts import ROOT

WORK = ROOT / ".local" / "bench"


def large() -> Path:
    """The exact shape of wav2vec2-large-960h, for torch."""
    return random_weights("large-960h")


def random_weights(shape: str) -> Path:
    """A torch folder of a shape that scripts.model.random knows; made once."""
    folder = WORK / shape
    if not (folder / "model.safetensors").exists():
        from scripts.model.random import write

        write(shape, folder)
    return folder


def exported(checkpoint: Path, precision: str = "int8") -> Path:
    """The same as ONNX, fp32 or int8; made once."""
    folder = WORK / f"{checkpoint.resolve().name}-{precision}"
    if not any(folder.glob("onnx/*.onnx")):
        from earshot.speech.export import export

        export(checkpoint, folder, precision)
    return folder
