"""Loads a model: from a folder, or by hub id and revision."""

import tempfile
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
"""The engines by name, with the weights each looks for, the preferred first."""


@dataclass(frozen=True, slots=True)
class SpeechModel:
    """A loaded model: `name` as people know it, `fingerprint` of its weights and its language.

    Without a language its emissions are decoded greedily.
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

    `engine` is one of ENGINES; "onnx" takes int8 where there is one, "torch" takes bf16 on CUDA
    and fp32 on CPU. A hub model without ONNX files is exported once, which needs torch; the
    result is kept. `side_by_side` is for many clips on a CPU: see OnnxEngine. Raises ModelError if
    it can't be had or is no Wav2Vec2 CTC model.
    """
    if engine not in ENGINES:
        raise ModelError(f"There is no engine {engine!r}: {', '.join(ENGINES)}.")
    folder = Path(source)
    if folder.is_dir():
        return _load_folder(folder, None, engine, side_by_side)
    from earshot.speech import hub

    folder, weights = hub.fetch(source, revision, ENGINES[engine])
    if weights is None and engine.startswith("onnx"):
        folder = _exported(source, revision, engine)
    return _load_folder(folder, source, engine, side_by_side)


def _load_folder(folder: Path, hub_id: str | None, engine: str, side_by_side: bool) -> SpeechModel:
    """A folder is called what its exporter recorded, else by its own name."""
    name = hub_id or folder.resolve().name
    acoustics = read_acoustics(folder)
    vocabulary = read_vocabulary(folder)
    weights = next((folder / file for file in ENGINES[engine] if (folder / file).is_file()), None)
    if weights is None:
        raise ModelError(
            f"{name} has no weights for {engine} ({', '.join(ENGINES[engine])}). "
            "`python -m scripts model export` makes ONNX ones."
        )
    if engine.startswith("torch"):
        try:
            from earshot.speech.engine_torch import TorchEngine
        except ImportError as error:
            raise ModelError(
                "The torch engine needs `pip install -r requirements-model.txt`."
            ) from error
        torch = TorchEngine(folder, acoustics, engine.partition("-")[2] or None)
        mark = _mark(folder, fingerprint.of_file(weights))
        return SpeechModel(name, mark, torch, acoustics, vocabulary, read_language(folder))
    from earshot.speech.engine_onnx import OnnxEngine

    precision = "int8" if weights.relative_to(folder).as_posix() in INT8_FILES else "fp32"
    onnx = OnnxEngine(weights, precision, side_by_side)
    recorded = onnx.metadata
    mark = _mark(folder, recorded.get(fingerprint.RECORDED_AS) or fingerprint.of_file(weights))
    name = hub_id or recorded.get(fingerprint.NAMED_AS) or name
    return SpeechModel(name, mark, onnx, acoustics, vocabulary, read_language(folder))


def _mark(folder: Path, weights: str) -> str:
    """Changes with the weights, and with what else decides the words."""
    language = folder / LANGUAGE_FILE
    return (
        fingerprint.joined(weights, fingerprint.of_file(language))
        if language.is_file()
        else weights
    )


def _exported(name: str, revision: str | None, engine: str) -> Path:
    """The folder of hub model `name` as ONNX, exported once a revision and precision."""
    from earshot.speech import hub

    checkpoint, weights = hub.fetch(name, revision, CHECKPOINT_FILES)
    if weights is None:
        raise ModelError(f"{name} holds no weights that can be read ({CHECKPOINT_FILES[0]}).")
    precision = "fp32" if engine == "onnx-fp32" else "int8"
    kept = hub.cache() / f"{name.replace('/', '--')}@{checkpoint.name}-{precision}"
    if kept.is_dir():
        return kept
    try:
        from earshot.speech.export import export
    except ImportError as error:
        raise ModelError(
            f"{name} holds no ONNX files, and making them needs "
            "`pip install -r requirements-model.txt`."
        ) from error
    kept.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=kept.parent) as scratch:
        made = Path(scratch) / "model"
        export(checkpoint, made, precision, name)
        made.rename(kept)
    return kept
