"""What an XGBoost file says about its model beside the numbers: kept in the record, and as names."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import numpy as np

from ...model import Model
from ..categories import describe_codes

#: What the objective's parameters call the numbers that its outputs stand for, and the outputs' label.
LEVELS = {"quantile_loss_param": ("quantile_alpha", "quantile")}


def about(learner: dict[str, Any], version: tuple[int, ...]) -> dict[str, Any]:
    """What goes into ``record["origin"]``, without what the file leaves empty."""
    attributes = {str(key): str(value) for key, value in (learner.get("attributes") or {}).items()}
    said = {
        "producer": "xgboost " + ".".join(map(str, version)) if version >= (1,) else "xgboost before 1.0",
        "objective": learner["objective"]["name"],
        "booster": learner["gradient_booster"]["name"],
        "objective parameters": {key: value for key, value in learner["objective"].items() if key != "name"},
        "parameters": _parameters(attributes.pop("scikit_learn", "")),
        "attributes": attributes,
        "feature types": [str(kind) for kind in learner.get("feature_types") or []],
        "categories": categories_of(learner),
    }
    return {key: _plain(value) for key, value in said.items() if value}


def _parameters(text: str) -> dict[str, Any]:
    """What scikit-learn's interface kept of its parameters; not its history of losses, which fills pages."""
    try:
        known = json.loads(text or "{}")
    except ValueError:
        return {}
    given = {key: value for key, value in known.items() if isinstance(value, (str, int, float, bool))}
    return {key: value for key, value in given.items() if value == value and "_" not in (key[0], key[-1])}


def _plain(value: Any) -> Any:
    """As JSON holds it: UBJSON gives arrays."""
    return json.loads(json.dumps(value, default=lambda array: array.tolist()))


def labels_of(learner: dict[str, Any], outputs: int) -> list[str]:
    """Names of the outputs: class_0 …, quantile_0.5 …, or target_0 …; none for a single one."""
    if outputs == 1:
        return []
    for group, (key, label) in LEVELS.items():
        levels = str(learner["objective"].get(group, {}).get(key, "")).strip("[] ").split(",")
        if len(levels) == outputs:
            return [f"{label}_{float(level):g}" for level in levels]
    kind = "class" if int(learner["learner_model_param"].get("num_class", 0)) > 1 else "target"
    return [f"{kind}_{place}" for place in range(outputs)]


def categories_of(learner: dict[str, Any]) -> dict[str, list[Any]]:
    """Per feature (its number, as text) what its category codes stand for, where the file says it (3.1 and later)."""
    booster = learner["gradient_booster"]
    model = booster["gbtree"]["model"] if "gbtree" in booster else booster.get("model") or {}
    columns = (model.get("cats") or {}).get("enc") or []
    return {str(place): names for place, column in enumerate(columns) if (names := _column(column))}


def _column(column: dict[str, Any]) -> list[Any]:
    values = np.asarray(column["values"])
    if "offsets" not in column:
        return list(values.tolist())
    letters, ends = values.astype(np.int8).tobytes(), np.asarray(column["offsets"]).tolist()
    return [letters[begin:end].decode(errors="replace") for begin, end in pairwise(ends)]


def describe_variables(model: Model, learner: dict[str, Any]) -> None:
    """Says of a variable with categories what is fed: codes, and what they stand for."""
    variables = model.input_list[0].variable_list
    names, kinds = categories_of(learner), list(learner.get("feature_types") or [])
    for place, variable in enumerate(variables):
        if (place < len(kinds) and kinds[place] == "c") or str(place) in names:
            describe_codes(variable, names.get(str(place), []))
