"""What a model folder must contain, and the message where it does not."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from earshot.errors import ModelError
from earshot.speech.acoustics import read_acoustics
from earshot.speech.model import load
from earshot.speech.vocabulary import read_vocabulary
from tests.unit.speech.models import DEMO


@pytest.fixture
def folder(tmp_path) -> Path:
    return Path(shutil.copytree(DEMO, tmp_path / "model"))


def change(path: Path, **values: object) -> None:
    path.write_text(json.dumps(json.loads(path.read_text()) | values))


def refusal(folder: Path, engine: str = "onnx") -> str:
    with pytest.raises(ModelError) as caught:
        load(str(folder), engine=engine)
    return caught.value.message


def test_the_bundled_model_is_small_and_has_a_card():
    assert sum(path.stat().st_size for path in DEMO.rglob("*") if path.is_file()) <= 25e6
    assert "word error rate" in (DEMO / "README.md").read_text().lower()


def test_the_bundled_model_holds_no_trace_of_where_it_was_made():
    for path in DEMO.rglob("*.onnx"):
        assert b"site-packages" not in path.read_bytes()


def test_the_shape_of_the_feature_encoder_is_read_from_the_config(folder):
    change(
        folder / "config.json",
        conv_kernel=[10, 3, 3, 3, 3, 2, 2],
        conv_stride=[5, 2, 2, 2, 2, 2, 2],
    )
    acoustics = read_acoustics(folder)
    assert (acoustics.hop, acoustics.field) == (320, 400)
    assert [acoustics.frames(n) for n in (0, 399, 400, 719, 720, 16_000)] == [0, 0, 1, 1, 2, 49]


def test_the_bundled_model_has_a_feature_encoder_of_its_own():
    acoustics = read_acoustics(DEMO)
    assert (acoustics.hop, acoustics.field) == (384, 895)
    assert [acoustics.frames(n) for n in (0, 894, 895, 1278, 1279, 16_000)] == [0, 0, 1, 1, 2, 40]


def test_a_model_that_is_no_wav2vec2_ctc_is_refused(folder):
    change(folder / "config.json", model_type="whisper", architectures=["WhisperModel"])
    assert "WhisperModel" in refusal(folder)


def test_a_wav2vec2_without_a_ctc_head_is_refused(folder):
    change(folder / "config.json", architectures=["Wav2Vec2ForPreTraining"])
    assert "Wav2Vec2ForPreTraining" in refusal(folder)


@pytest.mark.parametrize("name", ["config.json", "vocab.json"])
def test_a_missing_or_broken_file_is_named(folder, name):
    (folder / name).write_text("{")
    assert name in refusal(folder)
    (folder / name).write_text("[]")
    assert name in refusal(folder)
    (folder / name).unlink()
    assert name in refusal(folder)


def test_a_vocabulary_by_language_is_refused(folder):
    (folder / "vocab.json").write_text(json.dumps({"eng": {"A": 0}, "fra": {"A": 0}}))
    assert "vocab.json" in refusal(folder)


def test_a_tokenizer_without_its_blank_is_refused(folder):
    change(folder / "tokenizer_config.json", pad_token="[PAD]")
    assert "[PAD]" in refusal(folder)


def test_a_model_for_another_sample_rate_is_refused(folder):
    settings = {"feature_extractor": {"sampling_rate": 8_000}}
    (folder / "processor_config.json").write_text(json.dumps(settings))
    assert "8000" in refusal(folder)


def test_weights_that_are_missing_are_named(folder):
    shutil.rmtree(folder / "onnx")
    assert "model export" in refusal(folder)
    assert "safetensors" in refusal(folder, "torch")


def test_weights_that_are_damaged_are_refused(folder):
    weights = folder / "onnx" / "model_quantized.onnx"
    weights.write_bytes(weights.read_bytes()[:100_000])
    assert "model_quantized.onnx" in refusal(folder)


def test_an_unknown_engine_is_refused(folder):
    assert "abacus" in refusal(folder, "abacus")


def test_the_preprocessors_older_file_is_read_too(folder):
    (folder / "processor_config.json").unlink()
    (folder / "preprocessor_config.json").write_text('{"do_normalize": false}')
    assert not read_acoustics(folder).normalise


def test_added_tokens_are_part_of_the_vocabulary(folder):
    ids = json.loads((folder / "vocab.json").read_text())
    del ids["<s>"]
    (folder / "vocab.json").write_text(json.dumps(ids))
    assert read_vocabulary(folder).tokens[1] == "<s>"


def test_outputs_without_a_name_are_unknown_and_no_fault(folder):
    change(folder / "config.json", vocab_size=35)
    added = {"32": {"content": "<s2>"}}
    change(folder / "tokenizer_config.json", added_tokens_decoder=added)
    tokens = read_vocabulary(folder).tokens
    assert tokens[32:] == ("<s2>", "<unk>", "<unk>")


def test_a_model_with_an_adapter_behind_its_encoder_is_refused(folder):
    change(folder / "config.json", add_adapter=True)
    assert "add_adapter" in refusal(folder)


def test_the_torch_engine_without_torch_says_how_to_install_it(folder, monkeypatch):
    (folder / "model.safetensors").touch()
    monkeypatch.delitem(sys.modules, "earshot.speech.engine_torch", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)
    assert "make .venv/model" in refusal(folder, "torch")
