"""ONNX files whose forests are no forests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from onnx_making import forest

CASES: list[tuple[str, str, Callable[[], Any]]] = [
    # ---- forests
    ("forest: a node that is its own child", "its trees run in circles", lambda: forest(nodes_truenodeids=[0, 0, 0])),
    ("forest: a child that is not there", "TreeEnsembleRegressor: tree 0 has no node 7, which is needed",
     lambda: forest(nodes_truenodeids=[7, 0, 0])),
    ("forest: a negative child", "TreeEnsembleRegressor: tree 0 has no node -1, which is needed",
     lambda: forest(nodes_truenodeids=[-1, 0, 0])),
    ("forest: lists of two lengths", "TreeEnsembleRegressor: 1 nodes_values for 3 nodes",
     lambda: forest(nodes_values=[0.5])),
    ("forest: no modes", "TreeEnsembleRegressor: 3 nodes_featureids for 0 nodes", lambda: forest(nodes_modes=None)),
    ("forest: a mode nobody knows", "TreeEnsembleRegressor: 'BRANCH_NEAR' is no mode of a node",
     lambda: forest(nodes_modes=["BRANCH_NEAR", "LEAF", "LEAF"])),
    ("forest: a column that is negative", "TreeEnsembleRegressor: node 0 of tree 0 looks at feature -1, there are",
     lambda: forest(nodes_featureids=[-1, 0, 0])),
    ("forest: a column that is not there", "TreeEnsembleRegressor: node 0 of tree 0 looks at feature 9, there are ",
     lambda: forest(nodes_featureids=[9, 0, 0])),
    ("forest: two nodes of one number", "TreeEnsembleRegressor: a node stands twice in its tree",
     lambda: forest(nodes_nodeids=[0, 1, 1])),
    ("forest: a target that is negative", "a leaf votes for an output that is not one of 0 to 0",
     lambda: forest(target_ids=[-1, 0])),
    ("forest: a target that is not there", "a leaf votes for an output that is not one of 0 to 0",
     lambda: forest(target_ids=[2**40, 0])),
    ("forest: a leaf that is not there", "TreeEnsembleRegressor: tree 0 has no node 9, which is needed",
     lambda: forest(target_nodeids=[1, 9])),
    ("forest: -1 targets", "it says that it has -1 outputs", lambda: forest(n_targets=-1)),
    ("forest: 2^40 targets", "needs more memory than there is", lambda: forest(n_targets=2**40)),
    ("forest: a threshold NaN", "TreeEnsembleRegressor: node 0 of tree 0 has the threshold NaN",
     lambda: forest(nodes_values=[float("nan"), 0.0, 0.0])),
    ("forest: a link nobody knows", "post_transform='NONSENSE'", lambda: forest(post_transform="NONSENSE")),
]  # fmt: skip
