"""From the ``learner`` of an XGBoost file to a Model."""

from __future__ import annotations

import json
import math
from pathlib import PurePath
from typing import Any

import numpy as np

from ...errors import FormatError, UnsupportedError
from ...model import Model
from ...trees import Forest, grow, model_of
from .trees import trees_of

#: What turns margins into predictions, by objective: link, and how base_score becomes a margin.
LOGISTIC = ("logistic", "logit")
PLAIN = ("identity", "identity")
LOG = ("exp", "log")
OBJECTIVES = {
    "binary:logistic": LOGISTIC, "reg:logistic": LOGISTIC, "binary:logitraw": ("identity", "logit"),
    "multi:softprob": ("softmax", "identity"), "multi:softmax": ("softmax", "identity"),
    "count:poisson": LOG, "reg:gamma": LOG, "reg:tweedie": LOG, "survival:cox": LOG, "survival:aft": LOG,
}  # fmt: skip


def model_of_learner(content: dict[str, Any], origin: dict[str, Any], where: str) -> Model:
    """The model that a parsed file describes."""
    try:
        learner = content["learner"]
        forest = forest_of_learner(learner, where)
        record = {"origin": origin | _about(content, learner)}
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, OverflowError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(f"{where}: no XGBoost model, or a damaged one: {type(error).__name__} {error}") from None
    return model_of(forest, PurePath(where).stem, record, where)


def forest_of_learner(learner: dict[str, Any], where: str) -> Forest:
    """The forest of a learner."""
    booster, objective = learner["gradient_booster"], learner["objective"]["name"]
    parameters = learner["learner_model_param"]
    weights = booster.get("weight_drop")
    model = booster["gbtree"]["model"] if "gbtree" in booster else booster.get("model")
    if booster["name"] not in ("gbtree", "dart") or model is None:
        raise UnsupportedError(f"{where}: the booster is '{booster['name']}'; those of trees are read (gbtree, dart)")
    outputs = max(int(parameters.get("num_class", 0)), int(parameters.get("num_target", 1)), 1)
    link, to_margin = OBJECTIVES.get(objective, PLAIN)
    forest = grow(trees_of(model, weights), int(parameters["num_feature"]), where, link=link,
                  feature_names=list(learner.get("feature_names") or []))  # fmt: skip
    forest.base = _base(parameters["base_score"], outputs, to_margin)
    if outputs > 1 and forest.leaf.ndim == 1:
        forest.tree_output = np.asarray(model["tree_info"], np.int32)
    return forest


def _base(text: str, outputs: int, to_margin: str) -> np.ndarray:
    """Base margins: base_score is a number, or a list of one or of one per output, before the objective's link."""
    value = json.loads(text)
    scores = np.asarray(value if isinstance(value, list) else [value], np.float32)
    margins = np.array([_margin(score, to_margin) for score in scores], np.float32)
    return np.ascontiguousarray(np.broadcast_to(margins, (outputs,)))


def _margin(score: Any, to_margin: str) -> Any:
    """A base score as margin. The logarithm is rounded once: another one in the last bit moves every margin."""
    with np.errstate(divide="ignore"):
        if to_margin == "logit":
            return np.float32(-math.log(np.float32(1) / score - np.float32(1)))
        return np.float32(math.log(score)) if to_margin == "log" else score


def _about(content: dict[str, Any], learner: dict[str, Any]) -> dict[str, Any]:
    said = {
        "producer": "xgboost " + ".".join(map(str, content.get("version", []))),
        "objective": learner["objective"]["name"],
        "attributes": learner.get("attributes") or {},
    }
    return {key: value for key, value in said.items() if value}
