"""Loads a model: from a folder, or by hub id and revision."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from earshot.errors import ModelError
from earshot.speech.acoustics import Acoustics, read_acoustics
from earshot.speech.engine import Engine
from earshot.speech.vocabulary import Vocabulary, read_vocabulary

# As optimum and transformers.js name them in hub repositories; ours are named alike.
INT8_FILES = ("onnx/model_quantized.onnx", "onnx/model_int8.onnx", "model_quantized.onnx")
FP32_FILES = ("onnx/model.onnx", "model.onnx")


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A loaded model: `name` as people know it, `fingerprint` of its weights."""

    name: str
    fingerprint: str
    engine: Engine
    acoustics: Acoustics
    vocabulary: Vocabulary


def load(source: str, revision: str | None = None, engine: str = "onnx") -> SpeechModel:
    """The model in folder `source`, or of that id on the Hugging Face hub.

    `engine` is "onnx" (int8 where there is one, else fp32), "onnx-int8", "onnx-fp32" or "torch".
    Raises ModelError if it can't be had or is no Wav2Vec2 CTC model.
    """
    folder = Path(source)
    if not folder.is_dir():
        raise ModelError(f"There is no model folder {folder.name!r}.")
    return load_folder(folder, name=folder.name, engine=engine)


def load_folder(folder: Path, name: str, engine: str = "onnx") -> SpeechModel:
    acoustics = read_acoustics(folder)
    vocabulary = read_vocabulary(folder)
    from earshot.speech.engine_onnx import OnnxEngine

    path, precision = _onnx_file(folder, engine)
    onnx = OnnxEngine(path, precision)
    fingerprint = onnx.fingerprint or _digest(path)
    return SpeechModel(name, fingerprint, onnx, acoustics, vocabulary)


def _onnx_file(folder: Path, engine: str) -> tuple[Path, str]:
    wanted: list[tuple[str, str]] = []
    if engine in ("onnx", "onnx-int8"):
        wanted += [(name, "int8") for name in INT8_FILES]
    if engine in ("onnx", "onnx-fp32"):
        wanted += [(name, "fp32") for name in FP32_FILES]
    if not wanted:
        raise ModelError(f"There is no engine {engine!r}: onnx, onnx-int8, onnx-fp32 or torch.")
    for name, precision in wanted:
        if (folder / name).is_file():
            return folder / name, precision
    raise ModelError(
        f"The model has no {wanted[0][0]}: make one with `python -m scripts model export`."
    )


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()[:16]
