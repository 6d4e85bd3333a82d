"""From the ``learner`` of an XGBoost file to a Model."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import numpy as np

from ...errors import FormatError, UnsupportedError
from ...model import Model
from ...trees import Forest, grow, model_of
from .about import about, describe_variables, labels_of
from .objectives import Objective, base_margins, objective_of
from .scores import add_scores
from .trees import trees_of

#: More features or outputs than any model has; a damaged number must not ask for memory.
MOST_FEATURES, MOST_OUTPUTS = 1 << 24, 1 << 14

#: Before these versions XGBoost summed the trees and added the base score last.
BASE_FIRST_SINCE, DART_BASE_FIRST_SINCE = (1, 3), (1, 4)


def model_of_learner(content: dict[str, Any], origin: dict[str, Any], where: str) -> Model:
    """The model that a parsed file describes. Raises FormatError or UnsupportedError."""
    try:
        learner, version = content["learner"], version_of(content)
        outputs = _outputs(learner["learner_model_param"], where)
        objective = objective_of(learner["objective"]["name"], version, outputs, where)
        forest = forest_of_learner(learner, objective, version, outputs, where)
        record = {"origin": origin | about(learner, version)}
        model = model_of(forest, PurePath(where).stem, record, where)
        describe_variables(model, learner)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{where}: no XGBoost model, or a damaged one: {type(error).__name__} {error}") from None
    add_scores(model, objective)
    return model


def version_of(content: dict[str, Any]) -> tuple[int, ...]:
    """The version of XGBoost that wrote a file; (0, 0) for the oldest, which did not say."""
    return tuple(int(each) for each in content.get("version", (1, 0)))


def forest_of_learner(
    learner: dict[str, Any], objective: Objective, version: tuple[int, ...], outputs: int, where: str
) -> Forest:
    """The forest of a learner."""
    model, weights = _booster(learner["gradient_booster"], where)
    features = int(learner["learner_model_param"]["num_feature"])
    if not 0 <= features <= MOST_FEATURES:
        raise FormatError(f"{where}: {features} features; damaged file")
    forest = grow(trees_of(model, weights, where), features, where, link=objective.link,
                  feature_names=_names(learner, features, where), labels=labels_of(learner, outputs))  # fmt: skip
    if objective.link == "softmax":
        forest.link_type = "float32_exp"  # XGBoost adds the exponentials in double precision
    forest.base = base_margins(learner["learner_model_param"]["base_score"], objective, version, outputs, where)
    if version < (BASE_FIRST_SINCE if weights is None else DART_BASE_FIRST_SINCE):
        forest.base_at = "end"
    _assign_outputs(forest, model, outputs, where)
    return forest


def _booster(booster: dict[str, Any], where: str) -> tuple[dict[str, Any], Any]:
    """The trees of a booster, and the factors of the first of them (dart; from 3.4 on they are beside the trees)."""
    model = booster["gbtree"]["model"] if "gbtree" in booster else booster.get("model")
    if booster["name"] not in ("gbtree", "dart") or model is None:
        raise UnsupportedError(
            f"{where}: the booster is '{booster['name']}'; those of trees are read (gbtree, dart)"
            + (": gblinear is a linear model, write its weights as a Gemm" if booster["name"] == "gblinear" else ""))
    return model, booster.get("weight_drop", model.get("weight_drop"))


def _outputs(parameters: dict[str, Any], where: str) -> int:
    outputs = max(int(parameters.get("num_class", 0)), int(parameters.get("num_target", 1)), 1)
    if outputs > MOST_OUTPUTS:
        raise FormatError(f"{where}: {outputs} outputs; damaged file")
    return outputs


def _names(learner: dict[str, Any], features: int, where: str) -> list[str]:
    names = [str(name) for name in learner.get("feature_names") or []]
    if names and len(names) != features:
        raise FormatError(f"{where}: {len(names)} names for {features} features; damaged file")
    return names


def _assign_outputs(forest: Forest, model: dict[str, Any], outputs: int, where: str) -> None:
    """Which output each tree adds to; all of them, where leaves are vectors."""
    wide = forest.leaf.shape[1] if forest.leaf.ndim == 2 else 0
    if wide and wide != outputs:
        raise FormatError(f"{where}: leaves of {wide} numbers for {outputs} outputs; damaged file")
    if forest.tree_output is not None and not 0 <= forest.tree_output.min() <= forest.tree_output.max() < outputs:
        raise FormatError(f"{where}: a tree adds to output {forest.tree_output.max()} of {outputs}; damaged file")
    if wide:
        forest.tree_output = None
    elif outputs > 1 and forest.tree_output is None:
        forest.tree_output = np.zeros(len(forest.roots), np.int32)
