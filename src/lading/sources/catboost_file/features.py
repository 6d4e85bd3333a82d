"""The features of a CatBoost model: which column a split looks at, and where a missing value goes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ...errors import FormatError, UnsupportedError
from ...trees.forest import MISSING_LEFT, NEGATIVE_IS_NONE
from .categories import Categories

#: Features that are no numbers: text that CatBoost hashes, counts or embeds before its trees see it.
OTHERS = ("categorical_features", "text_features", "embedding_features")

#: NaN goes where it is greater than no border, or than all.
NAN_RULES = {"AsIs": MISSING_LEFT, "AsFalse": MISSING_LEFT, "AsTrue": 0}


@dataclass
class Asked:
    """What a split asks: is the column greater than the border, or is it the category; and what a NaN answers."""

    column: int
    missing: int
    border: np.float32 | float = 0.0
    category: int | None = None


class Features:
    """``columns``: how many columns of data there are; ``names``: theirs, empty if the file names none."""

    def __init__(self, info: dict[str, Any], where: str):
        self._where, self.categories = where, Categories(info, where)
        numbers = info.get("float_features") or []
        others = [each for kind in OTHERS for each in info.get(kind) or []]
        self._column = {int(each["feature_index"]): int(each["flat_feature_index"]) for each in numbers}
        self._rule = {int(each["feature_index"]): self._nan_rule(each) for each in numbers}
        names = {int(each["flat_feature_index"]): str(each.get("feature_id") or "") for each in [*numbers, *others]}
        self.columns = len(names)
        if sorted(names) != list(range(self.columns)):
            raise FormatError(f"{where}: the columns of the features are {_few(sorted(names))}; damaged file")
        self.names = [names[i] or f"feature_{i}" for i in range(self.columns)] if any(names.values()) else []
        self._others = [name for each in others if (name := str(each.get("feature_id") or each["flat_feature_index"]))]

    def _nan_rule(self, feature: dict[str, Any]) -> int:
        said = feature.get("nan_value_treatment", "AsIs")
        if said not in NAN_RULES:
            raise FormatError(f"{self._where}: nan_value_treatment {said!r}; there are {', '.join(NAN_RULES)}")
        return NAN_RULES[said]

    def of_split(self, split: dict[str, Any]) -> Asked:
        """What a split asks. Raises UnsupportedError where it looks at no number and no category.

        A border beyond float32 is one that nothing exceeds. NaN is no category.
        """
        kind = split.get("split_type", "FloatFeature")
        if kind == "OneHotFeature":
            column, category = self.categories.of_split(split)
            return Asked(column, NEGATIVE_IS_NONE, category=category)
        if kind != "FloatFeature":
            raise UnsupportedError(
                f"{self._where}: its trees split on {kind}, which is made of {_few(self._others) or 'other features'}: "
                "what CatBoost counts of categories over the training data, and text and embeddings, are in no bundle; "
                "train with one_hot_max_size at least the number of categories, or on numbers"
            )
        index = int(split["float_feature_index"])
        if index not in self._column:
            raise FormatError(f"{self._where}: a split looks at float feature {index}, which there is not; damaged")
        with np.errstate(over="ignore"):
            return Asked(self._column[index], self._rule[index], np.float32(split["border"]))


def _few(names: list[Any]) -> str:
    return ", ".join(map(str, names[:10])) + (", …" if len(names) > 10 else "")
