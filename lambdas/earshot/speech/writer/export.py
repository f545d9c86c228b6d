"""From a MoonshineForConditionalGeneration checkpoint to an ONNX folder. Needs torch and
transformers."""

import logging
import shutil
import tempfile
import warnings
from pathlib import Path
from typing import Any

import onnx
import torch
from onnx import TensorProto, helper
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import MoonshineForConditionalGeneration

from earshot.errors import ModelError
from earshot.speech.export import fused, write_graph
from earshot.speech.fingerprint import FINGERPRINT_KEY, NAME_KEY, of_weights
from earshot.speech.writer.files import CHOSEN, DECODER, ENCODER, FP32_FILES, INT8_FILES
from earshot.speech.writer.network import DecoderNetwork, EncoderNetwork
from earshot.speech.writer.settings import MIN_SAMPLES, read_settings
from earshot.speech.writer.tokens import read_tokens, write_tokens

OPSET = 20
VOCABULARY = "vocabulary"  # DecoderNetwork's matrix


def export(folder: Path, out: Path, precision: str, name: str | None = None) -> list[Path]:
    """Writes `out`/onnx/encoder.onnx and decoder.onnx, or their int8 twins, the settings beside.

    `name` is what transcripts will call the writer, wherever its folder lies; `out`'s own unless
    given. int8 quantises the weights of matrix products, by column; activations are scaled as they
    come. The convolutions stay fp32.
    """
    if precision not in ("fp32", "int8"):
        raise ModelError(f"There is no precision {precision!r}: fp32 or int8.")
    read_settings(folder)
    read_tokens(folder)
    model = _read(folder)
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    called = {
        NAME_KEY: name or out.resolve().name,
        FINGERPRINT_KEY: of_weights(model.state_dict(), precision),
    }
    files = INT8_FILES if precision == "int8" else FP32_FILES
    with tempfile.TemporaryDirectory(dir=out) as scratch, torch.no_grad():
        for part, to_onnx in ((ENCODER, _encoder), (DECODER, _decoder)):
            fp32 = Path(scratch) / f"{part}.onnx"
            to_onnx(model, fp32)
            made = fused(_int8(fp32) if precision == "int8" else fp32)
            write_graph(onnx.load(made), out / files[part], called)
    write_tokens(folder, out)
    if folder.resolve() != out.resolve():
        shutil.copyfile(folder / "config.json", out / "config.json")
    return [out / file for file in files.values()]


def _read(folder: Path) -> Any:
    try:
        model = MoonshineForConditionalGeneration.from_pretrained(folder, dtype=torch.float32)
    except (OSError, ValueError) as error:
        raise ModelError("The writer's weights can't be read.") from error
    config = model.config
    if not config.tie_word_embeddings:
        raise ModelError("Writers with an output matrix of their own are not known.")
    if (config.encoder_hidden_act, config.decoder_hidden_act) != ("gelu", "silu"):
        raise ModelError("Writers with other activations than GELU and SiLU are not known.")
    return model.eval()


def _encoder(model: Any, path: Path) -> None:
    layers = model.config.decoder_num_hidden_layers
    samples = torch.export.Dim("samples", min=MIN_SAMPLES)
    _to_onnx(
        EncoderNetwork(model), path, (torch.randn(1, 16_000),), ["waveform"], _cross(layers),
        {"waveform": {1: samples}},
    )  # fmt: skip


def _decoder(model: Any, path: Path) -> None:
    config = model.config
    layers, heads = config.decoder_num_hidden_layers, config.decoder_num_attention_heads
    width = config.hidden_size // heads
    past, frames = torch.export.Dim("past", min=0), torch.export.Dim("frames", min=1)
    rows, count = torch.export.Dim("rows", min=1), torch.export.Dim("hypotheses", min=1)
    token, position = (torch.ones(1, 3, dtype=torch.int64) for _ in range(2))
    parent = torch.tensor([0, 1, 1])
    held = [torch.randn(2, heads, 5, width) for _ in range(2 * layers)]
    heard = [torch.randn(1, heads, 41, width) for _ in range(2 * layers)]
    _to_onnx(
        DecoderNetwork(model), path, (token, position, parent, held, heard),
        ["token", "position", "parent", *_self("past", layers), *_cross(layers)],
        [*CHOSEN, "logits", *_self("present", layers)],
        {
            "token": {1: count}, "position": {1: count}, "parent": {0: count},
            "past": [{0: rows, 2: past}] * len(held), "cross": [{2: frames}] * len(heard),
        },
    )  # fmt: skip


def _self(kind: str, layers: int) -> list[str]:
    return [f"{kind}_{part}.{at}" for at in range(layers) for part in ("key", "value")]


def _cross(layers: int) -> list[str]:
    return _self("cross", layers)


def _to_onnx(
    network: Any,
    path: Path,
    example: tuple[Any, ...],
    inputs: list[str],
    outputs: list[str],
    shapes: dict[str, Any],
) -> None:
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            network.eval(), example, dynamo=True, input_names=inputs, output_names=outputs,
            dynamic_shapes=shapes, opset_version=OPSET, verbose=False,
        )  # fmt: skip
    program.save(path)


def _int8(path: Path) -> Path:
    """The convolutions stay fp32: the first hears the raw waveform, whose loudest moment would set
    the scale for all."""
    graph = onnx.load(path).graph
    convolutions = {value.name for value in graph.initializer if value.name.startswith("convol")}
    kept = [node.name for node in graph.node if convolutions & set(node.input)]
    made = path.with_suffix(".int8.onnx")
    quantize_dynamic(
        path, made, op_types_to_quantize=["MatMul"], per_channel=True,
        weight_type=QuantType.QInt8, nodes_to_exclude=kept,
    )  # fmt: skip
    model = onnx.load(made)
    _share_vocabulary(model.graph)
    onnx.save(model, made)
    return made


def _share_vocabulary(graph: onnx.GraphProto) -> None:
    """Reads embeddings from the int8 matrix of the output, so that one matrix is stored."""
    gather = next((node for node in graph.node if node.input[0] == VOCABULARY), None)
    if gather is None:
        return
    token = gather.input[1]
    place = list(graph.node).index(gather)
    made = gather.output[0]
    graph.node.remove(gather)
    for at, node in enumerate(
        (
            helper.make_node("Gather", [f"{VOCABULARY}_quantized", token], ["column"], axis=1),
            helper.make_node("Cast", ["column"], ["whole"], to=TensorProto.FLOAT),
            helper.make_node("Gather", [f"{VOCABULARY}_scale", token], ["column_scale"], axis=0),
            helper.make_node("Mul", ["whole", "column_scale"], [made]),
        )
    ):
        graph.node.insert(place + at, node)
    left = [value for value in graph.initializer if value.name != VOCABULARY]
    del graph.initializer[:]
    graph.initializer.extend(left)
