"""TfIdfVectorizer: how often groups of numbers follow each other in a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...graph import Node
from ..onnx_opsets import Refused
from ..replacement import Replacement, whole

if TYPE_CHECKING:
    from ..onnx_opsets import Values


#: More columns than any list of words has.
MOST = 1 << 20


@dataclass
class Pool:
    """The groups of one length: [groups, length], and which of all groups they are."""

    groups: np.ndarray
    first: int


def tf_idf_vectorizer(node: Node, values: Values) -> list[Node]:
    """The counts of all groups, each in its column, weighted as the mode says. Numbers of a group stand 1 to
    1 + max_skip_count apart."""
    to, x = Replacement(node, values), str(node.inputs[0])
    columns, mode = _columns(node), node.attributes.get("mode")
    if mode not in ("TF", "IDF", "TFIDF"):
        raise Refused(f"its mode is '{mode}', not 'TF', 'IDF' or 'TFIDF'")
    shape = values.shape(x)
    if shape is None or len(shape) not in (1, 2):
        raise Refused("its input is not known to have one axis or two")
    rows = to.add("Unsqueeze", x, np.array([0])) if len(shape) == 1 else x
    weights = np.asarray(node.attributes.get("weights", [1.0] * len(columns)), np.float32)
    if len(weights) != len(columns):
        raise Refused(f"it has {len(columns)} ngram_indexes and {len(weights)} weights")
    result = _weighted(to, node, rows, columns, weights, str(mode))
    if len(shape) == 1:
        to.add("Squeeze", result, np.array([0]), to=node.outputs[0])
    else:
        to.add("Identity", result, to=node.outputs[0])
    return to.nodes


def _weighted(to: Replacement, node: Node, rows: str, columns: np.ndarray, weights: np.ndarray, mode: str) -> str:
    """[rows, columns]"""
    longest, skips = whole(node, "max_gram_length", 1), whole(node, "max_skip_count", 0)
    kind = "int32" if to.values.type(node.inputs[0]) == "int32" else "int64"
    result, width = "", int(columns.max()) + 1
    for pool in _pools(node, len(columns)):
        length = pool.groups.shape[1]
        if not len(pool.groups) or not whole(node, "min_gram_length", 1) <= length <= longest:
            continue
        counts = ""
        for apart in range(1, 2 + (skips if length > 1 else 0)):
            found = _count(to, rows, pool.groups.astype(kind), apart)
            counts = to.add("Add", counts, found) if counts else found
        if mode == "IDF":
            counts = to.add("Min", counts, np.array(1, np.float32))
        members = slice(pool.first, pool.first + len(pool.groups))
        places = np.zeros((len(pool.groups), width), np.float32)
        places[np.arange(len(pool.groups)), columns[members]] = 1 if mode == "TF" else weights[members]
        part = to.add("MatMul", counts, to.operand(places, "columns"))
        result = to.add("Add", result, part) if result else part
    if result:
        return result
    lengths = to.add("Concat", to.add("Shape", rows, start=0, end=1), np.array([width]), axis=0)
    return to.add("ConstantOfShape", lengths, value=np.zeros(1, np.float32))


def _count(to: Replacement, rows: str, groups: np.ndarray, apart: int) -> str:
    """[rows, groups]: how often each group stands in each row with its numbers ``apart``."""
    length, end, equal = groups.shape[1], np.iinfo(np.int64).max, ""
    for at in range(length):
        stop = (at + 1 - length) * apart or end
        seen = to.add("Slice", rows, np.array([at * apart]), np.array([stop]), np.array([1]))
        seen = to.add("Unsqueeze", seen, np.array([1]))
        same = to.add("Equal", seen, to.operand(groups[:, at, None], "numbers"))
        equal = to.add("And", equal, same) if equal else same
    return to.add("ReduceSum", to.cast(equal, "float32"), np.array([2]), keepdims=0)


def _integers(node: Node, name: str) -> list[int]:
    given = node.attributes.get(name)
    if not isinstance(given, list) or not all(isinstance(each, int) for each in given):
        raise Refused(f"it has no {name}, a list of integers; texts are not taken")
    return [each for each in given if isinstance(each, int)]


def _columns(node: Node) -> np.ndarray:
    columns = np.array(_integers(node, "ngram_indexes"), np.int64)
    if not columns.size or columns.min() < 0 or columns.max() >= MOST:
        raise Refused("its ngram_indexes are not places of columns")
    return columns


def _pools(node: Node, count: int) -> list[Pool]:
    """The groups of 1, 2, ... numbers."""
    numbers, begins = _integers(node, "pool_int64s"), _integers(node, "ngram_counts")
    found, first = [], 0
    for at, (begin, end) in enumerate(zip(begins, [*begins[1:], len(numbers)], strict=True)):
        part = np.array(numbers[begin:end], np.int64)
        if not 0 <= begin <= end <= len(numbers) or len(part) % (at + 1):
            raise Refused(f"its ngram_counts {begins} do not divide its {len(numbers)} numbers into groups")
        found.append(Pool(part.reshape(-1, at + 1), first))
        first += len(found[-1].groups)
    if first != count:
        raise Refused(f"it has {first} groups of numbers and {count} ngram_indexes")
    return found
