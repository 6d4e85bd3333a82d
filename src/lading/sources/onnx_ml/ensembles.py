"""TreeEnsemble, TreeEnsembleClassifier and TreeEnsembleRegressor as ``lading.TreeEnsemble``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ...graph import Node
from ...trees import Forest
from ..onnx_opsets import Refused
from ..replacement import Replacement, whole
from .classes import Classes
from .extremes import extremes
from .links import LINKS, transformed
from .planting import grown, kind_of, plant
from .reading import AGGREGATES, Ensemble, Votes, leaves_below, new_one, old_pair

if TYPE_CHECKING:
    from ..onnx_opsets import Values


def ensemble(node: Node, values: Values) -> list[Node]:
    """TreeEnsemble of ai.onnx.ml 5: (n, targets) in the type of X."""
    return _regression(node, values, new_one(node))


def regressor(node: Node, values: Values) -> list[Node]:
    """TreeEnsembleRegressor: (n, targets) in float32."""
    return _regression(node, values, old_pair(node, "target"))


def _regression(node: Node, values: Values, found: Ensemble) -> list[Node]:
    to, targets = Replacement(node, values), whole(node, "n_targets", 1)
    transform = found.transform if targets > 1 or found.transform == "PROBIT" else "NONE"  # as ONNX Runtime has it
    if len(found.base) not in (0, targets):
        raise Refused(f"{len(found.base)} base values for {targets} targets")
    made = node.outputs[0]
    if found.aggregate in ("MIN", "MAX"):
        score = extremes(to, found, targets)
        if node.operator != "TreeEnsemble" and kind_of(to, found) == np.float64:
            score = to.cast(score, "float32")
        transformed(to, score, transform, made)
        return to.nodes
    forest = _forest(to, found, targets, found.base, LINKS.get(transform, "identity"))
    if targets == 1:
        forest.leaf = forest.leaf.reshape(-1, 1)  # so that the result is (n, 1)
    kind = "float64" if node.operator == "TreeEnsemble" and forest.sum_type == "float64" else "float32"
    if transform in LINKS and forest.sum_type == kind:
        plant(to, forest, made if transform == "NONE" else "", made if transform != "NONE" else "")
        return to.nodes
    score = values.fresh(f"{made}.sum")
    plant(to, forest, "" if transform in LINKS else score, score if transform in LINKS else "")
    if forest.sum_type != "float32" and kind == "float32":
        score = to.cast(score, kind, made if transform in LINKS else "")
    if transform not in LINKS:
        transformed(to, score, transform, made)
    return to.nodes


def classifier(node: Node, values: Values) -> list[Node]:
    """TreeEnsembleClassifier: the class of each row, and (n, classes) scores in float32."""
    found, to = old_pair(node, "class"), Replacement(node, values)
    classes = Classes(to, found)
    forest = _forest(to, found, classes.sums, classes.base, classes.link)
    if classes.is_one_column:
        forest.leaf, forest.tree_output = forest.leaf.reshape(-1), None
    names = [values.fresh(f"{node.outputs[-1]}.{what}") for what in ("margin", "score")]
    if classes.takes_scores:
        names[1] = node.outputs[1]
    plant(to, forest, *names)
    classes.give(*names)
    return to.nodes


def _forest(to: Replacement, found: Ensemble, outputs: int, base: np.ndarray, link: str) -> Forest:
    if found.aggregate not in AGGREGATES:
        raise Refused(f"it takes the {found.aggregate} of its trees; ONNX has {', '.join(AGGREGATES)}")
    kind = kind_of(to, found)
    votes, tree_output = _votes(found, outputs, kind)
    if not base.size and tree_output is not None:
        base = np.zeros(outputs)  # says how many outputs there are, be it that no tree votes for the last of them
    return grown(to, found, found.roots, votes, kind, tree_output=tree_output, link=link,
                 combine="mean" if found.aggregate == "AVERAGE" else "sum",
                 base=base.astype(kind) if base.size else None)  # fmt: skip


def _votes(found: Ensemble, outputs: int, kind: np.dtype) -> tuple[np.ndarray, np.ndarray | None]:
    """Leaf values, one number where all leaves of a tree vote for one output, and that output of each tree."""
    if outputs < 1:
        raise Refused(f"it says that it has {outputs} outputs")
    for vote in found.votes:
        if any(not 0 <= output < outputs for output, _ in vote):
            raise Refused(f"a leaf votes for an output that is not one of 0 to {outputs - 1}")
    single = None if outputs == 1 else _output_of_each_tree(found)
    if outputs == 1 or single is not None:
        return np.array([_sum(vote, kind) for vote in found.votes], kind), single
    table = np.zeros((len(found.votes), outputs), kind)
    for row, vote in zip(table, found.votes, strict=True):
        for output, value in vote:
            row[output] += kind.type(value)
    return table, None


def _sum(vote: Votes, kind: np.dtype) -> Any:
    return sum((kind.type(value) for _, value in vote), kind.type(0))


def _output_of_each_tree(found: Ensemble) -> np.ndarray | None:
    """The one output that the leaves of a tree vote for; None if in some tree they vote for several."""
    result = []
    for root in found.roots:
        voted = {output for leaf in leaves_below(found, root) for output, _ in found.votes[leaf]}
        if len(voted) > 1:
            return None
        result.append(next(iter(voted), 0))
    return np.array(result, np.int32)
