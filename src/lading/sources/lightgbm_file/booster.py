"""From a LightGBM text file to a Model."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import PurePath
from typing import Any

from ...errors import FormatError
from ...model import Model
from ...trees import Forest, grow, model_of, score_by
from ..categories import take_values
from .objective import Objective, objective_of
from .text import Text, parse
from .trees import tree_of

#: As many features whose ranges in the training data are kept in the record.
MOST_RANGES = 200

SUMS: dict[str, Any] = {"left_if": "x <= t", "input_type": "float64", "sum_type": "float64", "link_type": "float64"}


def model_of_booster(data: bytes, origin: dict[str, Any], where: str, labels: Sequence[str]) -> Model:
    """The model in the bytes of a file."""
    try:
        text = parse(data, where)
        objective = objective_of(text.header.get("objective", ""), where)
        forest = forest_of_text(text, objective, where)
    except (KeyError, TypeError, ValueError, IndexError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{where}: no LightGBM model, or a damaged one: {type(error).__name__} {error}") from None
    if len(labels) == forest.outputs > 1:
        forest.labels = list(labels)
    model = model_of(forest, PurePath(where).stem, {"origin": origin | _about(text)}, where)
    score_by(model, objective.nodes)
    _describe_categories(model, text)
    return model


def _describe_categories(model: Model, text: Text) -> None:
    """The categories of a DataFrame's columns, in the order of the columns that the trees take as categories."""
    infos = text.header.get("feature_infos", "").split()
    columns = [place for place, info in enumerate(infos) if info[0].isdigit() or info[0] == "-"]
    names, variables = text.pandas_categorical or [], model.input_list[0].variable_list
    for place, column in enumerate(columns):
        if column < len(variables):
            take_values(variables[column], names[place] if len(names) == len(columns) else [])


def forest_of_text(text: Text, objective: Objective, where: str) -> Forest:
    """The forest of a file."""
    outputs, features = int(text.header["num_tree_per_iteration"]), int(text.header["max_feature_idx"]) + 1
    if outputs < 1 or not text.trees or len(text.trees) % outputs:
        raise FormatError(f"{where}: {len(text.trees)} trees for {outputs} outputs; damaged file")
    trees = [tree_of(block, i % outputs, f"{where}: tree {i}") for i, block in enumerate(text.trees)]
    names = text.header["feature_names"].split()
    if len(names) != features:
        raise FormatError(f"{where}: {len(names)} names for {features} features; damaged file")
    if names == [f"Column_{i}" for i in range(features)]:  # LightGBM's own, where nobody gave any
        names = []
    if not math.isfinite(objective.scale) or (objective.link == "softmax" and outputs == 1):
        raise FormatError(f"{where}: the objective is '{text.header['objective']}' with {outputs} outputs; damaged")
    combine = "mean_of_rounds" if "average_output" in text.header else "sum"
    return grow(trees, features, where, combine=combine, feature_names=names, link=objective.link,
                link_scale=objective.scale, **SUMS)  # fmt: skip


def _about(text: Text) -> dict[str, Any]:
    header = text.header
    ranges = dict(zip(header["feature_names"].split(), header.get("feature_infos", "").split(), strict=False))
    said = {
        "producer": f"lightgbm, format {header.get('version', 'unknown')}",
        "objective": header.get("objective", ""),
        "feature ranges": ranges if len(ranges) <= MOST_RANGES else {},
        "pandas categories": text.pandas_categorical,
    }
    return {key: value for key, value in said.items() if value}
