"""Categories that CatBoost's trees ask for one by one (``OneHotFeature``), as numbers that an event can hold.

A split holds the hash of a category's text; ``cat_features_hash`` of the file says which text that is.
"""

from __future__ import annotations

import re
from typing import Any

from ...errors import FormatError, UnsupportedError

#: A category that is its own number: written as Python writes a whole number, and small enough for a set of bits.
WHOLE, LARGEST = re.compile(r"0|[1-9]\d{0,4}"), 65_535
HASH = 0xFFFFFFFF  # hashes have 32 bits, here signed and there not


class Categories:
    """The categories that a forest asks for. ``listed``: by feature, those that are the place in a list."""

    def __init__(self, info: dict[str, Any], where: str):
        self._where, self.listed = where, dict[str, list[str]]()
        self._text = {int(each["hash"]) & HASH: str(each["value"]) for each in info.get("cat_features_hash") or []}
        self._features = {int(each["feature_index"]): each for each in info.get("categorical_features") or []}
        self._numbers: dict[int, dict[int, int]] = {}

    def of_split(self, split: dict[str, Any]) -> tuple[int, int]:
        """(column, category) that a split asks for."""
        index = int(split["cat_feature_index"])
        if index not in self._features:
            raise FormatError(f"{self._where}: a split looks at category feature {index}, which there is not; damaged")
        if index not in self._numbers:
            self._numbers[index] = self._numbered(self._features[index])
        value, numbers = int(split["value"]) & HASH, self._numbers[index]
        if value not in numbers:
            raise FormatError(f"{self._where}: a split asks for the category of hash {value}, which its feature does "
                              "not have; damaged file")  # fmt: skip
        return int(self._features[index]["flat_feature_index"]), numbers[value]

    def _numbered(self, feature: dict[str, Any]) -> dict[int, int]:
        """The number of each category, by hash."""
        hashes = [int(each) & HASH for each in feature.get("values") or []]
        name = str(feature.get("feature_id") or feature["flat_feature_index"])
        if not set(hashes) <= set(self._text):
            raise UnsupportedError(
                f"{self._where}: its trees ask for categories of '{name[:100]}' by hashes, and it does not say what "
                'they are; save it with the training data: model.save_model("model.json", format="json", pool=pool)'
            )
        texts = sorted({self._text[each] for each in hashes})
        if all(WHOLE.fullmatch(text) and int(text) <= LARGEST for text in texts):
            return {each: int(self._text[each]) for each in hashes}
        self.listed[name] = texts
        return {each: texts.index(self._text[each]) for each in hashes}
