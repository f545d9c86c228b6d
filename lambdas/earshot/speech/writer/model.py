"""Loads a writer: from a folder, or by hub id and revision."""

import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from earshot.bundled import model_folder
from earshot.errors import ModelError
from earshot.speech import fingerprint
from earshot.speech.engine_onnx import cores
from earshot.speech.model import INSTALL
from earshot.speech.sessions import names, open_session, recorded
from earshot.speech.writer.beam_search import Beam
from earshot.speech.writer.files import (
    CHECKPOINT_FILES,
    DECODER,
    ENCODER,
    FP32_FILES,
    INT8_FILES,
    SETTINGS_FILES,
)
from earshot.speech.writer.moonshine import BEAM, MoonshineWriter
from earshot.speech.writer.settings import Settings, read_settings
from earshot.speech.writer.tokens import Tokens, read_tokens
from earshot.speech.writer.written import Writer

if TYPE_CHECKING:  # torch need not be installed
    from earshot.speech.writer.torch_writer import TorchWriter

PRECISIONS = {
    "onnx": (INT8_FILES, FP32_FILES),
    "onnx-int8": (INT8_FILES,),
    "onnx-fp32": (FP32_FILES,),
    "torch": (INT8_FILES, FP32_FILES),
}
"""The engines by name, and the graphs that each can read, the preferred ones first."""


NONE = "none"
"""In place of a writer's name: the listener's own words are shown."""

BUNDLED = "moonshine-tiny"
"""The writer that ships with Earshot."""


def open_writer(
    source: str,
    revision: str | None = None,
    *,
    side_by_side: bool = False,
    on_device: bool = False,
) -> Writer | None:
    """A writer by its name in Earshot's own models, in a folder or on the hub; None for "none".

    `on_device` is for a listener on a GPU, which the writer then shares. Raises ModelError.
    """
    if source == NONE:
        return None
    engine = "torch" if on_device else "onnx"
    return load_writer(located(source), revision, engine, side_by_side=side_by_side)


def located(source: str) -> str:
    """The folder of one of Earshot's own models by its name; any other source as it is."""
    ours = model_folder(source)
    is_name = source == BUNDLED or (ours.is_dir() and not Path(source).is_dir())
    return str(ours) if is_name else source


def load_writer(
    source: str,
    revision: str | None = None,
    engine: str = "onnx",
    *,
    beam: Beam = BEAM,
    side_by_side: bool = False,
) -> "MoonshineWriter | TorchWriter":
    """The writer in folder `source`, or else the one of that id on the Hugging Face hub.

    `engine` is one of PRECISIONS; "onnx" takes int8 where there is one. "torch" runs on a GPU where
    there is one, in fp32 with the weights that "onnx" has. A hub model without ONNX files of ours
    is exported once, which needs torch; the result is kept. `side_by_side` is for many clips on
    processors: each has one rather than all. Raises ModelError if there is no such writer or it
    can't be used.
    """
    if engine not in PRECISIONS:
        raise ModelError(f"There is no engine {engine!r} for writers: {', '.join(PRECISIONS)}.")
    folder = Path(source)
    if folder.is_dir():
        return _load_folder(folder, None, engine, beam, side_by_side)
    from earshot.speech import hub

    encoders = [files[ENCODER] for files in PRECISIONS[engine]]
    folder, found = hub.fetch(source, revision, encoders, SETTINGS_FILES, read_settings)
    if found is None:
        folder = _exported(source, revision, engine)
    else:
        decoders = [files[DECODER] for files in PRECISIONS[engine] if files[ENCODER] == found]
        folder, _ = hub.fetch(source, folder.name, decoders, SETTINGS_FILES, read_settings)
    return _load_folder(folder, source, engine, beam, side_by_side)


def _load_folder(
    folder: Path, hub_id: str | None, engine: str, beam: Beam, side_by_side: bool
) -> "MoonshineWriter | TorchWriter":
    """A folder is called what its exporter recorded, else by its own name."""
    settings, tokens = read_settings(folder), read_tokens(folder)
    files = next(
        (
            files
            for files in PRECISIONS[engine]
            if all((folder / file).is_file() for file in files.values())
        ),
        None,
    )
    if files is None:
        raise ModelError(
            f"{hub_id or folder.resolve().name} has no weights of a writer for {engine} "
            f"({', '.join(INT8_FILES.values())}). "
            "`earshot model export-writer` makes them."
        )
    network = (settings, tokens, beam)
    if engine == "torch":
        return _on_torch(folder, files, hub_id, *network)
    threads = 1 if side_by_side else cores()
    sessions = {part: open_session(folder / file, threads) for part, file in files.items()}
    if "parent" not in names(sessions[DECODER].get_inputs()):
        raise ModelError(
            f"{hub_id or folder.resolve().name} was exported by an older Earshot: "
            "export it again with `earshot model export-writer`."
        )
    name, mark = _identity(folder, files, hub_id, recorded(sessions[ENCODER]))
    precision = "int8" if files is INT8_FILES else "fp32"
    return MoonshineWriter(
        name, mark, f"onnx-{precision}", sessions[ENCODER], sessions[DECODER], *network
    )


def _on_torch(
    folder: Path,
    files: Mapping[str, str],
    hub_id: str | None,
    settings: Settings,
    tokens: Tokens,
    beam: Beam,
) -> "TorchWriter":
    try:
        from earshot.speech.writer import onnx_weights
        from earshot.speech.writer.torch_network import Network
        from earshot.speech.writer.torch_writer import TorchWriter
    except ImportError as error:
        raise ModelError(f"A writer on a GPU needs {INSTALL}") from error
    graphs = {part: onnx_weights.read(folder / file) for part, file in files.items()}
    name, mark = _identity(folder, files, hub_id, graphs[ENCODER].metadata)
    network = Network(graphs[ENCODER], graphs[DECODER], settings)
    return TorchWriter(name, mark, network, settings, tokens, beam)


def _identity(
    folder: Path, files: Mapping[str, str], hub_id: str | None, told: Mapping[str, str]
) -> tuple[str, str]:
    """A writer's name and fingerprint; `told` is what its exporter recorded."""
    name = hub_id or told.get(fingerprint.NAME_KEY) or folder.resolve().name
    mark = told.get(fingerprint.FINGERPRINT_KEY) or fingerprint.joined(
        *(fingerprint.of_file(folder / file) for file in files.values())
    )
    return name, mark


def exporter() -> Callable[..., list[Path]]:
    """earshot.speech.writer.export.export. Raises ModelError if its packages are not installed."""
    try:
        from earshot.speech.writer.export import export
    except ImportError as error:
        raise ModelError(f"Exporting a writer to ONNX needs {INSTALL}") from error
    return export


def _exported(name: str, revision: str | None, engine: str) -> Path:
    """The folder of hub model `name` as ONNX, exported once a revision and precision."""
    from earshot.speech import hub

    checkpoint, weights = hub.fetch(name, revision, CHECKPOINT_FILES, SETTINGS_FILES, read_settings)
    if weights is None:
        raise ModelError(f"{name} holds no weights that can be read ({CHECKPOINT_FILES[0]}).")
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
