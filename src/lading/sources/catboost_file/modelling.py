"""From the content of a CatBoost JSON file to a Model."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import numpy as np

from ...errors import FormatError, UnsupportedError
from ...model import Model
from ...trees import Forest, grow, model_of, score_by
from ..categories import take_values
from .features import Features
from .loss import loss_of
from .trees import oblivious_tree, plain_tree

SUMS: dict[str, Any] = {"left_if": "x <= t", "input_type": "float32", "sum_type": "float64", "link_type": "float64",
                        "base_at": "end"}  # fmt: skip


def model_of_json(content: dict[str, Any], origin: dict[str, Any], where: str) -> Model:
    """The model that a parsed file describes."""
    try:
        features = Features(content["features_info"], where)
        forest = forest_of_json(content, features, where)
        loss = loss_of(_loss_name(content), forest.outputs, where)
        forest.link, forest.labels = loss.link, _classes(content) if loss.of_classes else []
        if len(forest.labels) != forest.outputs:
            forest.labels = []
        record = {"origin": origin | _about(content)}
        if features.categories.listed:
            record["training"] = {"categories": features.categories.listed}
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{where}: no CatBoost model, or a damaged one: {type(error).__name__} {error}") from None
    model = model_of(forest, PurePath(where).stem, record, where)
    score_by(model, loss.nodes)
    for variable, source in zip(model.input_list[0].variable_list, features.names, strict=False):
        if source in features.categories.listed:
            take_values(variable, features.categories.listed[source])
    return model


def forest_of_json(content: dict[str, Any], features: Features, where: str) -> Forest:
    """The forest of a file."""
    symmetric = "oblivious_trees" in content
    read = oblivious_tree if symmetric else plain_tree
    trees = content["oblivious_trees" if symmetric else "trees"]
    if not trees:
        raise UnsupportedError(f"{where}: a model without trees, whose output is the same for every row")
    forest = grow([read(tree, features, f"{where}: tree {i}") for i, tree in enumerate(trees)], features.columns, where,
                  feature_names=features.names, **SUMS)  # fmt: skip
    scale, bias = content.get("scale_and_bias") or (1, 0)
    forest.scale = float(scale)
    base = np.atleast_1d(np.asarray(bias, np.float64))
    if len(base) != forest.outputs or not np.isfinite([forest.scale, *base]).all():
        raise FormatError(f"{where}: scale_and_bias is {[scale, bias]} for {forest.outputs} outputs; damaged file")
    if base.any():
        forest.base = base
    return forest


def _loss_name(content: dict[str, Any]) -> str:
    return str(content["model_info"]["params"]["loss_function"]["type"])


def _classes(content: dict[str, Any]) -> list[str]:
    names = (content["model_info"].get("class_params") or {}).get("class_names") or []
    return [str(name) for name in names]


def _about(content: dict[str, Any]) -> dict[str, Any]:
    info = content["model_info"]
    said = {
        "producer": "catboost",
        "objective": _loss_name(content),
        "classes": _classes(content),
        "trained": str(info.get("train_finish_time") or ""),
        "identifier": str(info.get("model_guid") or ""),
    }
    return {key: value for key, value in said.items() if value}
