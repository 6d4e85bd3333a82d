"""A forest as docs/format.md describes it: all that it takes to reproduce a training library to the bit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from ..bundle.evaluate import COMPARISONS

__all__ = ["MISSING_LEFT", "NAN_IS_ZERO", "NEGATIVE_IS_NONE", "ZERO_IS_MISSING", "ZERO_LIMIT", "Forest", "Linear",
           "Tree", "members_of"]  # fmt: skip

#: What ``missing`` says of a node, to be added: missing values go left; nothing is missing, NaN counts as 0; NaN and
#: |x| up to the float32 next to 1e-35 are missing; of categories: no negative number is one (else -0.5 is category 0).
MISSING_LEFT, NAN_IS_ZERO, ZERO_IS_MISSING, NEGATIVE_IS_NONE = 1, 2, 4, 8

#: Up to which |x| counts as zero where zeros are missing.
ZERO_LIMIT = float(np.float32(1e-35))


@dataclass
class Linear:
    """A leaf that is a linear function: constant + coefficients · features. Where one of these features is NaN, the
    leaf's own value stands in for it."""

    constant: float
    features: Sequence[int]
    coefficients: Sequence[float]


@dataclass
class Tree:
    """One tree as most files hold it: splits and leaves numbered together, the root first.

    Arrays have one item per node. Where ``left`` is negative the node is a leaf, and ``value`` counts; elsewhere
    ``left`` and ``right`` are the numbers of the children. ``categories`` gives, for some splits, the categories that
    go left in place of a comparison; ``linear`` the leaves that are more than a value.
    """

    left: np.ndarray
    right: np.ndarray
    feature: np.ndarray
    threshold: np.ndarray
    value: np.ndarray  # (nodes,), or (nodes, outputs) for leaves that hold a value for each output
    missing: np.ndarray | int = 0
    output: int = 0
    weight: float = 1.0
    categories: dict[int, Sequence[int]] = field(default_factory=dict)
    linear: dict[int, Linear] = field(default_factory=dict)


@dataclass(eq=False)
class Forest:
    """All trees of a model, their nodes in a row, and the rules by which they are summed.

    A child is the number of a node or ``-1 - leaf``. The meaning of every field is that of the operator
    ``lading.TreeEnsemble`` in docs/format.md. ``features`` is how many columns go in; ``feature_names`` is empty
    where the file names none, ``labels`` where there is one output or the outputs have no names.
    """

    features: int
    roots: np.ndarray  # (trees,) int32
    feature: np.ndarray  # (nodes,) int32
    threshold: np.ndarray  # (nodes,) float32 or float64
    left: np.ndarray  # (nodes,) int32
    right: np.ndarray  # (nodes,) int32
    missing: np.ndarray  # (nodes,) uint8
    leaf: np.ndarray  # (leaves,) or (leaves, outputs), float32 or float64
    base: np.ndarray | None = None  # (outputs,)
    tree_output: np.ndarray | None = None  # (trees,) int32
    tree_weight: np.ndarray | None = None  # (trees,)
    category_begin: np.ndarray | None = None  # (nodes,) int32
    category_words: np.ndarray | None = None  # (nodes,) int32
    categories: np.ndarray | None = None  # (words,) uint32
    linear_begin: np.ndarray | None = None  # (leaves,) int32
    linear_terms: np.ndarray | None = None  # (leaves,) int32
    linear_constant: np.ndarray | None = None  # (leaves,)
    linear_feature: np.ndarray | None = None  # (terms,) int32
    linear_coefficient: np.ndarray | None = None  # (terms,)
    left_if: str = "x < t"
    input_type: str = "float32"
    sum_type: str = "float32"
    sum_order: str = "forward"
    base_at: str = "start"
    combine: str = "sum"
    scale: float = 1.0
    link: str = "identity"
    link_scale: float = 1.0
    link_type: str = "float32"
    feature_names: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    @property
    def outputs(self) -> int:
        """How many numbers come out of a row."""
        if self.leaf.ndim == 2:
            return int(self.leaf.shape[1])
        if self.base is not None:
            return len(self.base)
        return 1 if self.tree_output is None else int(self.tree_output.max(initial=0)) + 1

    @property
    def divisor(self) -> float:
        """What a mean divides the sum by."""
        trees = len(self.roots)
        if self.combine == "weighted_mean" and self.tree_weight is not None:
            return float(np.cumsum([0, *self.tree_weight], dtype=self.sum_type)[-1])
        return trees / self.outputs if self.combine == "mean_of_rounds" else float(trees)

    @property
    def single(self) -> bool:
        """One output, which has no axis of its own: margin and score are (rows,)."""
        return self.leaf.ndim == 1 and self.tree_output is None

    def deepest(self) -> int:
        """Splits on the longest way to a leaf."""
        depth, level = 0, self.roots[self.roots >= 0]
        while len(level):
            below = np.concatenate([self.left[level], self.right[level]])
            depth, level = depth + 1, below[below >= 0]
        return depth

    def first_linear_leaf(self) -> int | None:
        """The number of a leaf that is a linear function, for targets that have none such."""
        if self.linear_begin is None or not (self.linear_begin >= 0).any():
            return None
        return int(np.argmax(self.linear_begin >= 0))

    def goes_left(self, x: float | np.ndarray) -> np.ndarray:
        """(nodes,) whether the number ``x`` goes left by the comparison of each node; (n, nodes) for x (n, 1)."""
        return np.asarray(COMPARISONS[self.left_if](x, self.threshold))

    def trees(self) -> Iterator[Tree]:
        """The trees one by one, with splits and leaves numbered together, the left subtree of a node before the
        right one (preorder), as targets write them."""
        for number, root in enumerate(self.roots.tolist()):
            yield _tree(self, number, root)


def _tree(forest: Forest, number: int, root: int) -> Tree:
    order = _preorder(forest, root)
    place = {at: i for i, at in enumerate(order)}
    numbers = np.array(order)
    split, child = numbers >= 0, np.maximum(numbers, 0)

    def of_nodes(array: np.ndarray) -> np.ndarray:
        return np.where(split, array[child], 0).astype(array.dtype) if len(array) else np.zeros(len(order), array.dtype)

    left, right = (np.array([place[int(side[at])] if at >= 0 else -1 for at in order])
                   for side in (forest.left, forest.right))  # fmt: skip
    value = forest.leaf[np.where(split, 0, -1 - numbers)]
    value[split] = 0
    return Tree(
        left, right, of_nodes(forest.feature), of_nodes(forest.threshold), value, of_nodes(forest.missing),
        output=0 if forest.tree_output is None else int(forest.tree_output[number]),
        weight=1.0 if forest.tree_weight is None else float(forest.tree_weight[number]),
        categories={i: members_of(forest, at) for i, at in enumerate(order) if at >= 0 and _has_set(forest, at)},
        linear={i: terms for i, at in enumerate(order) if at < 0 and (terms := _linear(forest, -1 - at))},
    )  # fmt: skip


def _preorder(forest: Forest, root: int) -> list[int]:
    """The nodes below ``root``, and leaves as ``-1 - leaf``, each before what is below it, left before right."""
    order, stack = [], [root]
    while stack:
        at = stack.pop()
        order.append(at)
        if at >= 0:
            stack += (int(forest.right[at]), int(forest.left[at]))
    return order


def _has_set(forest: Forest, node: int) -> bool:
    return forest.category_begin is not None and int(forest.category_begin[node]) >= 0


def members_of(forest: Forest, node: int) -> list[int]:
    """The categories in the set of a node."""
    assert forest.category_begin is not None and forest.category_words is not None and forest.categories is not None
    begin, words = int(forest.category_begin[node]), int(forest.category_words[node])
    bits = np.unpackbits(forest.categories[begin : begin + words].astype("<u4").view(np.uint8), bitorder="little")
    return [int(each) for each in np.flatnonzero(bits)]


def _linear(forest: Forest, leaf: int) -> Linear | None:
    """The linear function of a leaf, if it has one."""
    if forest.linear_begin is None or int(forest.linear_begin[leaf]) < 0:
        return None
    assert forest.linear_terms is not None and forest.linear_constant is not None
    assert forest.linear_feature is not None and forest.linear_coefficient is not None
    terms = slice(int(forest.linear_begin[leaf]), int(forest.linear_begin[leaf] + forest.linear_terms[leaf]))
    return Linear(float(forest.linear_constant[leaf]), forest.linear_feature[terms].tolist(),
                  forest.linear_coefficient[terms].tolist())  # fmt: skip
