"""Forests that are no forests: cycles, children and columns that do not exist, thresholds and rules without meaning."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from making import Case, bundle_case, document, result

i32, F = np.int32, np.float32

#: One tree of two nodes and three leaves, over two columns.
GOOD: dict[str, np.ndarray] = {
    "roots": i32([0]),
    "feature": i32([0, 1]),
    "threshold": F([0.5, 0.25]),
    "left": i32([1, -1]),
    "right": i32([-2, -3]),
    "missing": np.uint8([0, 0]),
    "leaf": F([1, 2, 3]),
}
ORDER = ["roots", "feature", "threshold", "left", "right", "missing", "leaf", "base", "tree_output", "tree_weight",
         "category_begin", "category_words", "categories", "linear_begin", "linear_terms", "linear_constant",
         "linear_feature", "linear_coefficient"]  # fmt: skip
ATTRIBUTES: dict[str, Any] = {
    "left_if": "x < t",
    "input_type": "float32",
    "sum_type": "float32",
    "sum_order": "forward",
    "base_at": "start",
    "combine": "sum",
    "link": "identity",
    "link_type": "float32",
}
DEEP = 100_000
SETS = {"category_begin": i32([-1, 0]), "category_words": i32([0, 1]), "categories": np.uint32([5])}
LINEAR = {"linear_begin": i32([0, -1, -1]), "linear_terms": i32([1, 0, 0]), "linear_constant": F([1, 0, 0]),
          "linear_feature": i32([0]), "linear_coefficient": F([2])}  # fmt: skip

ARRAYS: list[tuple[str, str, dict[str, Any]]] = [
    ("root that is its own child", "leads to node 0 twice", {"left": i32([0, -1])}),
    ("two nodes that hold each other", "leads to node 0 twice", {"left": i32([1, 0])}),
    ("a node with two parents", "leads to node 1 twice", {"right": i32([1, -3])}),
    ("a leaf with two parents", "leads to leaf 0 twice", {"right": i32([-1, -3])}),
    ("two trees with one root", "leads to node 0 twice", {"roots": i32([0, 0])}),
    ("a child beyond the nodes", "leads to node 2; there are 2, counted from 0", {"left": i32([2, -1])}),
    ("the largest child", "leads to node 2147483647", {"left": i32([2**31 - 1, -1])}),
    ("the lowest child", "leads to leaf 2147483647", {"left": i32([-(2**31), -1])}),
    ("a leaf beyond the leaves", "leads to leaf 3; there are 3", {"right": i32([-2, -4])}),
    ("a root beyond the nodes", "leads to node 7", {"roots": i32([7])}),
    ("a root that is no leaf", "leads to leaf 9", {"roots": i32([-10])}),
    ("a column that does not exist", "looks at column 2", {"feature": i32([0, 2])}),
    ("a negative column", "looks at column -1", {"feature": i32([0, -1])}),
    ("the largest column", "looks at column 2147483647", {"feature": i32([0, 2**31 - 1])}),
    ("a threshold NaN", "has the threshold NaN", {"threshold": F([np.nan, 0])}),
    ("thresholds of whole numbers", "threshold", {"threshold": np.int64([1, 2])}),
    ("fewer thresholds than nodes", "'threshold' has 1 item; it must have 2, one for each node", {"threshold": F([1])}),
    ("fewer children than nodes", "'left' has 1 item", {"left": i32([1])}),
    ("more children than nodes", "'right' has 3 items", {"right": i32([-2, -3, -3])}),
    ("a rule for missing values that does not exist", "has the rule 255", {"missing": np.uint8([255, 0])}),
    ("missing values as int32", "missing", {"missing": i32([0, 0])}),
    ("columns as int64", "feature", {"feature": np.int64([0, 1])}),
    ("roots in rows", "roots", {"roots": i32([[0]])}),
    ("leaves in three axes", "leaf", {"leaf": np.ones((1, 1, 3), F)}),
    ("leaves of no values", "holds no values", {"leaf": np.ones((3, 0), F)}),
    ("no leaves", "leads to leaf 0; there are 0", {"leaf": F([])}),
    ("leaves of whole numbers", "leaf", {"leaf": i32([1, 2, 3])}),
    ("no roots", "input 1 is missing", {"roots": None}),
    ("no leaves at all", "input 7 is missing", {"leaf": None}),
    ("two bases for one output", "'base' has 2 numbers for 1 output", {"base": F([1, 2])}),
    ("no base", "'base' has 0 numbers", {"base": F([])}),
    ("a tree for an output that is negative", "'tree_output' holds -1", {"tree_output": i32([-1])}),
    ("a tree for output 2^31 - 1", "'tree_output' holds 2147483647", {"tree_output": i32([2**31 - 1])}),
    ("two outputs for one tree", "'tree_output' has 2 items", {"tree_output": i32([0, 1])}),
    ("no weight of the tree", "'tree_weight' has 0 items", {"tree_weight": F([])}),
    ("a weight NaN", "computed", {"tree_weight": F([np.nan])}),
    ("a leaf NaN", "computed", {"leaf": F([np.nan, 1, 2])}),
    ("a set beyond the words", "has its set at words 1 to 2 of 1", {**SETS, "category_begin": i32([-1, 1])}),
    ("a set of 2^31 - 1 words", "has its set at words", {**SETS, "category_words": i32([0, 2**31 - 1])}),
    ("a set of a negative number of words", "has its set at words 0 to -1", {**SETS, "category_words": i32([0, -1])}),
    ("sets without words", "categories", {**SETS, "categories": None}),
    ("sets without lengths", "category_words", {**SETS, "category_words": None}),
    ("lengths of sets alone", "computed", {"category_words": i32([0, 1])}),
    ("words as int32", "categories", {**SETS, "categories": i32([5])}),
    ("linear leaves without the feature", "computed", LINEAR),
    (
        "a chain of 100000 nodes",
        "computed",
        {
            "feature": np.zeros(DEEP, i32),
            "threshold": np.arange(DEEP, dtype=F),
            "left": -1 - np.arange(DEEP, dtype=i32),
            "right": np.append(np.arange(1, DEEP), -1 - DEEP).astype(i32),
            "missing": np.zeros(DEEP, np.uint8),
            "leaf": np.ones(DEEP + 1, F),
        },
    ),
    ("65537 outputs", "at most 65536 outputs", {"leaf": np.ones((3, 65537), F)}),
]

RULES: list[tuple[str, str, dict[str, Any]]] = [
    ("no comparison", "attribute 'left_if' is missing", {"left_if": None}),
    ("a comparison nobody knows", "'left_if' is 'x == t'", {"left_if": "x == t"}),
    ("a comparison that is a number", "'left_if'", {"left_if": 1}),
    ("whole numbers", "'input_type' is 'int64'", {"input_type": "int64"}),
    ("half precision", "'sum_type' is 'float16'", {"sum_type": "float16"}),
    ("a smaller sum than input", "does not go with", {"input_type": "float64"}),
    ("an order nobody knows", "'sum_order' is 'random'", {"sum_order": "random"}),
    ("a base in the middle", "'base_at' is 'middle'", {"base_at": "middle"}),
    ("a way to combine nobody knows", "'combine' is 'max'", {"combine": "max"}),
    ("a link nobody knows", "'link' is 'probit'", {"link": "probit"}),
    ("a link of another type", "'link_type' is 'float16'", {"link_type": "float16"}),
    ("a scale that is text", "'scale'", {"scale": "two"}),
    ("an attribute nobody knows", "has no attribute 'sumtype' (has: 'sum_type', ", {"sumtype": "float64"}),
]


def forest(arrays: dict[str, Any], rules: dict[str, Any], columns: int = 2) -> tuple[Any, dict[str, np.ndarray]]:
    weights = {name: array for name, array in {**GOOD, **arrays}.items() if array is not None}
    inputs = ["x", *(name if name in weights else "" for name in ORDER)]
    while inputs[-1] == "":
        inputs.pop()
    attributes = {name: value for name, value in {**ATTRIBUTES, **rules}.items() if value is not None}
    node = {"node": "trees", "operator": "lading.TreeEnsemble", "inputs": inputs, "outputs": ["y"],
            "attributes": attributes}  # fmt: skip
    return document([node], [{"name": "x", "axes": ["jet", columns], "type": "float32"}], [result("y", "jet")]), weights


def cases() -> Iterator[Case]:
    for name, text, arrays in ARRAYS:
        yield bundle_case(f"forest: {name}", text, *forest(arrays, {}))
    for name, text, rules in RULES:
        yield bundle_case(f"forest: {name}", text, *forest({}, rules))
    yield bundle_case("forest: one column too few", "has 1 column", *forest({}, {}, columns=1))
