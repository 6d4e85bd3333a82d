"""The features of a CatBoost model: which column a split looks at, and where a missing value goes."""

from __future__ import annotations

from typing import Any

from ...errors import FormatError, UnsupportedError
from ...trees.forest import MISSING_LEFT

#: Features that are no numbers: text that CatBoost hashes, counts or embeds before its trees see it.
OTHERS = ("categorical_features", "text_features", "embedding_features")

#: NaN goes where it is greater than no border, or than all.
NAN_RULES = {"AsIs": MISSING_LEFT, "AsFalse": MISSING_LEFT, "AsTrue": 0}


class Features:
    """``columns``: how many columns of data there are; ``names``: theirs, empty if the file names none."""

    def __init__(self, info: dict[str, Any], where: str):
        self._where = where
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

    def of_split(self, split: dict[str, Any]) -> tuple[int, int]:
        """(column, rule for missing values) of a split. Raises UnsupportedError where it looks at no number."""
        kind = split.get("split_type", "FloatFeature")
        if kind != "FloatFeature":
            raise UnsupportedError(
                f"{self._where}: its trees split on {kind}, which is made of {_few(self._others) or 'other features'}: "
                "categories, text and embeddings pass through CatBoost's own hashes and counts, which no bundle holds; "
                "train on numbers (encode categories as columns of numbers beforehand)"
            )
        index = int(split["float_feature_index"])
        if index not in self._column:
            raise FormatError(f"{self._where}: a split looks at float feature {index}, which there is not; damaged")
        return self._column[index], self._rule[index]


def _few(names: list[Any]) -> str:
    return ", ".join(map(str, names[:10])) + (", …" if len(names) > 10 else "")
