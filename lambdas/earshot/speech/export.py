"""From a Wav2Vec2ForCTC checkpoint to an ONNX folder. Needs torch and transformers."""

import logging
import shutil
import tempfile
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import onnx
import onnxruntime
import torch
from onnxruntime.quantization import QuantType, quantize_dynamic
from transformers import Wav2Vec2ForCTC

from earshot.errors import ModelError
from earshot.speech.acoustics import read_acoustics
from earshot.speech.cpu_network import CpuNetwork
from earshot.speech.engine_onnx import UNWANTED
from earshot.speech.files import BESIDE, FP32_FILES, INT8_FILES, SETTINGS_FILES
from earshot.speech.fingerprint import NAMED_AS, RECORDED_AS, of_weights
from earshot.speech.vocabulary import read_vocabulary

OPSET = 20
EMBEDDED = 64_000_000  # bytes


def export(
    folder: Path, out: Path, precision: str, name: str | None = None, exact_ears: bool = False
) -> Path:
    """Writes `out`/onnx/model.onnx (fp32) or model_quantized.onnx (int8), the settings beside.

    `name` is what transcripts will call the model, wherever its folder lies; `out`'s own
    unless given.

    int8 quantises the weights of matrix products, by column; activations are scaled as they come.
    Two parts stay fp32: the first convolution, because it hears the raw waveform, whose loudest
    moment would set the scale for all, and the grouped one that tells places. `exact_ears` leaves
    all that lies before the layers so, for models in which a few channels are loud there too.
    """
    if precision not in ("fp32", "int8"):
        raise ModelError(f"There is no precision {precision!r}: fp32 or int8.")
    acoustics = read_acoustics(folder)
    read_vocabulary(folder)
    model = Wav2Vec2ForCTC.from_pretrained(folder, dtype=torch.float32).eval()
    _refuse_unknown_parts(model.config)
    mark = of_weights(model.state_dict(), precision)
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        fp32 = Path(scratch) / "model.onnx"
        _to_onnx(model, fp32, acoustics.field)
        if precision == "int8":
            target = Path(scratch) / "model_quantized.onnx"
            quantize_dynamic(
                fp32, target, op_types_to_quantize=["MatMul"], per_channel=True,
                weight_type=QuantType.QInt8, nodes_to_exclude=_ears(fp32, model, exact_ears),
            )  # fmt: skip
        else:
            target = fp32
        written = out / (INT8_FILES if precision == "int8" else FP32_FILES)[0]
        called = {NAMED_AS: name or out.resolve().name, RECORDED_AS: mark}
        write_graph(onnx.load(fused(target)), written, called)
    for name in SETTINGS_FILES:
        if (folder / name).exists() and folder.resolve() != out.resolve():
            shutil.copyfile(folder / name, out / name)
    return written


def _refuse_unknown_parts(config: Any) -> None:
    """CpuNetwork writes the network down anew: what it does not know would be left out unsaid."""
    if config.adapter_attn_dim is not None:
        raise ModelError(
            "Models with adapters in their layers (adapter_attn_dim) run in torch alone."
        )
    for name in ("hidden_act", "feat_extract_activation"):
        if getattr(config, name) != "gelu":
            raise ModelError(
                f"Models whose {name} is {getattr(config, name)!r} run in torch alone."
            )


def _to_onnx(model: Any, path: Path, shortest: int) -> None:
    """`shortest` samples make one frame."""
    lengths = {0: torch.export.Dim("batch"), 1: torch.export.Dim("samples", min=shortest)}
    logging.getLogger("torch.onnx").setLevel(logging.ERROR)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        program = torch.onnx.export(
            CpuNetwork(model).eval(),
            (torch.randn(2, 16_000),),
            dynamo=True,
            input_names=["input_values"],
            output_names=["logits"],
            dynamic_shapes={"input_values": lengths},
            opset_version=OPSET,
            verbose=False,
        )
    program.save(path)


def _ears(path: Path, model: Any, all_of_them: bool) -> list[str]:
    """The names of the first convolution's matrix product, or of all before the layers.

    In a group-norm model the first has none by name, as its weights are computed.
    """
    graph = onnx.load(path, load_external_data=False).graph
    config = model.config
    shapes = [[config.conv_kernel[0], config.conv_dim[0]]]
    if all_of_them:
        inputs, outputs = config.conv_dim[:-1], config.conv_dim[1:]
        kernels = config.conv_kernel[1:]
        for wide, kernel, out in zip(inputs, kernels, outputs, strict=True):
            shapes.append([wide * kernel, out])
        shapes.append([config.conv_dim[-1], config.hidden_size])
    weights = {value.name for value in graph.initializer if list(value.dims) in shapes}
    return [
        node.name for node in graph.node if node.op_type == "MatMul" and node.input[1] in weights
    ]


def fused(path: Path) -> Path:
    """The graph after the optimisations that loading would do each time; none is for one machine's
    processor alone."""
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path.with_suffix(".fused.onnx"))
    onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"], disabled_optimizers=UNWANTED
    )
    return path.with_suffix(".fused.onnx")


def write_graph(model: onnx.ModelProto, path: Path, metadata: Mapping[str, str]) -> None:
    """Writes the metadata into the file, and leaves the exporter's stack traces out of it.

    Weights of more than EMBEDDED bytes lie in a file beside the graph, which ONNX Runtime maps
    rather than parses: that halves the time to load.
    """
    graph = model.graph
    for part in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    graph.ClearField("metadata_props")
    onnx.helper.set_model_props(model, dict(metadata))
    beside = path.with_name(path.name + BESIDE)
    path.unlink(missing_ok=True)
    beside.unlink(missing_ok=True)
    apart = model.ByteSize() > EMBEDDED
    onnx.save(model, path, save_as_external_data=apart, location=beside.name)
    if apart:
        beside.chmod(0o644)  # onnx makes it private; a function runs as another user
