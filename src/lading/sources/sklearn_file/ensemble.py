"""A forest and what stands around it: the form in which every builder gives a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from ...endpoints import Label, Output
from ...errors import UnsupportedError
from ...graph import Node
from ...trees import Forest, add_forest
from ...trees.modelling import unique_names
from .state import State

if TYPE_CHECKING:
    from .columns import Growth

__all__ = ["Ensemble", "feature_names", "features_of", "labels_of"]

#: More columns than any table has.
MOST_FEATURES = 1 << 24


@dataclass
class Ensemble:
    """A forest, and nodes behind it where they are needed.

    ``given`` names what the forest gives, margin and score ("" where it is not wanted); ``outputs`` are those of the
    model if they are not just these. ``categories`` are those that an encoder of its own numbers, by column.
    """

    forest: Forest
    description: str  # of the score
    given: tuple[str, str] = ("margin", "score")
    nodes: list[Node] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    categories: dict[int, list[int]] = field(default_factory=dict)
    weights: dict[str, np.ndarray] = field(default_factory=dict)  # that the nodes read
    about: dict[str, Any] = field(default_factory=dict)

    def endpoints(self) -> list[Output]:
        """What it gives, one number per entry and output: (n,), or (n, labels) with several outputs."""
        if self.outputs:
            return self.outputs
        forest = self.forest
        labels = [Label(label) for label in unique_names(forest.labels)]
        axes: list[str | int] = ["entry"] if forest.single else ["entry", "label" if labels else forest.outputs]
        return [Output("margin", list(axes), forest.sum_type, [] if forest.single else labels),
                Output("score", list(axes), forest.sum_type, [] if forest.single else list(labels), self.description)
                ]  # fmt: skip

    def grow(self, growth: Growth, x: str) -> dict[str, str]:
        """Puts it into the graph, on the value ``x``; gives the values of its outputs, by their names."""
        wiring, names = growth.wiring, {"": ""}

        def own(operand: str | np.ndarray) -> Any:
            if isinstance(operand, str) and operand not in names:
                names[operand] = wiring.name(operand)
            return operand if isinstance(operand, np.ndarray) else names[operand]

        margin, score = (own(each) for each in self.given)
        add_forest(growth.model, wiring.nodes, self.forest, x, (margin, score), wiring.name("trees"))
        for node in self.nodes:
            wiring.nodes.append(Node(own(node.name), node.operator, [own(each) for each in node.inputs],
                                     [own(each) for each in node.outputs], dict(node.attributes)))  # fmt: skip
        for name, array in self.weights.items():
            growth.model.weights[own(name)] = array
        return {output.name: names[output.name] for output in self.endpoints()}


def features_of(estimator: State) -> int:
    """How many columns an estimator takes."""
    features = estimator.whole("n_features_in_", 1)
    if features > MOST_FEATURES:
        raise UnsupportedError(f"{estimator.where}: {features} features; at most {MOST_FEATURES} are read")
    return features


def feature_names(estimator: State, features: int | None = None) -> list[str]:
    """The names of the columns, if it was fitted on a table; of ``features``, where it does not say how many."""
    names = estimator.get("feature_names_in_")
    if names is None:
        return []
    each: Sequence[Any] = estimator.array("feature_names_in_", 1, "UO").tolist()
    features = features_of(estimator) if features is None else features
    if len(each) != features:
        raise estimator.damaged(f"it has {len(each)} names for {features} features")
    return [str(name) for name in each]


def labels_of(classes: Sequence[Any]) -> list[str]:
    """Names of classes as labels."""
    return [str(each) for each in classes]
