"""Reads a writer's weights back out of its ONNX graphs, as float32.

So one folder serves both ONNX Runtime and torch, and both compute with the same numbers. Needs
onnx.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import numpy_helper

from earshot.errors import ModelError

Weights = npt.NDArray[np.float32]

VOCABULARY = "vocabulary"

_INT8 = {"DynamicQuantizeMatMul": 2, "MatMulIntegerToFloat": 3}
"""Products with int8 matrices, and which of their inputs is the scale of each column. The
exporter's zero points are all zero."""

_NUMBERED = re.compile(r"val_(\d+)(_quantized)?")
"""A matrix that lost its parameter's name; numbers follow the order of the exported module's code,
which the nodes of an optimised graph do not."""


@dataclass(frozen=True, slots=True)
class GraphWeights:
    """`named`: weights by the name of the exported module's parameter, e.g.
    "layers.0.mlp.fc1.bias". `products`: the other matrices (in, out), in the order in which the
    module's code multiplies by them. `metadata`: what the exporter recorded.
    """

    named: dict[str, Weights]
    products: tuple[Weights, ...]
    metadata: dict[str, str]


def read(path: Path) -> GraphWeights:
    """Raises ModelError if `path` is not an ONNX graph."""
    try:
        model = onnx.load(path)
    except Exception as error:  # protobuf raises kinds of its own
        raise ModelError(f"{path.name} is not an ONNX model.") from error
    graph = model.graph
    stored = {one.name: one for one in graph.initializer}
    named = {
        name: numpy_helper.to_array(one).astype(np.float32)
        for name, one in stored.items()
        if name.endswith((".weight", ".bias", ".cos", ".sin"))
    }
    numbered = []
    for name, matrix in _matrices(graph, stored):
        if name.startswith(VOCABULARY):
            named[VOCABULARY] = matrix
        elif number := _NUMBERED.fullmatch(name):
            numbered.append((int(number[1]), matrix))
    numbered.sort(key=lambda one: one[0])
    metadata = {one.key: one.value for one in model.metadata_props}
    return GraphWeights(named, tuple(matrix for _, matrix in numbered), metadata)


def _matrices(graph: Any, stored: dict[str, Any]) -> Iterator[tuple[str, Weights]]:
    for node in graph.node:
        matrix = stored.get(node.input[1]) if len(node.input) > 1 else None
        if matrix is None:
            continue
        if node.op_type == "MatMul":
            yield matrix.name, numpy_helper.to_array(matrix).astype(np.float32)
        elif node.op_type in _INT8:
            scale = numpy_helper.to_array(stored[node.input[_INT8[node.op_type]]])
            yield matrix.name, numpy_helper.to_array(matrix).astype(np.float32) * scale
