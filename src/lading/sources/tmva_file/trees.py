"""The trees of a BDT.

A node goes right if ``x >= cut``, in old releases if ``x > cut``; ``cType`` 0 turns that round. NaN compares as false.
Fisher cuts compare a sum: see ``fisher.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from xml.etree.ElementTree import Element

import numpy as np

from ...errors import FormatError
from ...trees import Tree
from ...trees.forest import MISSING_LEFT
from .fisher import FisherCuts
from .parsing import integer, number

__all__ = ["LeafRule", "at_cut_goes_right", "leaf_rule", "tree_of"]

#: From the element of a leaf to its value.
LeafRule = Callable[[Element, str], float]


def at_cut_goes_right(root_release: int) -> bool:
    """Whether a value equal to the cut goes right, by the release of ROOT that trained (0: not given, so no)."""
    return 0x052214 <= root_release < 0x060000 or root_release >= 0x060200  # 5.34/20 to 6.00, and from 6.02 on


def leaf_rule(response: bool, yes_no: bool) -> LeafRule:
    """What a leaf is worth: its response (Grad, regression), its type +1 or -1 (UseYesNoLeaf), or its purity."""
    if response:
        return lambda leaf, where: number(leaf, "res", where)
    return _purity if not yes_no else lambda leaf, where: number(leaf, "nType", where)


def _purity(leaf: Element, where: str) -> float:
    """Signal over all; old files give the two sums of weights in place of the ratio."""
    if leaf.get("purity") is not None:
        return number(leaf, "purity", where)
    names = ("nS", "nB") if leaf.get("nS") is not None else ("s", "b")
    with np.errstate(all="ignore"):  # what overflows ends as NaN, which no leaf may be
        signal, background = (np.float32(number(leaf, name, where)) for name in names)
        return float(signal / (signal + background)) if signal + background > 0 else 0.5


def tree_of(element: Element, value_of: LeafRule, fisher: FisherCuts, where: str) -> Tree:
    """One BinaryTree; the sums of its Fisher cuts are noted in ``fisher``. Raises FormatError."""
    roots = element.findall("Node")
    if len(roots) != 1:
        raise FormatError(f"{where} has {len(roots)} root nodes, one is right; damaged file")
    nodes, left, right = [roots[0]], [], []
    for node in nodes:  # grows while it is walked through: parents stand before children
        sides = _children(node, where)
        if sides:
            left.append(len(nodes))
            right.append(len(nodes) + 1)
            nodes += sides
        else:
            left.append(-1)
            right.append(-1)
    return _arrays(nodes, left, right, value_of, fisher, where)


def _arrays(
    nodes: list[Element], left: list[int], right: list[int], value_of: LeafRule, fisher: FisherCuts, where: str
) -> Tree:
    feature, cut, value = [-1] * len(nodes), [0.0] * len(nodes), [0.0] * len(nodes)
    summed = False
    with np.errstate(over="ignore"):  # a number beyond float32 is an infinity, as it is for TMVA
        for at, node in enumerate(nodes):
            if left[at] < 0:
                value[at] = value_of(node, where)
                continue
            cut[at] = float(np.float32(number(node, "Cut", where)))
            column = fisher.column(node, where)
            if column is None:
                feature[at] = integer(node, "IVar", where, 0)
            else:
                feature[at], cut[at], summed = column, fisher.threshold(cut[at]), True
        return Tree(np.array(left), np.array(right), np.array(feature), np.array(cut, "f8" if summed else "f4"),
                    np.array(value, np.float32), MISSING_LEFT)  # fmt: skip


def _children(node: Element, where: str) -> list[Element]:
    """The children for ``x`` below and above the cut, or none."""
    found = {each.get("pos"): each for each in node.findall("Node")}
    if not found:
        return []
    if set(found) != {"l", "r"} or len(node.findall("Node")) != 2:
        raise FormatError(f"{where}: a node has the children {sorted(map(str, found))}, 'l' and 'r' are right")
    turned = integer(node, "cType", where, 0, 1) == 0
    return [found["r"], found["l"]] if turned else [found["l"], found["r"]]
