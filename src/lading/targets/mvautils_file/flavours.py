"""Which of MVAUtils' flavours a forest is written as, and the TTree of it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from ...errors import UnsupportedError
from ...sources.mvautils_file.limits import MOST_FEATURES, MOST_SKIP
from ...trees import Forest, Tree
from ..root_file import Branch
from ..root_file import Tree as RootTree
from .splits import MIRRORED, float32_cuts, mirrored, plain_missing
from .summing import summed_trees

__all__ = ["stored_as"]

#: By title: the name of the TTree.
TREE_NAMES = {"xgboost": "xgboost", "lgbm": "lgbm", "lgbm_simple": "lgbm", "TMVA": "BDT"}
TITLES = {"xgboost": "creator=xgboost", "lgbm": "creator=lgbm;node_type=lgbm",
          "lgbm_simple": "creator=lgbm;node_type=lgbm_simple", "TMVA": "creator=TMVA"}  # fmt: skip


def stored_as(forest: Forest, where: str, rounded: bool) -> RootTree:
    """The TTree of a forest. Raises UnsupportedError."""
    if forest.category_begin is not None and (forest.category_begin >= 0).any():
        node = int(np.argmax(forest.category_begin >= 0))
        raise UnsupportedError(f"{where}: node {node} splits by categories, which MVAUtils does not have")
    leaf = forest.first_linear_leaf()
    if leaf is not None:
        raise UnsupportedError(f"{where}: leaf {leaf} is a linear function of variables, which MVAUtils does not have")
    response, features = _response(forest, where), int(forest.feature.max(initial=-1)) + 1
    if features > MOST_FEATURES:
        raise UnsupportedError(f"{where}: feature {features - 1} is looked at; MVAUtils keeps features in 8 bits: "
                               f"at most {MOST_FEATURES}")  # fmt: skip
    forest = replace(forest, threshold=float32_cuts(forest), missing=plain_missing(forest, where))
    if _is_mean_of_tmva(forest):
        flavour, response = "TMVA", "classification"
        trees = summed_trees(replace(forest, combine="sum", tree_weight=None, base=None), where, rounded)
        offsets = np.ones(len(trees), np.float32) if forest.tree_weight is None else forest.tree_weight
    else:
        flavour, forest = _flavour(forest, response)
        trees, offsets = _trees_and_offsets(forest, flavour, response, where, rounded)
    nodes = [_nodes(tree, number, where) for number, tree in enumerate(trees)]
    branches = [Branch("vars", "vector<int>", [each[0] for each in nodes]),
                Branch("values", "vector<float>", [each[1] for each in nodes])]  # fmt: skip
    if flavour in ("xgboost", "lgbm"):
        branches.append(Branch("default_left", "vector<bool>", [each[2] for each in nodes]))
    if flavour == "TMVA":
        branches.append(Branch("offset", "float", offsets))
    return RootTree(TREE_NAMES[flavour], f"{TITLES[flavour]};response={response}", branches)


def _response(forest: Forest, where: str) -> str:
    """What MVAUtils' callers have to ask for to get the score."""
    if forest.link == "softmax":
        return f"multi:{forest.outputs}"
    if forest.outputs > 1:
        raise UnsupportedError(f"{where}: {forest.outputs} outputs with the link '{forest.link}'; several outputs of "
                               "MVAUtils are a softmax")  # fmt: skip
    if forest.link == "logistic" and forest.link_scale == 1:
        return "classification"
    if forest.link == "tmva_gradient":
        return "gradient"
    if forest.link == "identity":
        return "response"
    raise UnsupportedError(f"{where}: the link '{forest.link}' of scale {forest.link_scale} is none of MVAUtils'; "
                           "it has identity, logistic (of scale 1), tmva_gradient, softmax")  # fmt: skip


def _is_mean_of_tmva(forest: Forest) -> bool:
    """MVAUtils takes means of TMVA's trees by their weights, as AdaBoost does."""
    return (forest.combine != "sum" and forest.link == "identity" and forest.left_if == "x >= t" and forest.scale == 1
            and not forest.missing.any() and (forest.base is None or not forest.base.any())
            and (forest.combine == "weighted_mean" or forest.tree_weight is None))  # fmt: skip


def _flavour(forest: Forest, response: str) -> tuple[str, Forest]:
    """The flavour, and the forest with the comparison of that."""
    if forest.left_if == "x >= t" and not forest.missing.any() and response != "classification":
        return "TMVA", forest
    if forest.left_if in MIRRORED:
        forest = mirrored(forest)
    if forest.left_if == "x < t":
        return "xgboost", forest
    return ("lgbm" if forest.missing.any() else "lgbm_simple"), forest


def _trees_and_offsets(
    forest: Forest, flavour: str, response: str, where: str, rounded: bool
) -> tuple[list[Tree], np.ndarray]:
    """The trees, and TMVA's weights, of which GetResponse adds the first."""
    if flavour == "TMVA" and response == "response" and forest.base is not None and forest.base_at == "end":
        trees = summed_trees(replace(forest, base=None), where, rounded)
        return trees, np.array([forest.base[0], *[0] * (len(trees) - 1)], np.float32)
    trees = summed_trees(forest, where, rounded)
    return trees, np.full(len(trees), 0 if response == "response" else 1, np.float32)


def _nodes(tree: Tree, number: int, where: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """vars, values and default_left of a tree, whose nodes are in preorder."""
    leaf = tree.left < 0
    skip = np.where(leaf, 0, tree.right - np.arange(len(leaf)))
    if skip.max() > MOST_SKIP:
        node, below = int(skip.argmax()), int(skip.max()) - 1
        raise UnsupportedError(f"{where}: node {node} of tree {number} has {below} nodes on its left; MVAUtils keeps "
                               f"the way past them in 16 bits: at most {MOST_SKIP - 1}")  # fmt: skip
    values = np.where(leaf, tree.value, tree.threshold).astype(np.float32)
    return np.where(leaf, -1, tree.feature), values, leaf | (np.asarray(tree.missing) > 0)
