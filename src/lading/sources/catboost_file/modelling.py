"""From the content of a CatBoost JSON file to a Model."""

from __future__ import annotations

from pathlib import PurePath
from typing import Any

import numpy as np

from ...errors import FormatError, UnsupportedError
from ...model import Model
from ...trees import Forest, grow, model_of, score_by
from .features import Features
from .loss import loss_of
from .trees import oblivious_tree, plain_tree

SUMS: dict[str, Any] = {"left_if": "x <= t", "input_type": "float32", "sum_type": "float64", "link_type": "float64",
                        "base_at": "end"}  # fmt: skip


def model_of_json(content: dict[str, Any], origin: dict[str, Any], where: str) -> Model:
    """The model that a parsed file describes."""
    try:
        forest = forest_of_json(content, where)
        loss = loss_of(_loss_name(content), forest.outputs, where)
        forest.link, forest.labels = loss.link, _labels(content, forest.outputs) if loss.of_classes else []
        record = {"origin": origin | _about(content)}
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{where}: no CatBoost model, or a damaged one: {type(error).__name__} {error}") from None
    model = model_of(forest, PurePath(where).stem, record, where)
    score_by(model, loss.nodes)
    return model


def forest_of_json(content: dict[str, Any], where: str) -> Forest:
    """The forest of a file."""
    features = Features(content["features_info"], where)
    symmetric = "oblivious_trees" in content
    read = oblivious_tree if symmetric else plain_tree
    trees = content["oblivious_trees" if symmetric else "trees"]
    forest = grow([read(tree, features, f"{where}: tree {i}") for i, tree in enumerate(trees)], features.columns, where,
                  feature_names=features.names, **SUMS)  # fmt: skip
    scale, bias = content.get("scale_and_bias") or (1, 0)
    forest.scale = float(scale)
    base = np.atleast_1d(np.asarray(bias, np.float64))
    if not trees:
        raise UnsupportedError(f"{where}: a model without trees: its output is {bias} for every row")
    if len(base) != forest.outputs or not np.isfinite([forest.scale, *base]).all():
        raise FormatError(f"{where}: scale_and_bias is {[scale, bias]} for {forest.outputs} outputs; damaged file")
    if base.any():
        forest.base = base
    return forest


def _loss_name(content: dict[str, Any]) -> str:
    return str(content["model_info"]["params"]["loss_function"]["type"])


def _labels(content: dict[str, Any], outputs: int) -> list[str]:
    """The names of the classes, if there is one per output."""
    names = (content["model_info"].get("class_params") or {}).get("class_names") or []
    return [str(name) for name in names] if len(names) == outputs > 1 else []


def _about(content: dict[str, Any]) -> dict[str, Any]:
    info = content["model_info"]
    said = {
        "producer": "catboost",
        "objective": _loss_name(content),
        "classes": (info.get("class_params") or {}).get("class_names"),
        "trained": info.get("train_finish_time"),
        "identifier": info.get("model_guid"),
    }
    return {key: value for key, value in said.items() if value}
