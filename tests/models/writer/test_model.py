"""What a writer's folder must hold, and what is said where it does not."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from earshot.errors import ModelError
from earshot.speech.writer.model import load_writer
from tests.unit.speech.hub import Hub, folder_files, serve


@pytest.fixture
def folder(exported, tmp_path) -> Path:
    return Path(shutil.copytree(exported, tmp_path / "model"))


@pytest.fixture
def hub(tmp_path, monkeypatch, exported):
    with serve(Hub(folder_files(exported))) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "kept"))
        yield hub


def refusal(source: object, **options: Any) -> str:
    with pytest.raises(ModelError) as caught:
        load_writer(str(source), **options)
    return caught.value.message


def test_a_folder_is_called_what_its_exporter_recorded(folder):
    writer = load_writer(str(folder))
    assert writer.name == "random"
    assert len(writer.fingerprint) == 16


def test_a_model_of_another_kind_is_refused(folder):
    (folder / "config.json").write_text(json.dumps({"model_type": "whisper"}))
    assert "'whisper'" in refusal(folder)


def test_a_folder_without_weights_says_how_to_make_them(folder):
    shutil.rmtree(folder / "onnx")
    assert "export-writer" in refusal(folder)


def test_weights_that_are_none_are_said(folder):
    (folder / "onnx" / "decoder_quantized.onnx").write_bytes(b"no graph")
    assert "decoder_quantized.onnx" in refusal(folder)


def test_an_engine_that_there_is_none_of_is_said(folder):
    assert "onnx-int8" in refusal(folder, engine="tensorflow")


def test_a_hub_id_loads_the_files_that_are_wanted_and_no_other(hub, exported):
    writer = load_writer(hub.name)
    assert writer.name == hub.name
    assert writer.fingerprint == load_writer(str(exported)).fingerprint
    assert hub.downloads("onnx/encoder_quantized.onnx")
    assert hub.downloads("onnx/decoder_quantized.onnx")
    assert not hub.downloads("onnx/encoder.onnx")


def test_a_hub_checkpoint_is_exported_once(hub, checkpoint, tmp_path):
    hub.files = folder_files(checkpoint)
    first = load_writer(hub.name)
    assert first.engine == "onnx-int8"
    made = [path.stat().st_mtime_ns for path in (tmp_path / "kept").rglob("*.onnx")]
    assert load_writer(hub.name).fingerprint == first.fingerprint
    assert [path.stat().st_mtime_ns for path in (tmp_path / "kept").rglob("*.onnx")] == made


def test_another_kind_of_hub_model_is_refused_before_its_weights_are_fetched(hub):
    hub.files["config.json"] = b'{"model_type": "wav2vec2"}'
    assert "'wav2vec2'" in refusal(hub.name)
    assert not hub.downloads("onnx/encoder_quantized.onnx")


def test_grouped_keys_are_refused(folder):
    config = json.loads((folder / "config.json").read_text())
    config["decoder_num_key_value_heads"] = 1
    (folder / "config.json").write_text(json.dumps(config))
    assert "decoder shares keys" in refusal(folder)
