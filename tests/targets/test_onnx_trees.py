"""Forests exported to ONNX: ONNX Runtime's numbers to rounding, and the same forest to the bit when they come back."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

import lading
from lading.evaluation import evaluator
from lading.model import Model
from lading.sources.onnx import read_bytes
from lading.sources.onnx_file.exported_forests import FORESTS
from lading.targets.onnx import to_bytes
from lading.trees import Tree, edge_rows, forests_of, grow, model_of
from lading.trees.forest import ZERO_LIMIT, Linear

CASES: dict[str, dict[str, Any]] = {
    "xgboost": {"base": np.float32([0.3]), "link": "logistic"},
    "lightgbm": {"kind": np.float64, "left_if": "x <= t", "input_type": "float64", "sum_type": "float64",
                 "link": "logistic", "link_type": "float64", "base_at": "end", "scale": 0.5, "base": np.array([1.0])},
    "catboost": {"left_if": "x <= t", "sum_type": "float64", "link_type": "float64"},
    "tmva": {"left_if": "x >= t", "link": "tmva_gradient", "weights": True, "combine": "weighted_mean"},
    "greater": {"left_if": "x > t", "link": "exp", "link_type": "float32_exp"},
    "several": {"outputs": 3, "base": np.float32([0.1, 0.2, 0.3]), "link": "softmax"},
    "vectors": {"outputs": 3, "vector": True, "combine": "mean", "sum_type": "float64", "kind": np.float64},
    "categories": {"categories": True}, "no_negative": {"categories": True, "missing": (8, 9, 10, 11)},
}  # fmt: skip


def forest_model(outputs: int = 1, vector: bool = False, categories: bool = False, weights: bool = False,
                 kind: type = np.float32, missing: tuple[int, ...] = (0, 1, 2, 3), **rules: Any) -> Model:
    """A tree that is one leaf, and five of seven splits on four features, the first of them categorical if any is."""
    random = np.random.default_rng(1)
    trees = []
    for number in range(6):
        nodes = 15 if number else 1
        at, inner = np.arange(nodes), nodes // 2
        feature, sets = random.integers(1 if categories else 0, 4, nodes), {}
        for node in np.flatnonzero(random.random(inner) < 0.5) if categories else ():
            feature[node], sets[int(node)] = 0, sorted({0, *random.integers(0, 40, 4).tolist()})
        value = random.normal(size=(nodes, outputs) if vector else nodes).astype(rules.get("sum_type", "float32"))
        trees.append(Tree(np.where(at >= inner, -1, 2 * at + 1), np.where(at >= inner, -1, 2 * at + 2), feature,
                          random.normal(size=nodes).round(1).astype(kind), value,
                          random.choice(missing, nodes).astype(np.uint8), 0 if vector else number % outputs,
                          float(number + 1) if weights else 1.0, sets))  # fmt: skip
    if outputs > 1 and not vector:
        rules["tree_output"] = np.arange(6, dtype=np.int32) % outputs
    return model_of(grow(trees, 4, "made", **rules), "forest", {"origin": {}}, "made")


def by_onnx_runtime(data: bytes, x: np.ndarray) -> list[np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads, options.log_severity_level = 1, 4
    session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    result: list[np.ndarray] = session.run(["margin", "score"], {"features": x})
    return result


@pytest.mark.parametrize("operators", ["TreeEnsemble", "classic"])
@pytest.mark.parametrize("case", CASES)
def test_onnx_runtime_agrees_and_the_forest_comes_back(case: str, operators: str) -> None:
    made = forest_model(**CASES[case])
    if operators == "classic" and "categories" in CASES[case]:
        with pytest.raises(lading.UnsupportedError, match=r"tau\.onnx: node 'trees': it has categories"):
            to_bytes(made, "tau.onnx", operators)
        return
    data = to_bytes(made, "tau.onnx", operators)
    onnx.checker.check_model(data, full_check=True)
    x = edge_rows([forest for _, forest in forests_of(made)], 800)
    for name, got in zip(("margin", "score"), by_onnx_runtime(data, x), strict=True):
        wanted = evaluator(made)({"features": x})[name]
        assert (got.shape, got.dtype) == (wanted.shape, wanted.dtype)
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-6 * np.abs(wanted[np.isfinite(wanted)]).max())
    back = read_bytes(data, "tau.onnx")
    assert back.function_digest == made.function_digest
    assert {name: array.tobytes() for name, array in back.weights.items()} == {
        name: array.tobytes() for name, array in made.weights.items()}  # fmt: skip


def test_the_same_forest_gives_the_same_bytes() -> None:
    assert to_bytes(forest_model()) == to_bytes(forest_model())


def changed(data: bytes, splits: bool) -> bytes:
    proto = onnx.load_model_from_string(data)
    trees = next(node for node in proto.graph.node if node.name == "trees")
    leaves = next(a for a in trees.attribute if a.name == ("nodes_splits" if splits else "leaf_weights"))
    leaves.t.raw_data = np.full(len(leaves.t.raw_data) // 4, 0.5, np.float32).tobytes()
    return proto.SerializeToString()


@pytest.mark.parametrize("splits", [False, True])
def test_who_changes_the_forest_in_the_file_gets_what_he_wrote(splits: bool) -> None:
    data = changed(to_bytes(forest_model()), splits)
    back = read_bytes(data, "changed.onnx")
    x = edge_rows([forest for _, forest in forests_of(back)], 100)
    assert not back.exported
    np.testing.assert_allclose(evaluator(back)({"features": x})["margin"], by_onnx_runtime(data, x)[0], atol=1e-6)


def test_damaged_metadata_is_passed_over() -> None:
    proto = onnx.load_model_from_string(to_bytes(forest_model()))
    next(each for each in proto.metadata_props if each.key == FORESTS).value = '{"nodes": 3}'
    assert not read_bytes(proto.SerializeToString(), "damaged.onnx").exported


def test_the_file_says_that_sums_have_no_order() -> None:
    proto = onnx.load_model_from_string(to_bytes(forest_model()))
    assert "order" in next(each for each in proto.metadata_props if each.key == FORESTS).value


def test_zero_for_missing_is_refused_where_it_matters() -> None:
    made = forest_model(missing=(4, 5))
    with pytest.raises(lading.UnsupportedError, match="takes 0 for missing"):
        to_bytes(made, "tau.onnx")


@pytest.mark.parametrize(("threshold", "beyond"), [(1.00000001e-35, False), (ZERO_LIMIT, True)])
def test_zero_ends_at_the_float32_next_to_1e_35(threshold: float, beyond: bool) -> None:
    """Between 1e-35 and that number a value is missing and goes left, but lies above the first threshold."""
    left, right = np.array([1, -1, -1]), np.array([2, -1, -1])
    stump = Tree(left, right, np.zeros(3, int), np.array([threshold, 0, 0]), np.arange(3.0), missing=5)
    rules = {"left_if": "x <= t", "input_type": "float64", "sum_type": "float64"}
    made = model_of(grow([stump], 1, "made", **rules), "forest", {"origin": {}}, "made")
    if not beyond:
        with pytest.raises(lading.UnsupportedError, match="takes 0 for missing"):
            to_bytes(made, "tau.onnx")
        return
    x = np.array([[0], [1e-35], [ZERO_LIMIT], [np.nextafter(ZERO_LIMIT, 1)], [np.nan]])
    margin, _ = by_onnx_runtime(to_bytes(made, "tau.onnx"), x)
    assert margin.tolist() == evaluator(made)({"features": x})["margin"].tolist() == [1, 1, 1, 2, 1]


def test_linear_leaves_are_refused() -> None:
    none, one = np.array([-1]), np.ones(1)
    leaf = Tree(none, none, np.zeros(1, int), one, one, linear={0: Linear(1, [0], [2])})
    made = model_of(grow([leaf], 1, "made", sum_type="float64"), "forest", {"origin": {}}, "made")
    with pytest.raises(lading.UnsupportedError, match=r"tau\.onnx: node 'trees': leaf 0 is a linear function"):
        to_bytes(made, "tau.onnx")


def test_other_operators_are_refused() -> None:
    with pytest.raises(lading.ValueRefused, match="TreeEnsemble or classic, not 'new'"):
        to_bytes(forest_model(), "tau.onnx", "new")
