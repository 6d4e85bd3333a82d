"""What the engine does to a graph when it loads it (cpp/src/passes): a header has the same sums, so the same bits."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ....graph import Node
from .edges import fuse_edges

if TYPE_CHECKING:
    from ....model import Model

__all__ = ["Plan"]


class Plan:
    """The nodes that are left, and all constants by name."""

    def __init__(self, model: Model, evaluated: Callable[[str], np.ndarray | None]):
        self.constants = dict(model.weights)
        self.outputs = [output.name for output in model.output_list]
        self.nodes = [copy.deepcopy(node) for node in model.graphs["main"].nodes]
        self._fold_constants(evaluated)
        for fuse in (self._fold_normalization, self._fuse_convolution, self._fuse_dense):
            at = 0
            while at < len(self.nodes):
                fuse(at)
                at += 1
        fuse_edges(self, model)

    # ------------------------------------------------------------------------------------- what is read

    def array(self, operand: str | np.ndarray) -> np.ndarray | None:
        """The numbers of a constant operand."""
        return operand if isinstance(operand, np.ndarray) else self.constants.get(operand)

    def operand(self, node: Node, place: int) -> str | np.ndarray:
        """What a node reads in a place, "" for nothing."""
        return node.inputs[place] if place < len(node.inputs) else ""

    def weights(self, node: Node, place: int, rank: int | None = None) -> np.ndarray | None:
        """A constant of float32 and that rank."""
        array = self.array(self.operand(node, place))
        fits = array is not None and array.dtype == np.float32 and (rank is None or array.ndim == rank)
        return array if fits else None

    def only_reader(self, name: str, after: int) -> int | None:
        """The place of the only node that reads a value once."""
        uses = self.outputs.count(name) + sum(node.reads().count(name) for node in self.nodes)
        readers = [i for i, node in enumerate(self.nodes) if i > after and name in node.reads()]
        return readers[0] if name and uses == 1 and readers else None

    def _new(self, name: str, array: np.ndarray) -> str:
        while name in self.constants:
            name += "_"
        self.constants[name] = array
        return name

    # ------------------------------------------------------------------------------------- the passes

    def _fold_constants(self, evaluated: Callable[[str], np.ndarray | None]) -> None:
        kept = []
        for node in self.nodes:
            known = node.inputs and all(isinstance(each, np.ndarray) or not each or each in self.constants
                                        for each in node.inputs)  # fmt: skip
            arrays = {name: evaluated(name) for name in node.outputs if name} if known else {"": None}
            if any(array is None for array in arrays.values()):
                kept.append(node)
            else:
                self.constants |= {name: array for name, array in arrays.items() if array is not None}
        self.nodes = kept

    def _fold_normalization(self, at: int) -> None:
        layer = self.nodes[at]
        follower = self.only_reader(layer.outputs[0], at)
        if follower is None or not _is(self.nodes[follower].inputs[0], layer.outputs[0]):
            return
        weights, channels = self.weights(layer, 1), _channels(layer, self.weights(layer, 1))
        if weights is None or channels is None:
            return
        bias, affine = self._bias(layer, channels), self._affine(self.nodes[follower], len(np.unique(channels)))
        if bias is None or affine is None:
            return
        factor, shift = affine
        new_weights = (weights.ravel() * factor[channels.ravel()]).astype(np.float32).reshape(weights.shape)
        layer.inputs[1:] = [self._new(f"{layer.name}.w", new_weights),
                            self._new(f"{layer.name}.b", (bias * factor + shift).astype(np.float32))]  # fmt: skip
        layer.outputs[0] = self.nodes[follower].outputs[0]
        del self.nodes[follower]

    def _bias(self, layer: Node, channels: np.ndarray) -> np.ndarray | None:
        count = len(np.unique(channels))
        if not isinstance(operand := self.operand(layer, 2), np.ndarray) and not operand:
            return np.zeros(count)
        bias = self.weights(layer, 2)
        if bias is None:
            return None
        broadcast = layer.operator == "Gemm" and bias.size == 1
        fits = bias.size == count and bias.ndim > 0 and bias.shape[-1] == count
        return np.broadcast_to(bias.ravel().astype(np.float64), (count,)) if broadcast or fits else None

    def _affine(self, node: Node, count: int) -> tuple[np.ndarray, np.ndarray] | None:
        if node.operator != "BatchNormalization" or len(node.inputs) != 5 or node.attributes.get("training_mode", 0):
            return None
        parts = [self.weights(node, place, 1) for place in range(1, 5)]
        if any(part is None or len(part) != count for part in parts):
            return None
        scale, shift, mean, variance = (np.asarray(part, np.float64) for part in parts)
        factor = scale / np.sqrt(variance + np.float64(np.float32(node.attributes.get("epsilon", 1e-5))))  # type: ignore[arg-type]
        return factor, shift - mean * factor

    def _fuse_convolution(self, at: int) -> None:
        layer = self.nodes[at]
        if layer.operator != "Conv" or len(layer.outputs) != 1 or self.weights(layer, 1) is None:
            return
        follower = self.only_reader(layer.outputs[0], at)
        if follower is not None and self.nodes[follower].operator == "Relu":
            layer.operator, layer.outputs = "internal.Convolution", list(self.nodes[follower].outputs)
            del self.nodes[follower]

    def _fuse_dense(self, at: int) -> None:
        dense = self.nodes[at]
        if not (self._from_gemm(dense) if dense.operator == "Gemm" else self._from_matmul(dense)):
            return
        dense.operator, dense.attributes = "internal.Dense", {}
        while (follower := self.only_reader(dense.outputs[0], at)) is not None:
            found = self.nodes[follower]
            if found.operator == "Relu":
                dense.attributes["activation"] = "Relu"
            elif not self._take_bias(dense, found):
                return
            dense.outputs = list(found.outputs)
            del self.nodes[follower]
            if dense.attributes:
                return

    def _from_gemm(self, node: Node) -> bool:
        weights, said = self.weights(node, 1, 2), node.attributes
        if weights is None or said.get("transA", 0) or said.get("alpha", 1) != 1 or said.get("beta", 1) != 1:
            return False
        operand = self.operand(node, 2)
        given = isinstance(operand, np.ndarray) or bool(operand)
        turned = weights.T if said.get("transB", 0) else weights
        if given and not self._is_bias(operand, turned.shape[1], 2):
            return False
        bias = self.array(operand)
        node.inputs = [node.inputs[0], self._new(f"{node.name}.w", np.ascontiguousarray(turned))]
        node.inputs += [self._new(f"{node.name}.b", bias.ravel())] if given and bias is not None else []
        return True

    def _from_matmul(self, node: Node) -> bool:
        return node.operator == "MatMul" and self.weights(node, 1, 2) is not None

    def _take_bias(self, dense: Node, add: Node) -> bool:
        if add.operator != "Add" or len(dense.inputs) > 2 or len(add.inputs) != 2:
            return False
        first = _is(add.inputs[0], dense.outputs[0])
        other, weights = add.inputs[1 if first else 0], self.array(dense.inputs[1])
        if weights is None or not self._is_bias(other, weights.shape[1], 1):
            return False
        bias = self.array(other)
        assert bias is not None
        dense.inputs.append(self._new(f"{dense.name}.b", bias.ravel()))
        return True

    def _is_bias(self, operand: str | np.ndarray, outputs: int, most_rank: int) -> bool:
        """One number for each output, whatever leading ones its shape has."""
        array = self.array(operand)
        return (array is not None and array.dtype == np.float32 and 1 <= array.ndim <= most_rank
                and array.size == outputs == array.shape[-1])  # fmt: skip


def _is(operand: str | np.ndarray, name: str) -> bool:
    return isinstance(operand, str) and operand == name


def _channels(layer: Node, weights: np.ndarray | None) -> np.ndarray | None:
    """The output channel of each weight of a layer that normalizations are folded into."""
    if weights is None or weights.size == 0:
        return None
    said, shape = layer.attributes, weights.shape
    if layer.operator == "Gemm":
        plain = not said.get("transA", 0) and said.get("alpha", 1) == 1 and said.get("beta", 1) == 1
        if not plain or weights.ndim != 2:
            return None
        outputs = np.arange(shape[0 if said.get("transB", 0) else 1])
        return np.broadcast_to(outputs[:, None] if said.get("transB", 0) else outputs, shape)
    if layer.operator == "Conv" and weights.ndim > 2:
        return np.broadcast_to(np.arange(shape[0]).reshape(-1, *[1] * (weights.ndim - 1)), shape)
    groups = int(said.get("group", 1))  # type: ignore[arg-type]
    if layer.operator == "ConvTranspose" and weights.ndim > 2 and groups > 0 and shape[0] % groups == 0:
        group = np.arange(shape[0]) // (shape[0] // groups)
        maps = group[:, None] * shape[1] + np.arange(shape[1])
        return np.broadcast_to(maps.reshape(*shape[:2], *[1] * (weights.ndim - 2)), shape)
    return None
