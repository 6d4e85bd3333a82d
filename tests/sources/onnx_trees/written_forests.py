"""Forests of ONNX-ML written at random, full of ties; and what ONNX Runtime makes of them with one thread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
from onnx import TensorProto, helper, load_model_from_string, numpy_helper

from lading.sources.onnx_ml.outputs import plain_outputs

MODES = ["BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"]
TRANSFORMS = ["NONE", "LOGISTIC", "SOFTMAX", "SOFTMAX_ZERO", "PROBIT"]
SPLITS = np.array([0.0, -0.0, 1.0, 0.5, np.inf, -np.inf, 2.0, 1e-45, -1.0], np.float32)
UP, DOWN = (np.nextafter(SPLITS, np.float32(end)) for end in (np.inf, -np.inf))
#: 500 rows of thresholds, the numbers beside them, and NaN.
ROWS = np.random.default_rng(4).choice(np.concatenate([SPLITS, UP, DOWN, [np.nan]]), (500, 3)).astype(np.float32)
DEPTH = 3


def old_pair(outputs: int, modes: Sequence[str] = ("BRANCH_LT",), base: Sequence[float] = (), transform: str = "NONE",
             voted: Sequence[int] | None = (0,), labels: Sequence[Any] | None = None, positive: bool = False,
             double: bool = False, seed: int = 1, trees: int = 5, **more: Any) -> bytes:
    """A classifier if there are ``labels``, else a regressor; leaves vote for ``voted``, or for tree mod n."""
    random = np.random.default_rng(seed)
    what, inner, size = "class" if labels else "target", 2**DEPTH - 1, 2 ** (DEPTH + 1) - 1
    kept: dict[str, list[Any]] = {}

    def put(**row: Any) -> None:
        for name, value in row.items():
            kept.setdefault(name, []).append(value)

    for tree in range(trees):
        for node in range(size):
            is_leaf = node >= inner
            put(nodes_treeids=tree, nodes_nodeids=node, nodes_featureids=int(random.integers(3)),
                nodes_values=float(random.choice(SPLITS)), nodes_modes="LEAF" if is_leaf else str(random.choice(modes)),
                nodes_truenodeids=0 if is_leaf else 2 * node + 1, nodes_falsenodeids=0 if is_leaf else 2 * node + 2,
                nodes_missing_value_tracks_true=int(random.integers(2)), nodes_hitrates=1.0)
            for output in ([tree % outputs] if voted is None else voted) if is_leaf else ():
                weight = float(random.normal())
                put(**{f"{what}_treeids": tree, f"{what}_nodeids": node, f"{what}_ids": output,
                       f"{what}_weights": abs(weight) / trees if positive else weight})  # fmt: skip
    if double:
        for name in ("nodes_values", f"{what}_weights"):
            numbers = np.array(kept.pop(name), np.float64)
            kept[f"{name}_as_tensor"] = numpy_helper.from_array(np.where(numbers == 0.5, 0.1, numbers))  # type: ignore
        kept.pop("nodes_hitrates")
    scores = ("Z", TensorProto.FLOAT, ["N", outputs])
    given = {**kept, **more, "post_transform": transform} | ({"base_values": list(base)} if base else {})
    if not labels:
        return file("TreeEnsembleRegressor", [scores], double, 3, n_targets=outputs, **given)
    texts = isinstance(labels[0], str)
    label = ("Y", TensorProto.STRING if texts else TensorProto.INT64, ["N"])
    return file("TreeEnsembleClassifier", [label, scores], double, 3,
                **{f"classlabels_{'strings' if texts else 'int64s'}": list(labels)}, **given)  # fmt: skip


def new_one(modes: Sequence[int], members: Sequence[Sequence[float]] = (), targets: int = 1, double: bool = False,
            seed: int = 1, trees: int = 4, **more: Any) -> bytes:
    """TreeEnsemble of ai.onnx.ml 5: full trees; nodes of mode 6 have the sets ``members`` in turn."""
    random = np.random.default_rng(seed)
    inner = 2**DEPTH - 1
    nodes = trees * inner
    at = np.arange(nodes)
    place, first = at % inner, at - at % inner
    below = [first + 2 * place + side for side in (1, 2)]
    last = 2 * place + 1 >= inner
    leaf = [(at // inner) * (inner + 1) + 2 * place + side - inner for side in (1, 2)]
    mode = random.choice(modes, nodes).astype(np.uint8)
    kind = np.float64 if double else np.float32
    ids = [np.where(last, leaf[side], below[side]).tolist() for side in (0, 1)]
    if 6 in modes:
        sets = [[*members[i % len(members)], np.nan] for i in range(int((mode == 6).sum()))]
        more["membership_values"] = numpy_helper.from_array(np.array([m for one in sets for m in one], kind))
    weights = random.normal(size=trees * (inner + 1)).astype(kind)
    return file(
        "TreeEnsemble", [("Z", TensorProto.DOUBLE if double else TensorProto.FLOAT, ["N", targets])], double, 5,
        n_targets=targets, tree_roots=(np.arange(trees) * inner).tolist(),
        nodes_featureids=random.integers(0, 3, nodes).tolist(), nodes_modes=numpy_helper.from_array(mode),
        nodes_splits=numpy_helper.from_array(random.choice(SPLITS, nodes).astype(kind)),
        nodes_truenodeids=ids[0], nodes_falsenodeids=ids[1], nodes_trueleafs=last.astype(int).tolist(),
        nodes_falseleafs=last.astype(int).tolist(), leaf_weights=numpy_helper.from_array(weights),
        nodes_missing_value_tracks_true=random.integers(0, 2, nodes).tolist(),
        leaf_targetids=(np.arange(len(weights)) % targets).tolist(), **more,
    )  # fmt: skip


def file(
    operator: str, outputs: Sequence[tuple[str, int, list[Any]]], double: bool, version: int, **given: Any
) -> bytes:
    """A model of one node on X (N, 3)."""
    node = helper.make_node(operator, ["X"], [each[0] for each in outputs], domain="ai.onnx.ml", **given)
    x = helper.make_tensor_value_info("X", TensorProto.DOUBLE if double else TensorProto.FLOAT, ["N", 3])
    graph = helper.make_graph([node], "g", [x], [helper.make_tensor_value_info(*each) for each in outputs])
    opsets = [helper.make_opsetid("", 21), helper.make_opsetid("ai.onnx.ml", version)]
    return bytes(helper.make_model(graph, opset_imports=opsets, ir_version=10).SerializeToString())


def by_onnx_runtime(data: bytes, x: np.ndarray) -> dict[str, np.ndarray]:
    """The outputs by name, maps as arrays and texts left out."""
    proto = load_model_from_string(data)
    plain_outputs(proto)
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    session = onnxruntime.InferenceSession(proto.SerializeToString(), options, providers=["CPUExecutionProvider"])
    names = [each.name for each in session.get_outputs()]
    return dict(zip(names, session.run(None, {session.get_inputs()[0].name: x}), strict=True))
