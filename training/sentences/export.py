"""The fitted network as an ONNX graph of one sentence, its weights in eight bits.

The graph takes the numbers of the word pieces of one sentence, so that neither padding nor neighbours in a batch
change what it says. Word pieces and labels travel as its metadata and cannot get out of step with the weights.
"""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from onnx import GraphProto, ModelProto, NodeProto, TensorProto, checker, helper, load, numpy_helper, save
from onnxruntime.quantization import QuantType, quantize_dynamic

from pipeline.coder.sentences import PIECES_MAX
from training.sentences.network import SHAPE

Floats = NDArray[np.float32]
Weights = Mapping[str, Floats]

_OPSET, _IR = 20, 10


class Graph:
    """A graph in the making; its methods return the name of the value that they add."""

    def __init__(self) -> None:
        self.nodes: list[NodeProto] = []
        self.constants: list[TensorProto] = []

    def constant(self, value: NDArray[Any]) -> str:
        """Add *value* as it is."""
        name = f"constant{len(self.constants)}"
        self.constants.append(numpy_helper.from_array(np.array(value, order="C"), name))
        return name

    def integers(self, *values: int) -> str:
        """Add a row of whole numbers."""
        return self.constant(np.array(values, dtype=np.int64))

    def add(self, operator: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        """Add a node of the standard *operator*."""
        name = name or f"{operator.lower()}{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, list(inputs), [name], name=name, **attributes))
        return name

    def linear(self, x: str, weights: Weights, part: str) -> str:
        """Add torch's Linear."""
        product = self.add("MatMul", x, self.constant(weights[f"{part}.weight"].T))
        return self.add("Add", product, self.constant(weights[f"{part}.bias"]))

    def norm(self, x: str, weights: Weights, part: str) -> str:
        """Add torch's LayerNorm."""
        scale, bias = (self.constant(weights[f"{part}.{kind}"]) for kind in ("weight", "bias"))
        return self.add("LayerNormalization", x, scale, bias, epsilon=SHAPE.epsilon)


def to_onnx(weights: Weights, layers: int, labels: Sequence[str], parts: Sequence[str], pieces: Sequence[str]) -> bytes:
    """Return the model of *weights*, named as in the network.

    Input: pieces [n]; output: probabilities [1, labels], and log-odds [n, parts].
    """
    graph = Graph()
    x = _embed(graph, weights)
    for layer in range(layers):
        x = _layer(graph, x, weights, f"layers.{layer}")
    mean, head = graph.add("ReduceMean", x, graph.integers(0)), graph.constant(weights["heads.labels.weight"].T)
    whole = graph.add("Gemm", mean, head, graph.constant(weights["heads.labels.bias"]))
    graph.add("Sigmoid", whole, name="probabilities")
    each = (graph.constant(weights["heads.parts.weight"].T), graph.constant(weights["heads.parts.bias"]))
    graph.add("Gemm", x, *each, name="odds")
    model = _quantised(_model(graph, len(labels), len(parts)))
    notes = {"labels": labels, "parts": parts, "pieces": pieces}
    helper.set_model_props(model, {name: "\n".join(listed) for name, listed in notes.items()})
    return bytes(model.SerializeToString(deterministic=True))


def softened(weights: Weights, scale: float, shift: float) -> Weights:
    """Return *weights* with all log-odds multiplied by *scale*, and *shift* added.

    A network that learned from more may be surer than those that the later models were fitted to.
    """
    heads = {name: value * np.float32(scale) for name, value in weights.items() if name.startswith("heads.")}
    biases = {name: value + np.float32(shift) for name, value in heads.items() if name.endswith(".bias")}
    return {**weights, **heads, **biases}


def _embed(graph: Graph, weights: Weights) -> str:
    """Add the embedding of pieces, in eight bits with a scale for each, and of their places."""
    table = weights["words.weight"]
    scale = np.maximum(np.abs(table).max(axis=1, keepdims=True) / 127, 1e-12)
    steps = graph.add("Gather", graph.constant(np.round(table / scale).astype(np.int8)), "pieces")
    words = graph.add("Mul", graph.add("Cast", steps, to=TensorProto.FLOAT), _gather(graph, scale))
    first = graph.constant(weights["places.weight"][:PIECES_MAX])
    places = graph.add("Slice", first, graph.integers(0), graph.add("Shape", "pieces"))
    return graph.norm(graph.add("Add", words, places), weights, "norm")


def _gather(graph: Graph, table: Floats) -> str:
    return graph.add("Gather", graph.constant(table.astype(np.float32)), "pieces")


def _layer(graph: Graph, x: str, weights: Weights, layer: str) -> str:
    attended = graph.linear(_attend(graph, graph.linear(x, weights, f"{layer}.qkv")), weights, f"{layer}.out")
    x = graph.norm(graph.add("Add", x, attended), weights, f"{layer}.norm1")
    inner = graph.add("Gelu", graph.linear(x, weights, f"{layer}.up"))
    return graph.norm(graph.add("Add", x, graph.linear(inner, weights, f"{layer}.down")), weights, f"{layer}.norm2")


def _attend(graph: Graph, qkv: str) -> str:
    share = SHAPE.width // SHAPE.heads
    parts = graph.add("Reshape", qkv, graph.integers(-1, 3, SHAPE.heads, share))
    heads = graph.add("Transpose", parts, perm=[1, 2, 0, 3])
    q, k, v = (graph.add("Gather", heads, graph.constant(np.array(part, dtype=np.int64)), axis=0) for part in range(3))
    scaled = graph.add("Mul", q, graph.constant(np.array(share**-0.5, dtype=np.float32)))
    weights = graph.add("Softmax", graph.add("MatMul", scaled, graph.add("Transpose", k, perm=[0, 2, 1])))
    found = graph.add("Transpose", graph.add("MatMul", weights, v), perm=[1, 0, 2])
    return graph.add("Reshape", found, graph.integers(-1, SHAPE.width))


def _model(graph: Graph, labels: int, parts: int) -> ModelProto:
    pieces = helper.make_tensor_value_info("pieces", TensorProto.INT64, ["n"])
    found = [
        helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [1, labels]),
        helper.make_tensor_value_info("odds", TensorProto.FLOAT, ["n", parts]),
    ]
    whole: GraphProto = helper.make_graph(graph.nodes, "sentences", [pieces], found, graph.constants)
    model = helper.make_model(whole, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR)
    checker.check_model(model)
    return model


def _quantised(model: ModelProto) -> ModelProto:
    """Return *model* with the weights of its matrix products in eight bits, a scale for each column."""
    with tempfile.TemporaryDirectory() as folder:
        whole, small = Path(folder, "whole.onnx"), Path(folder, "small.onnx")
        save(model, whole)
        quantize_dynamic(whole, small, op_types_to_quantize=["MatMul"], per_channel=True, weight_type=QuantType.QInt8)
        return load(small)
