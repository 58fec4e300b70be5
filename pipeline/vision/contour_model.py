"""The net HED as an ONNX graph, built from the arrays of Keras's file of weights.

The net is that of Xie and Tu, "Holistically-Nested Edge Detection" (2015): VGG16 without its last layers, and the
weighted sum of five maps, one of each block's end, at the size of the picture.

Each layer is computed in two steps, in the few directions that nearly all of its answers lie in: a convolution to
those, and their sums for each of its filters, after Zhang et al., "Accelerating Very Deep Convolutional Networks for
Classification and Detection" (2016), section 3.1. The directions were measured by `tools/contours`. Numbers are stored
at half precision and computed with at single precision.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

_INPUT: Final = "picture"  # 1 x 3 x height x width, sides multiples of 16: BGR without its mean
_OUTPUT: Final = "contours"  # 1 x 1 x height x width, 0 to 1
_CONVOLUTIONS: Final = (2, 2, 3, 3, 3)  # of each block
_OPSET, _IR_VERSION = 13, 8

_Array = NDArray[Any]
_ReadArray = Callable[[str], _Array]


def build_model(read_array: _ReadArray, bases: Mapping[str, _Array]) -> bytes:
    """The serialized ONNX model of HED with the arrays that are read by their names in Keras's file.

    `bases` has the directions of layers (filters x directions) and their mean answers; a layer without is kept whole.
    """
    graph = _Graph(read_array, bases)
    _add_net(graph)
    shapes: dict[str, list[int | str]] = {_INPUT: [1, 3, "height", "width"], _OUTPUT: [1, 1, "height", "width"]}
    inputs, outputs = ([helper.make_tensor_value_info(n, TensorProto.FLOAT, shapes[n])] for n in (_INPUT, _OUTPUT))
    whole = helper.make_graph(graph.nodes, "hed", inputs, outputs, graph.constants)
    opsets = [helper.make_opsetid("", _OPSET)]
    model = helper.make_model(whole, opset_imports=opsets, ir_version=_IR_VERSION)
    return bytes(model.SerializeToString(deterministic=True))


@dataclass(slots=True)
class _Graph:
    """Nodes and constants of an ONNX graph, one after the other; each is known by the name of its one output."""

    read_array: _ReadArray
    bases: Mapping[str, _Array]
    nodes: list[Any] = field(default_factory=list)
    constants: list[Any] = field(default_factory=list)

    def add_node(self, operator: str, inputs: list[str], name: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(operator, inputs, [name], **attributes))
        return name

    def add_constant(self, name: str, values: _Array) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
        return name

    def add_weights(self, name: str, values: _Array) -> str:
        """Numbers that are stored at half precision."""
        return self.add_node(
            "Cast", [self.add_constant(f"{name}.half", values.astype(np.float16))], name, to=TensorProto.FLOAT
        )

    def add_convolution(self, source: str, name: str, kernel: _Array, bias: _Array) -> str:
        """A convolution by a kernel of height x width x inputs x outputs that keeps the size."""
        numbers = [
            self.add_weights(f"{name}.kernel", kernel.transpose(3, 2, 0, 1)),
            self.add_weights(f"{name}.bias", bias),
        ]
        return self.add_node("Conv", [source, *numbers], name, pads=[kernel.shape[0] // 2] * 4)


def _add_net(graph: _Graph) -> None:
    shares = graph.read_array("fuse/vars/0").reshape(-1)  # of the five maps in the sum
    features, total = _INPUT, ""
    for block, count in enumerate(_CONVOLUTIONS):
        if block:
            features = graph.add_node("MaxPool", [features], f"pool{block}", kernel_shape=[2, 2], strides=[2, 2])
        for number in range(count):
            features = _add_layer(graph, features, block, number)
        side = _add_side(graph, features, block, float(shares[block]))
        total = graph.add_node("Add", [total, side], f"sum{block}") if block else side
    bias = graph.add_constant("bias", graph.read_array("fuse/vars/1").astype(np.float32))
    graph.add_node("Sigmoid", [graph.add_node("Add", [total, bias], "logits")], _OUTPUT)


def _add_layer(graph: _Graph, features: str, block: int, number: int) -> str:
    path = f"block{block + 1}/layers/conv2d" + (f"_{number}" if number else "")
    kernel, bias = (graph.read_array(f"{path}/vars/{index}") for index in (0, 1))
    name = f"layer{block}.{number}"
    if name in graph.bases:
        answers = _add_steps(graph, features, name, (kernel, bias))
    else:
        answers = graph.add_convolution(features, name, kernel, bias)
    return graph.add_node("Relu", [answers], f"{name}.positive")


def _add_steps(graph: _Graph, features: str, name: str, weights: tuple[_Array, _Array]) -> str:
    """A layer in the directions of its basis, through its mean."""
    basis, mean = (graph.bases[each].astype(np.float64) for each in (name, f"{name}.mean"))
    kernel, bias = (each.astype(np.float64) for each in weights)
    reduced = graph.add_convolution(features, f"{name}.reduced", kernel @ basis, np.zeros(basis.shape[1]))
    return graph.add_convolution(reduced, name, basis.T[None, None], mean + basis @ (basis.T @ (bias - mean)))


def _add_side(graph: _Graph, features: str, block: int, share: float) -> str:
    """The map of a block's end at the size of the picture, times its share in the sum."""
    kernel, bias = (share * graph.read_array(f"dsn{block + 1}/vars/{index}") for index in (0, 1))
    side = graph.add_convolution(features, f"side{block}", kernel, bias)
    if not block:
        return side
    scales = graph.add_constant(f"scales{block}", np.array([1, 1, 2**block, 2**block], np.float32))
    return graph.add_node(
        "Resize", [side, "", scales], f"map{block}", mode="linear", coordinate_transformation_mode="half_pixel"
    )
