"""Models by hub id, against a stand-in hub on loopback."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from huggingface_hub import constants

from earshot.errors import ModelError
from earshot.speech.model import load
from tests.unit.speech.hub import COMMIT, Hub, folder_files, serve
from tests.unit.speech.models import DEMO, ROOT, SAMPLES

pytestmark = pytest.mark.slow("whole models are fetched and read")

INT8 = "onnx/model_quantized.onnx"
FP32 = "onnx/model.onnx"


@pytest.fixture
def hub(tmp_path, monkeypatch):
    files = folder_files(DEMO)
    files[FP32] = files[INT8]  # another file of the same model; its content has no effect here
    with serve(Hub(files)) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setattr(constants, "HF_HUB_CACHE", str(tmp_path / "cache"))
        monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "exported"))
        monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 100_000)  # bytes
        yield hub


def refusal(*arguments: str, **options: Any) -> str:
    with pytest.raises(ModelError) as caught:
        load(*arguments, **options)
    return caught.value.message


def test_a_hub_id_loads_the_onnx_file_that_is_wanted_and_no_other(hub):
    model = load(hub.name)
    assert model.name == hub.name
    assert model.engine.name == "onnx-int8"
    assert hub.downloads(INT8)
    assert not hub.downloads(FP32)
    assert not hub.downloads("README.md")


def test_fp32_is_taken_where_there_is_no_int8(hub):
    del hub.files[INT8]
    assert load(hub.name).engine.name == "onnx-fp32"


def test_a_hub_model_has_the_fingerprint_of_the_same_folder(hub):
    assert load(hub.name).fingerprint == load(str(DEMO)).fingerprint


def test_what_is_there_is_not_fetched_again(hub):
    load(hub.name)
    before = len([1 for method, *_ in hub.served if method == "GET"])
    load(hub.name)
    assert len([1 for method, *_ in hub.served if method == "GET"]) == before


def test_a_pinned_revision_needs_no_network_the_second_time(hub, monkeypatch):
    load(hub.name, COMMIT)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert load(hub.name, COMMIT).name == hub.name


def test_a_fetched_model_loads_while_the_hub_is_unreachable(hub, monkeypatch):
    load(hub.name)
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert load(hub.name).name == hub.name


def test_an_unreachable_hub_is_reported(hub, monkeypatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    assert "fetching it from the hub failed" in refusal(hub.name)


def test_an_interrupted_download_is_resumed(hub, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)  # between its retries
    hub.cut = [1_000_000]
    assert load(hub.name).engine.name == "onnx-int8"
    first, second = hub.downloads(INT8)
    assert first is None
    assert second == "bytes=1000000-"


def test_after_a_failed_download_the_next_try_succeeds(hub, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)  # between its retries
    hub.cut = [0] * 20
    assert "Try again" in refusal(hub.name)
    hub.cut = []
    assert load(hub.name).engine.name == "onnx-int8"
    assert len(hub.downloads("vocab.json")) == 1


@pytest.mark.parametrize("name", [INT8, "vocab.json"])
def test_a_file_that_arrives_damaged_is_refused_and_fetched_anew(hub, name):
    hub.damaged = {name}
    assert "hash" in refusal(hub.name)
    hub.damaged = set()
    load(hub.name)
    assert len(hub.downloads(name)) == 2


def test_a_model_that_does_not_exist_is_reported(hub):
    assert "no hub model" in refusal("someone/else")
    assert "neither a folder nor a hub id" in refusal("not/a/hub/id")


def test_a_revision_that_does_not_exist_is_reported(hub):
    assert "no revision" in refusal(hub.name, "v9")


def test_a_gated_model_is_reported(hub):
    hub.gated = True
    assert "licence" in refusal(hub.name)


def test_a_model_of_another_kind_is_refused_before_its_weights_are_fetched(hub):
    hub.files["config.json"] = b'{"model_type": "whisper", "architectures": ["Whisper"]}'
    assert "Whisper" in refusal(hub.name)
    assert not hub.downloads(INT8)


def test_hf_endpoint_names_another_hub(hub, tmp_path):
    environment = os.environ | {"HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "scripts", "transcribe", "--model", hub.name]
    sample = min(SAMPLES.glob("*.mp3"), key=lambda path: path.stat().st_size)
    done = subprocess.run(
        [*command, str(sample)], env=environment, cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    assert hub.downloads(INT8)
    assert Path(tmp_path / "home").is_dir()
