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
    """The same as ONNX, fp32 or int8; made anew where the checkpoint's weights are newer."""
    folder = WORK / f"{checkpoint.resolve().name}-{precision}"
    made = [path.stat().st_mtime for path in folder.glob("onnx/*.onnx")]
    weights = [path.stat().st_mtime for path in checkpoint.glob("*.safetensors")]
    if not made or max(weights, default=0.0) > min(made):
        from earshot.speech.export import export

        export(checkpoint, folder, precision)
    return folder
