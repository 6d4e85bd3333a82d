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
from ..trees.forest import MISSING_LEFT, NAN_IS_ZERO, NEGATIVE_IS_NONE, ZERO_IS_MISSING, members_of

if TYPE_CHECKING:
    from onnx import NodeProto, TensorProto

    from ..graph import Node
    from ..model import Model

ML = "ai.onnx.ml"
OPERATORS = ("TreeEnsemble", "classic")
MODES = {"x <= t": 0, "x < t": 1, "x >= t": 2, "x > t": 3}
MEMBER = 6
CLASSIC = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT")
COMPARE = {"x <= t": np.less_equal, "x < t": np.less, "x >= t": np.greater_equal, "x > t": np.greater}
TINY = 1e-35


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
        self.kind = np.dtype(np.float64 if _is_wide(self.forest) else np.float32)
        self.given = {each.name: each.type for each in model.input_list}
        self.nodes: list[NodeProto] = []
        self.tensors: dict[str, np.ndarray] = {}

    def write(self) -> None:
        """The forest and all around it. The node that runs the forest has its name, others that and a ``/``."""
        x = self._input(str(self.node.inputs[0]))
        made, kind = f"{self.node.name}/sum", self.kind
        if self.classic:
            self.add("TreeEnsembleRegressor", [x], made, domain=ML, name=self.node.name, **self._classic())
            kind = np.dtype(np.float32)
        else:
            self.add("TreeEnsemble", [x], made, domain=ML, name=self.node.name, **self._ensemble())
        sum_type = np.dtype(self.forest.sum_type)
        made = made if kind == sum_type else self.cast(made, sum_type)
        margin, score = ([*self.node.outputs, "", ""])[:2]
        margin = self._margin(made, margin or f"{self.node.name}/margin")
        if score:
            self._link(margin, score)

    # -------------------------------------------------------------------------------------- around it

    def add(self, operator: str, inputs: list[str], made: str = "", domain: str = "", name: str = "", **attributes: Any) -> str:
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
        columns = {bit: np.unique(forest.feature[sets & ((forest.missing & NEGATIVE_IS_NONE > 0) == bit)])
                   for bit in (False, True)}  # fmt: skip
        mixed = np.intersect1d(forest.feature[~sets], forest.feature[sets])
        if len(mixed) or len(np.intersect1d(*columns.values())):
            raise UnsupportedError(f"{self.where}: feature {[*mixed, *np.intersect1d(*columns.values())][0]} is read as "
                                   "category here and in another way there, which ONNX cannot say")
        if not forest.features:
            return x
        for bit, which in columns.items():
            if len(which):
                width = max(forest.features, int(forest.feature.max()) + 1)
                here = self.number(np.isin(np.arange(width), which), np.dtype(bool))
                down = self.add("Floor", [x]) if bit else self.add(
                    "Mul", [self.add("Sign", [x]), self.add("Floor", [self.add("Abs", [x])])])  # fmt: skip
                x = self.add("Where", [here, down, x])
        return x

    def _margin(self, x: str, made: str) -> str:
        forest, kind = self.forest, np.dtype(self.forest.sum_type)
        steps: list[tuple[str, Any]] = []
        if forest.combine == "mean":
            steps.append(("Div", len(forest.roots)))
        elif forest.combine == "weighted_mean":
            weights = np.ones(len(forest.roots)) if forest.tree_weight is None else forest.tree_weight
            steps.append(("Div", weights.astype(kind).sum(dtype=kind)))
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

    # --------------------------------------------------------------------------------------- the trees

    def _missing_left(self) -> np.ndarray:
        """Whether NaN goes left at each node: what is no missing value counts as 0."""
        forest = self.forest
        is_set = np.zeros(len(forest.feature), bool) if forest.category_begin is None else forest.category_begin >= 0
        left, none = forest.missing & MISSING_LEFT > 0, forest.missing & NAN_IS_ZERO > 0
        zero = COMPARE[forest.left_if](forest.threshold.dtype.type(0), forest.threshold)
        for node in np.flatnonzero(is_set & none):
            zero[node] = 0 in members_of(forest, int(node))
        small = COMPARE[forest.left_if](np.array([[-TINY], [TINY]], forest.threshold.dtype), forest.threshold)
        as_any_other = ~is_set & (small == left).all(axis=0)
        wrong = np.flatnonzero((forest.missing & ZERO_IS_MISSING > 0) & ~none & ~as_any_other)
        if len(wrong):
            raise UnsupportedError(f"{self.where}: its split {wrong[0]} takes 0 for missing and sends it against the "
                                   "comparison, which ONNX cannot say")
        result: np.ndarray = np.where(none, zero, left)
        return result

    def _leaves(self) -> np.ndarray:
        """(leaves, outputs) values times the weights of their trees; one column where each tree has one output."""
        forest, kind = self.forest, np.dtype(self.forest.sum_type)
        leaf = forest.leaf.astype(kind)
        if forest.tree_weight is not None:
            for tree, weight in zip(self._members(), forest.tree_weight.astype(kind), strict=True):
                leaves = [-1 - at for at in tree if at < 0]
                leaf[leaves] *= weight
        return leaf.reshape(len(leaf), -1)

    def _members(self) -> list[list[int]]:
        """The nodes and leaves (-1 - leaf) of each tree."""
        left, right, trees = self.forest.left.tolist(), self.forest.right.tolist(), []
        for root in self.forest.roots.tolist():
            stack, tree = [root], []
            while stack:
                at = stack.pop()
                tree.append(at)
                if at >= 0:
                    stack += (right[at], left[at])
            trees.append(tree)
        return trees

    def _tensor(self, array: np.ndarray, kind: np.dtype | None = None) -> TensorProto:
        from onnx import numpy_helper

        return numpy_helper.from_array(np.ascontiguousarray(array.astype(kind or self.kind)))

    def _ensemble(self) -> dict[str, Any]:
        """Attributes of TreeEnsemble 5. A leaf has one output there: trees of several are written once for each."""
        forest, leaf = self.forest, self._leaves()
        splits, leaves, copies = len(forest.feature), len(leaf), leaf.shape[1]
        alone = np.flatnonzero(forest.roots < 0)  # a tree that is a leaf becomes a node with it on both sides
        mode = np.full(splits, MODES[forest.left_if])
        if forest.category_begin is not None:
            mode[forest.category_begin >= 0] = MEMBER
        columns: dict[str, list[np.ndarray]] = {}

        def put(**parts: np.ndarray) -> None:
            for name, part in parts.items():
                columns.setdefault(name, []).append(np.asarray(part))

        for copy in range(copies):
            step = copy * (splits + len(alone))
            leaf_of = [np.concatenate([np.where(side < 0, -1 - side + copy * leaves, side + step),
                                       -1 - forest.roots[alone] + copy * leaves])
                       for side in (forest.left.astype(np.int64), forest.right.astype(np.int64))]  # fmt: skip
            is_leaf = [np.concatenate([side < 0, np.ones(len(alone), bool)]) for side in (forest.left, forest.right)]
            filler = np.zeros(len(alone))
            roots = forest.roots.astype(np.int64) + step
            roots[alone] = step + splits + np.arange(len(alone))
            put(nodes_featureids=np.concatenate([forest.feature, filler]), nodes_modes=np.concatenate([mode, filler]),
                nodes_splits=np.concatenate([forest.threshold, filler]), tree_roots=roots,
                nodes_missing_value_tracks_true=np.concatenate([self._missing_left(), filler]),
                nodes_truenodeids=leaf_of[0], nodes_falsenodeids=leaf_of[1],
                nodes_trueleafs=is_leaf[0], nodes_falseleafs=is_leaf[1],
                leaf_weights=leaf[:, copy], leaf_targetids=self._targets(copy, leaves))  # fmt: skip
        whole = {name: np.concatenate(parts) for name, parts in columns.items()}
        attributes: dict[str, Any] = {name: whole[name].astype(np.int64).tolist() for name in whole
                                      if name not in ("nodes_splits", "leaf_weights", "nodes_modes")}  # fmt: skip
        attributes |= {"nodes_splits": self._tensor(whole["nodes_splits"]),
                       "leaf_weights": self._tensor(whole["leaf_weights"]),
                       "nodes_modes": self._tensor(whole["nodes_modes"], np.dtype(np.uint8)),
                       "n_targets": forest.outputs, "aggregate_function": 1, "post_transform": 0}  # fmt: skip
        if (mode == MEMBER).any():
            sets = [[*members_of(forest, int(node)), np.nan] for node in np.flatnonzero(mode == MEMBER)]
            attributes["membership_values"] = self._tensor(np.array([each for one in sets for each in one] * copies))
        return attributes

    def _targets(self, copy: int, leaves: int) -> np.ndarray:
        """The output of each leaf."""
        result = np.full(leaves, copy)
        if self.forest.tree_output is not None:
            for tree, output in zip(self._members(), self.forest.tree_output.tolist(), strict=True):
                result[[-1 - at for at in tree if at < 0]] = output
        return result

    def _classic(self) -> dict[str, Any]:
        """Attributes of TreeEnsembleRegressor; nodes are numbered within their tree, splits before leaves."""
        forest, leaf, missing = self.forest, self._leaves(), self._missing_left()
        rows: dict[str, list[Any]] = {name: [] for name in ("treeids", "nodeids", "modes", "featureids", "values",
                                      "truenodeids", "falsenodeids", "missing_value_tracks_true")}  # fmt: skip
        votes: dict[str, list[Any]] = {name: [] for name in ("treeids", "nodeids", "ids", "weights")}
        mode = CLASSIC[MODES[forest.left_if]]
        for number, tree in enumerate(self._members()):
            place = {at: i for i, at in enumerate(tree)}
            first = 0 if forest.tree_output is None else int(forest.tree_output[number])
            for i, at in enumerate(tree):
                row = (number, i, "LEAF", 0, 0.0, 0, 0, 0) if at < 0 else (
                    number, i, mode, int(forest.feature[at]), float(forest.threshold[at]),
                    place[int(forest.left[at])], place[int(forest.right[at])], int(missing[at]))  # fmt: skip
                for column, value in zip(rows.values(), row, strict=True):
                    column.append(value)
                for output, value in enumerate(leaf[-1 - at].tolist() if at < 0 else ()):
                    for name, each in zip(votes, (number, i, first + output, value), strict=True):
                        votes[name].append(each)
        attributes = {f"nodes_{name}": column for name, column in rows.items()}
        attributes |= {f"target_{name}": column for name, column in votes.items()}
        if self.kind == np.float64:
            for name in ("nodes_values", "target_weights"):
                attributes[f"{name}_as_tensor"] = self._tensor(np.array(attributes.pop(name)))
        return {**attributes, "n_targets": forest.outputs, "aggregate_function": "SUM", "post_transform": "NONE"}
