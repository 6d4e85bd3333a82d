"""The binary files that XGBoost wrote until 1.x by default and read until 3.0, brought into the fields of its JSON.

Little-endian structures as they lay in memory: the learner, names of objective and booster, the trees, attributes.
Files of the earliest versions lack the four letters "binf" in front.
"""

from __future__ import annotations

import json
import struct
from typing import Any, NoReturn

import numpy as np

from ...errors import FormatError, UnsupportedError

MAGIC = b"binf"
LEARNER, MODEL, TREE = struct.Struct("<fIiiiIII104x"), struct.Struct("<iiiiqii128x"), struct.Struct("<iiiiii124x")
NODE = np.dtype([("parent", "<i4"), ("left", "<i4"), ("right", "<i4"), ("split", "<u4"), ("value", "<f4")])
STATISTICS = 16  # bytes of each node, after all nodes
DEFAULT_LEFT = np.uint32(1 << 31)  # of ``split``; the rest is the feature
NAME = 64  # no objective or booster has a longer name


def recognises(data: bytes) -> bool:
    """Whether ``data``, the beginning of a file, is that of such a file."""
    if data.startswith(MAGIC):
        return True
    try:
        reader = _Reader(data, "")
        reader.take(LEARNER)
        reader.objective()
        return reader.text(NAME) in ("gbtree", "dart", "gblinear")
    except FormatError:
        return False


def parse(data: bytes, where: str) -> dict[str, Any]:
    """The content with the fields of the JSON form. Raises FormatError."""
    reader = _Reader(data, where)
    base, features, classes, has_attributes, _, major, minor, targets = reader.take(LEARNER)
    objective, booster = reader.objective(), reader.text(NAME)
    gradient_booster: dict[str, Any] = {"name": booster}
    if booster != "gblinear":
        gradient_booster |= _trees(reader, booster)
    attributes = reader.attributes() if has_attributes and booster != "gblinear" else {}
    return {
        "version": [major, minor],
        "learner": {
            "attributes": attributes,
            "gradient_booster": gradient_booster,
            "learner_model_param": {"base_score": repr(base), "num_class": classes, "num_feature": features,
                                    "num_target": targets},
            "objective": _parameters(attributes.pop("objective", "{}")) | {"name": objective},
        },
    }  # fmt: skip


def _parameters(text: str) -> dict[str, Any]:
    """The objective's parameters, which 1.x kept as JSON among the attributes."""
    try:
        known = json.loads(text)
    except (ValueError, RecursionError):
        known = None
    return known if isinstance(known, dict) else {}


def _trees(reader: _Reader, booster: str) -> dict[str, Any]:
    count, parallel, _, _, _, _, _ = reader.take(MODEL)
    if count < 0:
        reader.fail(f"{count} trees")
    trees = [_tree(reader, number) for number in range(count)]
    model = {"trees": trees, "tree_info": reader.array(count, np.dtype("<i4")),
             "gbtree_model_param": {"num_trees": count, "num_parallel_tree": parallel}}  # fmt: skip
    if booster != "dart":
        return {"model": model}
    drop = reader.array(reader.count() if count else 0, np.dtype("<f4"))
    return {"gbtree": {"model": model}, "weight_drop": drop}


def _tree(reader: _Reader, number: int) -> dict[str, Any]:
    roots, nodes, _, _, _, vector = reader.take(TREE)
    if roots != 1 or vector > 1:
        raise UnsupportedError(f"{reader.where}: tree {number} has {roots} roots and leaves of {max(vector, 1)} "
                               "numbers; old binary files with one of each are read")  # fmt: skip
    if nodes < 1:
        reader.fail(f"tree {number} has {nodes} nodes")
    node = reader.array(nodes, NODE)
    reader.skip(nodes * STATISTICS)
    return {"left_children": node["left"], "right_children": node["right"], "split_conditions": node["value"],
            "split_indices": node["split"] & ~DEFAULT_LEFT, "default_left": node["split"] >> np.uint32(31)}  # fmt: skip


class _Reader:
    def __init__(self, data: bytes, where: str):
        self.where = where
        self._data, self._at = data, len(MAGIC) if data.startswith(MAGIC) else 0

    def take(self, structure: struct.Struct) -> tuple[Any, ...]:
        """The next values."""
        return structure.unpack(self._bytes(structure.size))

    def array(self, count: int, type_: np.dtype[Any]) -> np.ndarray:
        """The next ``count`` items."""
        return np.frombuffer(self._bytes(count * type_.itemsize), type_)

    def skip(self, count: int) -> None:
        """Goes on behind ``count`` bytes."""
        self._bytes(count)

    def count(self) -> int:
        """A length."""
        return int(struct.unpack("<Q", self._bytes(8))[0])

    def text(self, most: int | None = None, length: int | None = None) -> str:
        """A text behind its length, of at most as many bytes."""
        length = self.count() if length is None else length
        if most is not None and length > most:
            self.fail(f"a name of {length} bytes")
        try:
            return self._bytes(length).decode()
        except UnicodeDecodeError:
            self.fail("a text is no UTF-8")

    def objective(self) -> str:
        """The name of the objective. The learner of the first versions was four bytes longer."""
        length = self.count()
        if length >> 32:
            self._at -= 4
            length = self.count()
        return self.text(NAME, length)

    def attributes(self) -> dict[str, Any]:
        """Texts by name."""
        return {self.text(): self.text() for _ in range(self._attribute_count())}

    def _attribute_count(self) -> int:
        count = self.count()
        if 16 * count > len(self._data) - self._at:
            self.fail(f"{count} attributes")
        return count

    def _bytes(self, count: int) -> bytes:
        left = len(self._data) - self._at
        if count > left:
            self.fail(f"{count} bytes are needed, {left} are left")
        self._at += count
        return self._data[self._at - count : self._at]

    def fail(self, why: str) -> NoReturn:
        """Raises FormatError."""
        raise FormatError(f"{self.where}: byte {self._at}: {why}; damaged XGBoost binary file")
