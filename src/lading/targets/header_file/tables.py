"""The trees of a forest as tables of C++: one line holds a few nodes."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from ...trees import Forest
from .names import CPP

__all__ = ["has_sets", "number", "tables"]

A_LINE = 112  # characters


def number(value: float, kind: str) -> str:
    """``value``, a number of the type ``kind``, as the shortest literal that reads back to its bits."""
    if np.isnan(value):
        return "nan"
    if np.isinf(value):
        return "inf" if value > 0 else "-inf"
    return f"{np.float32(value)!s}f" if kind == "float32" else repr(float(value))


def has_sets(forest: Forest) -> bool:
    """Whether any node asks for a set of categories."""
    return forest.category_begin is not None and bool((forest.category_begin >= 0).any())


def tables(forest: Forest) -> str:
    """Everything in the namespace ``detail`` that is data."""
    threshold, sums = forest.threshold.dtype.name, forest.sum_type
    sets = has_sets(forest)
    node = f"struct Node {{\n  std::int32_t left, right;  // a node, or -1 - leaf\n  {CPP[threshold]} threshold;\n"
    node += "  std::int32_t feature;\n  std::uint8_t missing;  // 1: missing values go left"
    node += "; 2: NaN is 0; 4: zeros are missing; 8: no negative number is a category\n"
    node += "  std::int32_t begin, words;  // of its set; begin < 0: a comparison\n};" if sets else "};"
    order = np.arange(len(forest.roots))[:: -1 if forest.sum_order == "backward" else 1]
    parts = ["namespace detail {", "", node, "",
             f"inline constexpr {CPP[threshold]} inf = std::numeric_limits<{CPP[threshold]}>::infinity();",
             _array("Node", "nodes", _nodes(forest, threshold, sets)),
             _array(CPP[sums], "leaves", (number(value, sums) for value in weighted(forest).reshape(-1))),
             _array("std::int32_t", "roots", map(str, forest.roots[order].tolist()))]  # fmt: skip
    if forest.tree_output is not None:
        parts.append(_array("std::int32_t", "output", map(str, forest.tree_output[order].tolist())))
    if sets:
        assert forest.categories is not None
        parts.append(_array("std::uint32_t", "categories", (f"{word}u" for word in forest.categories.tolist())))
    return "\n".join(parts)


def weighted(forest: Forest) -> np.ndarray:
    """(leaves, values) what each leaf adds: its value times its tree's weight, in the type of the sums."""
    kind = np.dtype(forest.sum_type)
    leaves = forest.leaf.astype(kind)
    if forest.tree_weight is None:
        return leaves
    weights = forest.tree_weight.astype(kind)
    for tree, root in enumerate(forest.roots.tolist()):
        below = [root]
        while below:
            at = below.pop()
            if at < 0:
                leaves[-1 - at] = leaves[-1 - at] * weights[tree]
            else:
                below += [int(forest.left[at]), int(forest.right[at])]
    return leaves


def _nodes(forest: Forest, threshold: str, sets: bool) -> Iterable[str]:
    columns = [forest.left.tolist(), forest.right.tolist(), [number(each, threshold) for each in forest.threshold],
               forest.feature.tolist(), forest.missing.tolist()]  # fmt: skip
    if sets:
        assert forest.category_begin is not None and forest.category_words is not None
        columns += [forest.category_begin.tolist(), forest.category_words.tolist()]
    for row in zip(*columns, strict=True):
        yield "{" + ",".join(map(str, row)) + "}"


def _array(kind: str, name: str, items: Iterable[str]) -> str:
    """An array; C++ knows none without items, so an empty one has an item that nobody reads."""
    lines, line = [], ""
    for item in items:
        if len(line) + len(item) > A_LINE:
            lines.append(line)
            line = ""
        line += item + ", "
    lines.append(line or ("" if lines else "{}"))
    body = "\n".join(each.rstrip() for each in lines)
    return f"inline constexpr {kind} {name}[] = {{\n{body}\n}};"
