"""Unfolds quantised values instead of float ones in an int8 graph. Only for export.

`CpuNetwork` writes a convolution as a product with the unfolded input: what lies under the kernel,
for each step. `quantize_dynamic` quantises what it finds at the product, so it unfolds first, in
float. The values are the same in the other order, but only a quarter of the bytes are copied, and
no value is quantised twice.
"""

import onnx

COPIES = ("Concat", "Reshape", "Slice")  # what `CpuNetwork` unfolds with; they compute nothing


def unfold_quantised(graph: onnx.GraphProto) -> int:
    """Quantises before unfolding wherever the graph unfolds first; returns how often.

    The range of the scale is then that of all inputs, even of a last one that no kernel reaches.
    """
    makers = {output: node for node in graph.node for output in node.output}
    found = 0
    for quantise in [node for node in graph.node if node.op_type == "DynamicQuantizeLinear"]:
        unfolded = makers.get(quantise.input[0])
        if unfolded is None or unfolded.op_type != "Concat":
            continue
        copies, source = _copies(unfolded, makers)
        values, scale, zero_point = quantise.output
        each = f"{values}_of_each"
        first = next(place for place, node in enumerate(graph.node) if node in copies)
        earlier = onnx.helper.make_node(
            "DynamicQuantizeLinear", [source], [each, scale, zero_point]
        )
        graph.node.remove(quantise)
        for node in copies:
            for place, name in enumerate(node.input):
                if name == source:
                    node.input[place] = each
        unfolded.output[0] = values
        graph.node.insert(first, earlier)
        found += 1
    graph.ClearField("value_info")  # it tells the types that were
    return found


def _copies(
    unfolded: onnx.NodeProto, makers: dict[str, onnx.NodeProto]
) -> tuple[list[onnx.NodeProto], str]:
    """The nodes that unfold, and the name of the one tensor that they copy."""
    copies, sources, left = [unfolded], set(), list(unfolded.input)
    while left:
        name = left.pop()
        node = makers.get(name)
        if node is None or node.op_type not in COPIES:
            sources.add(name)
        elif node not in copies:
            copies.append(node)
            left.append(node.input[0])
    (source,) = sources
    return copies, source
