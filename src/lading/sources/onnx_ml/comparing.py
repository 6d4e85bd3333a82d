"""Nodes of a tree as one comparison: every mode of ONNX becomes ``x <= t`` or ``x < t`` with the same answers.

``x > t`` is ``x <= t`` with the children exchanged. Where both forms meet in one forest, ``x < t`` becomes ``x <= t'``
with t' the number before t. Equality is two comparisons, a set several; what they leave over is written twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from ...trees.forest import MISSING_LEFT, Tree
from ..onnx_opsets import Refused

LEQ, LT, GTE, GT, EQ, NEQ, MEMBER, LEAF = range(8)
MODES = ("BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ", "BRANCH_MEMBER", "LEAF")

#: Copies that equality and shared children may make of a forest, before it is refused.
MOST_COPIES, ALWAYS = 8, 100_000


@dataclass
class Branch:
    """A node of a file: where it leads if the comparison holds, and if not. A leaf has the number of its votes."""

    mode: int
    feature: int = 0
    value: float = 0.0
    true: int = 0
    false: int = 0
    missing_true: bool = False
    members: Sequence[float] = ()
    leaf: int = 0


@dataclass
class Growing:
    """One tree being written, leaves as numbers of votes in ``leaf``."""

    kind: np.dtype
    strict: bool  # "x < t" is the comparison, else "x <= t"
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    feature: list[int] = field(default_factory=list)
    threshold: list[float] = field(default_factory=list)
    missing: list[int] = field(default_factory=list)
    leaf: list[int] = field(default_factory=list)
    categories: dict[int, Sequence[int]] = field(default_factory=dict)

    def put(self, parent: int, is_left: bool) -> int:
        """A new node, linked to its parent."""
        at = len(self.left)
        for column in (self.left, self.right, self.feature, self.threshold, self.missing, self.leaf):
            column.append(-1 if column is self.left or column is self.right else 0)
        if parent >= 0:
            (self.left if is_left else self.right)[parent] = at
        return at

    def compare(self, at: int, feature: int, value: float, inclusive: bool, missing_left: bool) -> None:
        """Makes node ``at`` the comparison of ``feature`` with ``value``: <= where ``inclusive``, else <."""
        self.feature[at], self.missing[at] = feature, MISSING_LEFT if missing_left else 0
        if inclusive or self.strict:
            self.threshold[at] = value
        elif value == -np.inf:
            self.categories[at] = ()  # a set without members: nothing is below -inf
        else:
            with np.errstate(under="ignore"):
                self.threshold[at] = float(np.nextafter(self.kind.type(value), self.kind.type(-np.inf)))

    def tree(self, votes: np.ndarray, output: int) -> Tree:
        """The tree, its leaves holding rows of ``votes``."""
        left = np.array(self.left, np.int64)
        return Tree(left, np.array(self.right, np.int64), np.array(self.feature, np.int64),
                    np.array(self.threshold, self.kind), votes[np.array(self.leaf, np.int64)],
                    np.array(self.missing, np.uint8), output, categories=self.categories)  # fmt: skip


def is_strict(branches: Sequence[Branch]) -> bool:
    """Whether ``x < t`` is the comparison of a forest: no node of it has ``x <= t`` or equality."""
    return all(branch.mode in (LT, GTE, LEAF) for branch in branches) and any(b.mode != LEAF for b in branches)


def tree_of(branches: Sequence[Branch], root: int, kind: np.dtype, strict: bool, room: list[int]) -> Growing:
    """The tree below ``root``; ``room`` counts down the nodes that may still be made."""
    tree = Growing(kind, strict)
    stack = [(root, -1, False)]
    while stack:
        number, parent, is_left = stack.pop()
        room[0] -= 1
        if room[0] < 0:
            raise Refused("its trees run in circles, or grow beyond all bounds where each equality is written as two "
                          "comparisons; convert the forest from the file of its training library")
        branch, at = branches[number], tree.put(parent, is_left)
        if branch.mode == LEAF:
            tree.leaf[at] = branch.leaf
        else:
            stack += _split(tree, at, branch)
    return tree


def _split(tree: Growing, at: int, branch: Branch) -> list[tuple[int, int, bool]]:
    """Fills node ``at``, and gives (node of the file, parent, is left) of what comes below it."""
    true, false, missing = branch.true, branch.false, branch.missing_true
    if branch.mode in (LEQ, LT):
        tree.compare(at, branch.feature, branch.value, branch.mode == LEQ, missing)
        return [(false, at, False), (true, at, True)]
    if branch.mode in (GT, GTE):
        tree.compare(at, branch.feature, branch.value, branch.mode == GT, not missing)
        return [(true, at, False), (false, at, True)]
    if branch.mode == NEQ:
        true, false, missing = false, true, False  # NaN is unequal to everything
    members = branch.members if branch.mode == MEMBER else (branch.value,)
    return _equal_to_any(tree, at, branch.feature, sorted({float(m) for m in members if m == m}), true, false, missing)


def _equal_to_any(
    tree: Growing, at: int, feature: int, members: list[float], true: int, false: int, missing: bool
) -> list[tuple[int, int, bool]]:
    """Below a member: not it. At most it: it. Else the next one."""
    if not members:
        tree.compare(at, feature, -np.inf, False, missing)
        return [(false, at, False), (true, at, True)]
    below: list[tuple[int, int, bool]] = []
    for index, member in enumerate(members):
        if index:
            at = tree.put(at, False)
        tree.compare(at, feature, member, False, False)
        below.append((false, at, True))
        at = tree.put(at, False)
        tree.compare(at, feature, member, True, missing)
        below.append((true, at, True))
    return [*below, (false, at, False)]
