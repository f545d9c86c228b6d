"""The product that shows whether int8 saturates is the one that it is said to be."""

import onnx
from onnx import TensorProto, helper

from earshot.speech import saturation
from earshot.speech.saturation import LARGEST_WEIGHT, ROWS

COLUMNS = 16


def test_the_model_in_the_code_multiplies_by_the_largest_weights():
    weights = bytes([LARGEST_WEIGHT]) * (ROWS * COLUMNS)
    graph = helper.make_graph(
        [helper.make_node("MatMulInteger", ["activations", "weights"], ["products"])],
        "largest_products",
        [helper.make_tensor_value_info("activations", TensorProto.UINT8, [None, ROWS])],
        [helper.make_tensor_value_info("products", TensorProto.INT32, [None, COLUMNS])],
        [helper.make_tensor("weights", TensorProto.INT8, [ROWS, COLUMNS], weights, raw=True)],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    assert onnx.load_model_from_string(saturation.LARGEST_PRODUCTS) == model
