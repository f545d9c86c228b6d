"""Loads a speech model from a folder, or from the hub by id and revision."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from earshot.errors import ModelError
from earshot.speech import fingerprint
from earshot.speech.acoustics import Acoustics, read_acoustics
from earshot.speech.engine import Engine
from earshot.speech.files import CHECKPOINT_FILES, FP32_FILES, INT8_FILES, LANGUAGE_FILE
from earshot.speech.language import Language, read_language
from earshot.speech.vocabulary import Vocabulary, read_vocabulary

ENGINES = {
    "onnx": INT8_FILES + FP32_FILES,
    "onnx-int8": INT8_FILES,
    "onnx-fp32": FP32_FILES,
    "torch": CHECKPOINT_FILES,
    "torch-fp32": CHECKPOINT_FILES,
    "torch-bf16": CHECKPOINT_FILES,
    "torch-fp16": CHECKPOINT_FILES,
}
"""The engines by name, and the weights files that each can load, the preferred one first."""

INSTALL = (
    "packages that are not installed. In a checkout, `make .venv/model` installs them; "
    "elsewhere, `pip install 'earshot[model]'`."
)


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A loaded model.

    `name` is its hub id or folder's name. `fingerprint` changes with its weights and its language.
    Without a language it is decoded greedily.
    """

    name: str
    fingerprint: str
    engine: Engine
    acoustics: Acoustics
    vocabulary: Vocabulary
    language: Language | None = None


def load(
    source: str, revision: str | None = None, engine: str = "onnx", *, side_by_side: bool = False
) -> SpeechModel:
    """The model in folder `source`, or else the one of that id on the Hugging Face hub.

    `engine` is one of ENGINES. "onnx" prefers int8 weights to fp32. "torch" uses bf16 on CUDA and
    fp32 on CPU. A hub model without ONNX files is exported once, which needs torch, and the result
    is kept. `side_by_side` is for many clips on a CPU: see OnnxEngine. Raises ModelError if the
    model can't be loaded or is no Wav2Vec2 CTC model.
    """
    if engine not in ENGINES:
        raise ModelError(f"Unknown engine {engine!r}: use one of {', '.join(ENGINES)}.")
    folder = Path(source)
    if folder.is_dir():
        return _load_folder(folder, None, engine, side_by_side)
    from earshot.speech import hub

    folder, weights = hub.fetch(source, revision, ENGINES[engine])
    if weights is None and engine.startswith("onnx"):
        folder = _exported(source, revision, engine)
    return _load_folder(folder, source, engine, side_by_side)


def _load_folder(folder: Path, hub_id: str | None, engine: str, side_by_side: bool) -> SpeechModel:
    """The model's name is the one that its exporter recorded, else the folder's."""
    name = hub_id or folder.resolve().name
    acoustics = read_acoustics(folder)
    vocabulary = read_vocabulary(folder)
    weights = next((folder / file for file in ENGINES[engine] if (folder / file).is_file()), None)
    if weights is None:
        raise ModelError(
            f"{name} has no weights for {engine} ({', '.join(ENGINES[engine])}). "
            "`earshot model export` makes ONNX weights."
        )
    if engine.startswith("torch"):
        try:
            from earshot.speech.engine_torch import TorchEngine
        except ImportError as error:
            raise ModelError(f"The torch engine needs {INSTALL}") from error
        torch = TorchEngine(folder, acoustics, engine.partition("-")[2] or None)
        identity = _with_language(folder, fingerprint.of_file(weights))
        return SpeechModel(name, identity, torch, acoustics, vocabulary, read_language(folder))
    from earshot.speech.engine_onnx import OnnxEngine

    precision = "int8" if weights.relative_to(folder).as_posix() in INT8_FILES else "fp32"
    onnx = OnnxEngine(weights, precision, side_by_side)
    recorded = onnx.metadata
    of_weights = recorded.get(fingerprint.FINGERPRINT_KEY) or fingerprint.of_file(weights)
    identity = _with_language(folder, of_weights)
    name = hub_id or recorded.get(fingerprint.NAME_KEY) or name
    return SpeechModel(name, identity, onnx, acoustics, vocabulary, read_language(folder))


def _with_language(folder: Path, weights: str) -> str:
    """The fingerprint of weights and language, as both decide the transcript."""
    language = folder / LANGUAGE_FILE
    return (
        fingerprint.joined(weights, fingerprint.of_file(language))
        if language.is_file()
        else weights
    )


def exporter() -> Callable[..., Path]:
    """earshot.speech.export.export. Raises ModelError if its packages are not installed."""
    try:
        from earshot.speech.export import export
    except ImportError as error:
        raise ModelError(f"Exporting a model to ONNX needs {INSTALL}") from error
    return export


def _exported(name: str, revision: str | None, engine: str) -> Path:
    """The ONNX folder of hub model `name`; each revision and precision is exported once."""
    from earshot.speech import hub

    checkpoint, weights = hub.fetch(name, revision, CHECKPOINT_FILES)
    if weights is None:
        raise ModelError(f"{name} has no supported weights ({', '.join(CHECKPOINT_FILES)}).")
    precision = "fp32" if engine == "onnx-fp32" else "int8"
    kept = hub.cache() / f"{name.replace('/', '--')}@{checkpoint.name}-{precision}"
    if kept.is_dir():
        return kept
    export = exporter()
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        made = Path(scratch) / "model"
        export(checkpoint, made, precision, name)
        made.rename(kept)
    return kept
