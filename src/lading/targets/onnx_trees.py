"""``lading.TreeEnsemble`` in ONNX: TreeEnsemble (ai.onnx.ml 5), or TreeEnsembleRegressor (1 and 3) for old runtimes.

Thresholds, children and missing directions are kept exactly. What ONNX cannot say is written in nodes around the
forest: rounding of the input, the factor and base of the sum, the link. The order of the sum, and a base that it
starts from, cannot be said at all: runtimes add in an order of their own, so sums agree to rounding.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import UnsupportedError
from ..trees import Forest, forest_of
from ..trees.forest import NEGATIVE_IS_NONE
from .onnx_tree_attributes import TreeAttributes

if TYPE_CHECKING:
    from onnx import NodeProto

    from ..graph import Node
    from ..model import Model

ML = "ai.onnx.ml"
OPERATORS = ("TreeEnsemble", "classic")

@dataclass
class Planted:
    """The nodes that stand for one forest, and the tensors that they read."""

    nodes: list[NodeProto]
    tensors: dict[str, np.ndarray]


def ml_version(model: Model, operators: str) -> int:
    """The version of ai.onnx.ml that the forests of a model need; 0 if it has none."""
    nodes = [node for graph in model.graphs.values() for node in graph.nodes if is_forest(node)]
    if not nodes:
        return 0
    if operators != "classic":
        return 5
    return 3 if any(_is_wide(forest_of(model, node)) for node in nodes) else 1


def is_forest(node: Node) -> bool:
    """Whether a node runs a forest."""
    return node.operator == "lading.TreeEnsemble"


def planted(model: Model, node: Node, operators: str, where: str) -> Planted:
    """The ONNX nodes of a forest. Raises UnsupportedError for what ONNX cannot say."""
    writing = _Writing(model, node, operators, f"{where}: node '{node.name}'")
    writing.write()
    return Planted(writing.nodes, writing.tensors)


def _is_wide(forest: Forest) -> bool:
    return forest.threshold.dtype == np.float64 or forest.sum_type == "float64"


class _Writing:
    def __init__(self, model: Model, node: Node, operators: str, where: str):
        self.node, self.where, self.classic = node, where, operators == "classic"
        self.forest = forest_of(model, node)
        leaf = self.forest.first_linear_leaf()
        if leaf is not None:
            raise UnsupportedError(f"{self.where}: leaf {leaf} is a linear function of variables; ONNX has none such")
        self.kind = np.dtype(np.float64 if _is_wide(self.forest) else np.float32)
        self.given = {each.name: each.type for each in model.input_list}
        self.nodes: list[NodeProto] = []
        self.tensors: dict[str, np.ndarray] = {}

    def write(self) -> None:
        """The forest and all around it. The node that runs the forest has its name, others that and a ``/``."""
        x = self._input(str(self.node.inputs[0]))
        made, kind = f"{self.node.name}/sum", np.dtype(self.kind.name)
        trees = TreeAttributes(self.forest, self.kind, self.where)
        if self.classic:
            self.add("TreeEnsembleRegressor", [x], made, domain=ML, name=self.node.name, **trees.classic())
            kind = np.dtype(np.float32)
        else:
            self.add("TreeEnsemble", [x], made, domain=ML, name=self.node.name, **trees.ensemble())
        sum_type = np.dtype(self.forest.sum_type)
        made = made if kind == sum_type else self.cast(made, sum_type)
        margin, score = ([*self.node.outputs, "", ""])[:2]
        margin = self._margin(made, margin or f"{self.node.name}/margin")
        if score:
            self._link(margin, score)

    # -------------------------------------------------------------------------------------- around it

    def add(
        self, operator: str, inputs: list[str], made: str = "", domain: str = "", name: str = "", **attributes: Any
    ) -> str:
        """A node; gives the name of what it makes."""
        from onnx import helper

        name = name or f"{self.node.name}/{operator}_{len(self.nodes)}"
        self.nodes.append(helper.make_node(operator, inputs, [made or name], name=name, domain=domain, **attributes))
        return made or name

    def number(self, value: Any, kind: np.dtype) -> str:
        """A tensor that is read."""
        name = f"{self.node.name}/number_{len(self.tensors)}"
        self.tensors[name] = np.asarray(value, kind)
        return name

    def cast(self, x: str, kind: np.dtype, made: str = "") -> str:
        """``x`` in another type."""
        from onnx import helper

        return self.add("Cast", [x], made, to=helper.np_dtype_to_tensor_dtype(kind))

    def _input(self, x: str) -> str:
        """X rounded as the forest says, categories cut to whole numbers."""
        known = self.given.get(x)
        for kind in (self.forest.input_type, self.forest.threshold.dtype.name, self.kind.name):
            if known != kind:
                x, known = self.cast(x, np.dtype(kind)), kind
        return self._whole(x)

    def _whole(self, x: str) -> str:
        forest = self.forest
        if forest.category_begin is None or not (forest.category_begin >= 0).any():
            return x
        if self.classic:
            raise UnsupportedError(f"{self.where}: it has categories, which the older operators of ONNX do not have; "
                                   "export with operators=\"TreeEnsemble\"")
        sets = forest.category_begin >= 0
        none = forest.missing & NEGATIVE_IS_NONE > 0
        columns = {bit: set(forest.feature[sets & (none == bit)].tolist()) for bit in (False, True)}
        mixed = columns[False] & columns[True] | set(forest.feature[~sets].tolist()) & set.union(*columns.values())
        if mixed:
            raise UnsupportedError(f"{self.where}: feature {min(mixed)} is read as category here and in another way "
                                   "there, which ONNX cannot say")
        for bit, which in columns.items():
            if which:
                width = max(forest.features, int(forest.feature.max()) + 1)
                here = self.number(np.isin(np.arange(width), sorted(which)), np.dtype(bool))
                down = self.add("Floor", [x]) if bit else self.add(
                    "Mul", [self.add("Sign", [x]), self.add("Floor", [self.add("Abs", [x])])])  # fmt: skip
                x = self.add("Where", [here, down, x])
        return x

    def _margin(self, x: str, made: str) -> str:
        forest, kind = self.forest, np.dtype(self.forest.sum_type)
        steps: list[tuple[str, Any]] = []
        if forest.combine != "sum":
            steps.append(("Div", forest.divisor))
        base = None if forest.base is None or not forest.base.any() else forest.base
        if base is not None and forest.base_at == "start":  # it is divided and scaled with the sum
            steps.insert(0, ("Add", base))
        if forest.scale != 1.0:
            steps.append(("Mul", forest.scale))
        if base is not None and forest.base_at == "end":
            steps.append(("Add", base))
        for operator, value in steps:
            x = self.add(operator, [x, self.number(value, kind)])
        if forest.single:
            return self.add("Squeeze", [x, self.number([1], np.dtype(np.int64))], made)
        return self.add("Identity", [x], made)

    def _link(self, margin: str, made: str) -> None:
        forest = self.forest
        sum_type = np.dtype(forest.sum_type)
        kind = np.dtype(np.float32 if forest.link_type == "float32" else np.float64)
        if forest.link == "identity":
            self.add("Identity", [margin], made)
            return
        m = margin if kind == sum_type else self.cast(margin, kind)
        to = made if kind == sum_type else f"{self.node.name}/score"
        if forest.link == "logistic":
            scaled = m if forest.link_scale == 1.0 else self.add("Mul", [m, self.number(forest.link_scale, kind)])
            self.add("Sigmoid", [scaled], to)
        elif forest.link == "softmax":
            self.add("Softmax", [m], to, axis=-1)
        elif forest.link == "exp":
            self.add("Exp", [m], to)
        else:  # 2 / (1 + exp(-2 m)) - 1
            power = self.add("Exp", [self.add("Mul", [m, self.number(-2.0, kind)])])
            below = self.add("Add", [power, self.number(1.0, kind)])
            self.add("Sub", [self.add("Div", [self.number(2.0, kind), below]), self.number(1.0, kind)], to)
        if to != made:
            self.cast(to, sum_type, made)
