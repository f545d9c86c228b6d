"""The names of the files in a model folder."""

import json
from pathlib import Path
from typing import Any

from earshot.errors import ModelError

LANGUAGE_FILE = "language.npz"
SETTINGS_FILES = (
    "config.json",
    "preprocessor_config.json",
    "processor_config.json",
    "tokenizer_config.json",
    "vocab.json",
    LANGUAGE_FILE,
)
# The names that optimum and transformers.js use in hub repositories, and our exporter too.
INT8_FILES = ("onnx/model_quantized.onnx", "onnx/model_int8.onnx", "model_quantized.onnx")
FP32_FILES = ("onnx/model.onnx", "model.onnx")
WEIGHTS_SUFFIX = "_data"  # an ONNX file's name and this: its external weights
CHECKPOINT_FILES = ("model.safetensors", "pytorch_model.bin")


def read_json(path: Path) -> dict[str, Any]:
    """The JSON object in `path`. Raises ModelError if the file is missing or holds none."""
    try:
        value = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise ModelError(f"The model has no {path.name}.") from None
    except ValueError:
        raise ModelError(f"The model's {path.name} is not JSON.") from None
    if not isinstance(value, dict):
        raise ModelError(f"The model's {path.name} is not a JSON object.")
    return value
