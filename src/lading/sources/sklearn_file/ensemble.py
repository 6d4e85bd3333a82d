"""A forest and what stands around it: the form in which every builder gives a model."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from ...endpoints import Output, Variable
from ...errors import UnsupportedError
from ...graph import Node
from ...trees import Forest
from .state import State

__all__ = ["Ensemble", "feature_names", "features_of", "labels_of"]

#: More columns than any table has.
MOST_FEATURES = 1 << 24


@dataclass
class Ensemble:
    """A forest, and nodes behind it where they are needed.

    ``given`` names what the forest gives, margin and score ("" where it is not wanted); ``outputs`` are those of the
    model if they are not just these. ``variables`` say how columns are prepared; usually they have only names.
    """

    forest: Forest
    description: str  # of the score
    given: tuple[str, str] = ("margin", "score")
    nodes: list[Node] = field(default_factory=list)
    outputs: list[Output] = field(default_factory=list)
    variables: list[Variable] = field(default_factory=list)
    weights: dict[str, np.ndarray] = field(default_factory=dict)  # that the nodes read
    about: dict[str, Any] = field(default_factory=dict)


def features_of(estimator: State) -> int:
    """How many columns an estimator takes."""
    features = estimator.whole("n_features_in_", 1)
    if features > MOST_FEATURES:
        raise UnsupportedError(f"{estimator.where}: {features} features; at most {MOST_FEATURES} are read")
    return features


def feature_names(estimator: State) -> list[str]:
    """The names of the columns, if it was fitted on a table."""
    names = estimator.get("feature_names_in_")
    if names is None:
        return []
    each: Sequence[Any] = estimator.array("feature_names_in_", 1, "UO").tolist()
    if len(each) != features_of(estimator):
        raise estimator.damaged(f"it has {len(each)} names for {features_of(estimator)} features")
    return [str(name) for name in each]


def labels_of(classes: Sequence[Any]) -> list[str]:
    """Names of classes as labels."""
    return [str(each) for each in classes]
