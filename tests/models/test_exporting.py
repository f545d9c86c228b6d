"""Checkpoints become ONNX folders, once; what is missing for that is named."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import constants

from earshot.audio.limits import SAMPLE_RATE
from earshot.speech.engine_onnx import OnnxEngine
from earshot.speech.fingerprint import FINGERPRINT_KEY
from earshot.speech.model import load
from earshot.speech.transcriber import Transcriber
from tests.unit.speech.hub import Hub, folder_files, serve
from tests.unit.speech.models import DEMO, ROOT


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory) -> Path:
    pytest.importorskip("torch", reason="exporting needs requirements-model.txt")
    from scripts.model.random import write

    folder: Path = tmp_path_factory.mktemp("exporting") / "checkpoint"
    write("tiny-layer", folder)
    return folder


@pytest.fixture(scope="module")
def exported(checkpoint) -> Path:
    """Of both precisions."""
    from earshot.speech.export import export

    folder = checkpoint.parent / "exported"
    for precision in ("int8", "fp32"):
        export(checkpoint, folder, precision, "someone/tiny-layer")
    return Path(folder)


def test_int8_is_preferred_and_fp32_can_be_had(exported):
    preferred = load(str(exported))
    exact = load(str(exported), engine="onnx-fp32")
    assert (preferred.engine.name, exact.engine.name) == ("onnx-int8", "onnx-fp32")
    assert preferred.fingerprint != exact.fingerprint


def test_an_int8_export_transcribes_and_records_what_it_is(exported):
    model = load(str(exported))
    assert model.name == "someone/tiny-layer"
    assert isinstance(model.engine, OnnxEngine)
    assert model.fingerprint == model.engine.metadata[FINGERPRINT_KEY]
    Transcriber(model).transcribe(np.ones(SAMPLE_RATE, np.float32))


def test_the_feature_encoder_can_stay_fp32_in_an_int8_export(checkpoint, exported, tmp_path):
    import onnx

    from earshot.speech.export import export

    def quantized(file: Path) -> int:
        weights = onnx.load(file).graph.initializer
        return sum(value.name.endswith("_quantized") for value in weights)

    (whole,) = exported.glob("onnx/*quantized*.onnx")
    kept = export(checkpoint, tmp_path / "kept", "int8", fp32_feature_encoder=True)
    # Six convolutions after the first, and the projection.
    assert quantized(whole) - quantized(kept) >= 7
    assert quantized(kept) > 0


def test_a_hub_checkpoint_is_exported_once(checkpoint, tmp_path, monkeypatch):
    with serve(Hub(folder_files(checkpoint))) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "exported"))
        first = load(hub.name)
        (kept,) = (tmp_path / "exported").rglob("*.onnx")
        made = kept.stat().st_mtime_ns
        assert load(hub.name).fingerprint == first.fingerprint
        assert kept.stat().st_mtime_ns == made


def without(package: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the command line in a process where `package` can't be imported."""
    code = (
        f"import sys; sys.modules[{package!r}] = None; sys.argv[1:] = {list(arguments)!r}\n"
        "import runpy; runpy.run_module('scripts', run_name='__main__')"
    )
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True)


@pytest.mark.parametrize("package", ["torch", "onnx", "transformers"])
def test_an_export_without_its_packages_says_how_to_install_them(tmp_path, package):
    done = without(package, "model", "export", str(DEMO), str(tmp_path / "out"))
    assert done.returncode == 2
    assert "make .venv/model" in done.stderr
    assert "pip install 'earshot[model]'" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_an_export_of_a_folder_without_a_model_says_what_is_missing(tmp_path):
    pytest.importorskip("torch", reason="exporting needs requirements-model.txt")
    empty = tmp_path / "empty"
    empty.mkdir()
    done = without("nothing", "model", "export", str(empty), str(tmp_path / "out"))
    assert done.returncode == 2
    assert done.stderr == "error: The model has no config.json.\n"
