"""The title of an MVAUtils TTree: ``key=value;key=value``, which says who trained the forest."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any

from ...errors import FormatError

#: Objectives of XGBoost and LightGBM whose scores MVAUtils can compute, and the function that does.
BINARY = ("binary:logistic", "reg:logistic", "binary", "cross_entropy", "xentropy")
MULTICLASS = ("multi:softprob", "multi:softmax", "multiclass", "softmax")


@dataclass
class Title:
    """A title taken apart. ``flavour``: xgboost, lgbm (full nodes), lgbm_simple or TMVA."""

    flavour: str
    values: dict[str, str]

    @property
    def features(self) -> int:
        """How many features the training had; 0 if not told."""
        return self._number("max_feature_idx", -1) + 1

    @property
    def feature_names(self) -> list[str]:
        """LightGBM's names of all features, if the title has them and they are more than numbers."""
        try:
            told: Any = ast.literal_eval(self.values.get("feature_infos", ""))
        except (ValueError, SyntaxError, RecursionError, MemoryError):
            return []
        names = [str(name) for name in told] if isinstance(told, dict) else []
        numbered = all(re.fullmatch(r"Column_\d+", name) for name in names)
        return names if len(names) == self.features and not numbered else []

    @property
    def objective(self) -> tuple[str, int]:
        """The function for the score ("" if not told) and its number of classes."""
        name, *parameters = self.values.get("objective", "").split(" ") or [""]
        classes = self._number("num_class", 1)
        if name in MULTICLASS and classes > 1:
            return "multi", classes
        if name in BINARY and all(p in ("sigmoid:1", "") for p in parameters):
            return "classification", 1
        return ("response" if name else ""), 1

    def _number(self, key: str, otherwise: int) -> int:
        text = self.values.get(key, "")
        return int(text) if re.fullmatch(r"[0-9]{1,5}", text) else otherwise


def parsed(title: str, where: str) -> Title:
    """The title taken apart. Raises FormatError for a key that stands twice, or nodes of LightGBM of no known type."""
    values: dict[str, str] = {}
    for part in title.split(";"):
        key, equals, value = part.partition("=")
        if equals and key in values:
            raise FormatError(f"{where}: its title says '{key}' twice; MVAUtils refuses that")
        if equals:
            values[key] = value
    creator, nodes = values.get("creator", ""), values.get("node_type", "")
    if creator == "lgbm" and nodes not in ("lgbm", "lgbm_simple"):
        raise FormatError(f"{where}: its title says creator=lgbm and node_type='{nodes}'; there are lgbm, lgbm_simple")
    return Title({"xgboost": "xgboost", "lgbm": nodes}.get(creator, "TMVA"), values)
