"""Exports a Wav2Vec2ForCTC checkpoint as an ONNX folder. Needs torch and transformers."""

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
from earshot.speech.files import FP32_FILES, INT8_FILES, SETTINGS_FILES, WEIGHTS_SUFFIX
from earshot.speech.fingerprint import FINGERPRINT_KEY, NAME_KEY, of_weights
from earshot.speech.sessions import DISABLED_OPTIMIZERS
from earshot.speech.unfold import unfold_quantised
from earshot.speech.vocabulary import read_vocabulary

OPSET = 20
MAX_EMBEDDED_BYTES = 64_000_000  # of weights inside the ONNX file itself


def export(
    folder: Path,
    out: Path,
    precision: str,
    name: str | None = None,
    fp32_feature_encoder: bool = False,
) -> Path:
    """Writes `out`/onnx/model.onnx (fp32) or model_quantized.onnx (int8), and the settings.

    `name` is the model's name in transcripts; by default the name of the folder `out`.

    int8 quantises the weights of matrix products by column, and activations as they are computed.
    Two parts stay fp32. The first convolution reads the raw waveform, whose loudest sample would
    set the scale for the rest. The positional convolution is grouped, so it is no matrix product.
    `fp32_feature_encoder` keeps the whole feature encoder and the projection after it in fp32 too,
    for models with a few loud channels there.

    Returns the path of the ONNX file. Raises ModelError if the model or `precision` is not
    supported.
    """
    if precision not in ("fp32", "int8"):
        raise ModelError(f"Unknown precision {precision!r}: use fp32 or int8.")
    acoustics = read_acoustics(folder)
    read_vocabulary(folder)
    model = Wav2Vec2ForCTC.from_pretrained(folder, dtype=torch.float32).eval()
    _refuse_unknown_parts(model.config)
    fingerprint = of_weights(model.state_dict(), precision)
    (out / "onnx").mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=out) as scratch:
        fp32 = Path(scratch) / "model.onnx"
        _to_onnx(model, fp32, acoustics.field)
        if precision == "int8":
            target = Path(scratch) / "model_quantized.onnx"
            quantize_dynamic(
                fp32, target, op_types_to_quantize=["MatMul"], per_channel=True,
                weight_type=QuantType.QInt8,
                nodes_to_exclude=_fp32_nodes(fp32, model, fp32_feature_encoder),
            )  # fmt: skip
            quantised = onnx.load(target)
            unfold_quantised(quantised.graph)
            onnx.save(quantised, target)
        else:
            target = fp32
        written = out / (INT8_FILES if precision == "int8" else FP32_FILES)[0]
        metadata = {NAME_KEY: name or out.resolve().name, FINGERPRINT_KEY: fingerprint}
        write_graph(onnx.load(fused(target)), written, metadata)
    for name in SETTINGS_FILES:
        if (folder / name).exists() and folder.resolve() != out.resolve():
            shutil.copyfile(folder / name, out / name)
    return written


def _refuse_unknown_parts(config: Any) -> None:
    """CpuNetwork would silently leave out parts that it does not implement."""
    if config.adapter_attn_dim is not None:
        raise ModelError(
            "Models with adapters in their layers (adapter_attn_dim) can't be exported. "
            "Use the torch engine."
        )
    for name in ("hidden_act", "feat_extract_activation"):
        if getattr(config, name) != "gelu":
            raise ModelError(
                f"Models whose {name} is {getattr(config, name)!r} can't be exported. "
                "Use the torch engine."
            )


def _to_onnx(model: Any, path: Path, min_samples: int) -> None:
    """Writes the fp32 graph; inputs have at least `min_samples` samples, which is one frame."""
    lengths = {0: torch.export.Dim("batch"), 1: torch.export.Dim("samples", min=min_samples)}
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


def _fp32_nodes(path: Path, model: Any, feature_encoder: bool) -> list[str]:
    """Names of the matrix products to leave in fp32.

    These are the first convolution's, or with `feature_encoder` all before the first layer.

    They are found by the shapes of their weights. A group-norm model's first convolution is not
    found, and not quantised either, because its weights are computed in the graph.
    """
    graph = onnx.load(path, load_external_data=False).graph
    config = model.config
    shapes = [[config.conv_kernel[0], config.conv_dim[0]]]
    if feature_encoder:
        inputs, outputs = config.conv_dim[:-1], config.conv_dim[1:]
        kernels = config.conv_kernel[1:]
        for channels, kernel, out in zip(inputs, kernels, outputs, strict=True):
            shapes.append([channels * kernel, out])
        shapes.append([config.conv_dim[-1], config.hidden_size])
    weights = {value.name for value in graph.initializer if list(value.dims) in shapes}
    return [
        node.name for node in graph.node if node.op_type == "MatMul" and node.input[1] in weights
    ]


def fused(path: Path) -> Path:
    """The path of the optimised graph, so that loading need not optimise it each time.

    None of these optimisations is specific to this machine's processor.
    """
    options = onnxruntime.SessionOptions()
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(path.with_suffix(".fused.onnx"))
    onnxruntime.InferenceSession(
        path, options, providers=["CPUExecutionProvider"], disabled_optimizers=DISABLED_OPTIMIZERS
    )
    return path.with_suffix(".fused.onnx")


def write_graph(model: onnx.ModelProto, path: Path, metadata: Mapping[str, str]) -> None:
    """Writes the graph with `metadata`, without the stack traces that the exporter adds.

    Weights above MAX_EMBEDDED_BYTES go to a second file. ONNX Runtime maps that instead of parsing
    it, which halves the time to load.
    """
    graph = model.graph
    for part in (*graph.node, *graph.input, *graph.output, *graph.value_info, *graph.initializer):
        part.ClearField("metadata_props")
        part.ClearField("doc_string")
    graph.ClearField("metadata_props")
    onnx.helper.set_model_props(model, dict(metadata))
    weights = path.with_name(path.name + WEIGHTS_SUFFIX)
    path.unlink(missing_ok=True)
    weights.unlink(missing_ok=True)
    external = model.ByteSize() > MAX_EMBEDDED_BYTES
    onnx.save(model, path, save_as_external_data=external, location=weights.name)
    if external:
        weights.chmod(0o644)  # onnx makes it private; a function runs as another user
