"""An int8 graph that unfolds quantised values computes what it did when it unfolded floats."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper

from earshot.speech.unfold import unfold_quantised

CHANNELS, STEPS = 3, 9


def convolution() -> onnx.ModelProto:
    """A kernel of three taps at every second step, quantised where the product is."""
    taps = [
        helper.make_node("Slice", ["input", f"from{tap}", f"to{tap}", "axis", "two"], [f"tap{tap}"])
        for tap in range(3)
    ]
    nodes = [
        *taps,
        helper.make_node("Concat", ["tap0", "tap1", "tap2"], ["under"], axis=1),
        helper.make_node("DynamicQuantizeLinear", ["under"], ["q", "scale", "zero"]),
        helper.make_node("MatMulInteger", ["q", "weights", "zero"], ["product"]),
        helper.make_node("Cast", ["product"], ["floats"], to=TensorProto.FLOAT),
        helper.make_node("Mul", ["floats", "scale"], ["output"]),
    ]
    steps = (STEPS - 3) // 2 + 1
    numbers = {"axis": 0, "two": 2}
    for tap in range(3):
        numbers |= {f"from{tap}": tap, f"to{tap}": tap + 2 * (steps - 1) + 1}
    weights = np.random.default_rng(5).integers(-127, 128, (3 * CHANNELS, 4), np.int8)
    graph = helper.make_graph(
        nodes,
        "convolution",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [STEPS, CHANNELS])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [steps, 4])],
        [helper.make_tensor(name, TensorProto.INT64, [1], [n]) for name, n in numbers.items()]
        + [helper.make_tensor("weights", TensorProto.INT8, weights.shape, weights.ravel())],
        value_info=[
            helper.make_tensor_value_info("tap1", TensorProto.FLOAT, [steps, CHANNELS]),
        ],
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)


def run(model: onnx.ModelProto, values: object) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString())
    return np.asarray(session.run(None, {"input": values})[0])


@pytest.mark.parametrize("seed", range(5))
def test_the_product_is_the_same_and_floats_are_no_longer_copied(seed: int) -> None:
    before, after = convolution(), convolution()
    assert unfold_quantised(after.graph) == 1
    values = np.random.default_rng(seed).standard_normal((STEPS, CHANNELS)).astype(np.float32)
    assert np.array_equal(run(before, values), run(after, values))
    onnx.checker.check_model(after, full_check=True)
    (quantise,) = [node for node in after.graph.node if node.op_type == "DynamicQuantizeLinear"]
    assert quantise.input[0] == "input"


def test_a_product_of_what_is_not_unfolded_stays_as_it_is() -> None:
    model = convolution()
    del model.graph.node[:4]
    model.graph.node[0].input[0] = "input"
    before = [node.SerializeToString() for node in model.graph.node]
    assert unfold_quantised(model.graph) == 0
    assert [node.SerializeToString() for node in model.graph.node] == before
