"""Forests of ONNX-ML: the numbers and classes of ONNX Runtime, on ties, NaN and infinities."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).parent))

import onnx
from onnx.reference import ReferenceEvaluator
from written_forests import MODES, ROWS, TRANSFORMS, by_onnx_runtime, new_one, old_pair

import lading
from lading.agreement import run_engine
from lading.evaluation import evaluator
from lading.sources.onnx import read_bytes

HERE = Path(__file__).parent
FILES = sorted(HERE.glob("*.onnx"))
KINDS = [[mode] for mode in MODES] + [["BRANCH_GT", "BRANCH_LEQ"], ["BRANCH_LT", "BRANCH_GTE"], MODES[:4], MODES]


def outputs(data: bytes, x: np.ndarray) -> dict[str, np.ndarray]:
    """By the evaluator and by the engine, which must agree: forests to the bit, exponentials to rounding."""
    model = read_bytes(data, "forest.onnx")
    given = {model.input_list[0].name: x}
    result = evaluator(model)(given)
    for name, array in run_engine(model)(given).items():
        np.testing.assert_allclose(array, result[name], rtol=1e-5, atol=1e-6)
    return result


def assert_agrees(data: bytes, x: np.ndarray = ROWS, within: float = 0.0) -> None:
    """Whole numbers are the same, others to ``within``: 0 is to the bit."""
    theirs, ours = by_onnx_runtime(data, x), outputs(data, x)
    assert list(ours) == list(theirs)
    for name, wanted in theirs.items():
        assert (ours[name].shape, ours[name].dtype) == (wanted.shape, wanted.dtype)
        if within and wanted.dtype.kind == "f":
            np.testing.assert_allclose(ours[name], wanted, rtol=0, atol=within * max(1.0, float(np.abs(wanted).max())))
        else:
            np.testing.assert_array_equal(ours[name], wanted)


@pytest.mark.parametrize("modes", KINDS, ids="-".join)
@pytest.mark.parametrize("double", [False, True])
def test_every_comparison_sends_every_value_where_onnx_runtime_does(modes: list[str], double: bool) -> None:
    for seed in range(4):
        data = old_pair(1, modes, [0.3], double=double and "BRANCH_EQ" not in modes, seed=seed)
        assert_agrees(data, ROWS.astype(np.float64) if double and "BRANCH_EQ" not in modes else ROWS)


@pytest.mark.parametrize("aggregate", ["SUM", "AVERAGE"])
@pytest.mark.parametrize("targets, voted, base", [(1, [0], [0.5]), (3, [0, 1, 2], []), (3, None, [0.1, 0.2, 0.3])])
def test_sums_and_means_agree_to_the_bit(targets, voted, base, aggregate) -> None:
    assert_agrees(old_pair(targets, base=base, voted=voted, aggregate_function=aggregate, trees=90))


@pytest.mark.parametrize("aggregate", ["MIN", "MAX", "AVERAGE", "SUM"])
@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("targets, voted, base", [
    (1, [0], []), (1, [0], [0.5]), (2, [0, 1], [0.1, 0.2]), (3, None, [0.1, -0.2, 0.3]), (8, None, []), (3, [1], []),
])  # fmt: skip
def test_every_aggregate_agrees_to_the_bit(targets, voted, base, double, aggregate) -> None:
    x = ROWS.astype(np.float64 if double else np.float32)
    for trees in (3, 5, 40):
        assert_agrees(old_pair(targets, base=base, voted=voted, aggregate_function=aggregate, trees=trees,
                               double=double), x)  # fmt: skip


@pytest.mark.parametrize("aggregate", ["MIN", "MAX"])
def test_extremes_of_leaves_that_vote_twice_or_not_for_every_target(aggregate: str) -> None:
    assert_agrees(old_pair(2, voted=[0, 0, 1], aggregate_function=aggregate))
    proto = onnx.load_model_from_string(old_pair(2, voted=[0, 1], aggregate_function=aggregate, trees=2))
    given = {attribute.name: attribute for attribute in proto.graph.node[0].attribute}
    kept = np.random.default_rng(3).random(len(given["target_ids"].ints)) < 0.5
    for name in ("target_ids", "target_nodeids", "target_treeids"):
        given[name].ints[:] = np.array(given[name].ints)[kept].tolist()
    given["target_weights"].floats[:] = np.array(given["target_weights"].floats)[kept].tolist()
    assert (outputs(proto.SerializeToString(), ROWS)["Z"] == 0).any()
    assert_agrees(proto.SerializeToString())


@pytest.mark.parametrize("aggregate", ["MIN", "SUM", "AVERAGE"])
def test_a_target_without_votes_has_its_base_value(aggregate: str) -> None:
    """As the text of ONNX says; ONNX Runtime 1.32 gives 0."""
    found = outputs(old_pair(3, voted=[1], base=[0.5, 0.25, 2.5], aggregate_function=aggregate), ROWS)["Z"]
    assert (found[:, 0] == 0.5).all() and (found[:, 2] == 2.5).all() and len(np.unique(found[:, 1])) > 10


@pytest.mark.parametrize("aggregate", [0, 2, 3])
@pytest.mark.parametrize("double", [False, True])
def test_extremes_and_means_of_the_new_operator(aggregate: int, double: bool) -> None:
    x = ROWS.astype(np.float64 if double else np.float32)
    for targets in (1, 2, 3):
        assert_agrees(new_one([0, 6], [(1.0,)], targets=targets, double=double, aggregate_function=aggregate), x)
    assert_agrees(new_one([1], trees=1, targets=20, double=double, aggregate_function=aggregate), x)


def test_extremes_are_transformed_like_sums() -> None:
    for transform in TRANSFORMS[1:4]:
        assert_agrees(old_pair(3, voted=None, base=[0.1, 0.2, 0.3], transform=transform, aggregate_function="MAX"),
                      within=2e-7)  # fmt: skip


@pytest.mark.parametrize("transform", TRANSFORMS[1:4])
def test_transforms_of_several_targets(transform: str) -> None:
    assert_agrees(old_pair(3, voted=None, base=[0.1, 0.2, 0.3], transform=transform), within=2e-7)
    assert_agrees(old_pair(1, base=[0.1], transform=transform))  # of one target ONNX Runtime passes over it


def test_probit_agrees_as_far_as_its_formula_allows() -> None:
    """Near 1/2 it subtracts numbers that are nearly equal, near 0 and 1 it is steep: a last place becomes 1e-4."""
    ours = outputs(data := old_pair(2, voted=None, transform="PROBIT", positive=True), ROWS)
    wanted = by_onnx_runtime(data, ROWS)["Z"]
    assert np.array_equal(np.isfinite(ours["Z"]), np.isfinite(wanted)) and np.isfinite(wanted).any()
    finite = np.isfinite(wanted) & (np.abs(wanted) < 2)
    np.testing.assert_allclose(ours["Z"][finite], wanted[finite], atol=1e-4)


@pytest.mark.parametrize("positive", [False, True])
@pytest.mark.parametrize("transform", TRANSFORMS[:4])
@pytest.mark.parametrize("labels, voted, base", [
    ([0, 1], [0], []), ([5, 3], [0], [0.2]), ([5, 3], [1], []), ([5, 3], [0, 1], []), ([7, 1, 2], [0, 1, 2], []),
    ([0, 1, 2], None, []), ([0, 1, 2], None, [0.1, 0.2, 0.3]),
])  # fmt: skip
def test_classes_and_scores(labels, voted, base, transform, positive) -> None:
    data = old_pair(len(labels), base=base, voted=voted, labels=labels, transform=transform, positive=positive)
    assert_agrees(data, within=2e-7)


def test_a_tie_of_classes_goes_to_the_first() -> None:
    data = old_pair(3, labels=[2, 4, 6], voted=[2], positive=True)
    assert 2 not in outputs(data, ROWS)["Y"]
    proto = onnx.load_model_from_string(old_pair(3, labels=[2, 4, 6], voted=[1, 0, 2], positive=True))
    for attribute in proto.graph.node[0].attribute:
        if attribute.name == "class_weights":
            attribute.floats[:] = [0.25] * len(attribute.floats)
    assert_agrees(proto.SerializeToString())
    assert set(outputs(proto.SerializeToString(), ROWS)["Y"]) == {2}


def test_texts_are_left_out_and_name_the_labels() -> None:
    data = old_pair(3, labels=["b", "c", "light"], voted=None)
    model = read_bytes(data, "forest.onnx")
    assert [each.name for each in model.output_list] == ["Z"]
    assert list(model.outputs["Z"].labels) == ["b", "c", "light"]
    assert "text" in model.record["origin"]["changed_outputs"]["Y"]


@pytest.mark.parametrize("double", [False, True])
@pytest.mark.parametrize("modes", [[0], [1], [0, 1, 2, 3], [0, 6]], ids=str)
def test_the_new_operator(modes: list[int], double: bool) -> None:
    members = [(1.0, 2.0, 0.0), (0.5,), (2.0, 0.0)]
    x = ROWS.astype(np.float64 if double else np.float32)
    assert_agrees(new_one(modes, members, targets=2, double=double), x)


def test_a_set_with_minus_one_holds_minus_one() -> None:
    """ONNX Runtime 1.32 takes -1 out of such sets; ONNX's own reference and its text have it in."""
    data = new_one([6], [(-1.0,)], trees=1)
    wanted = ReferenceEvaluator(onnx.load_model_from_string(data)).run(None, {"X": ROWS})[0]
    assert np.array_equal(outputs(data, ROWS)["Z"], wanted)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_exporters_write_agrees_with_onnx_runtime(path: Path) -> None:
    random = np.random.default_rng(3)
    x = random.normal(size=(200, 6)).astype(np.float32)
    if "sklearn_linear" not in path.stem and "normalised" not in path.stem:
        x[::7] = np.round(x[::7])
    assert_agrees(path.read_bytes(), x, within=1e-6)


def test_converting_compares_runs_and_names_it() -> None:
    model = lading.convert(HERE / "sklearn_forest_map.onnx")
    assert all(output["difference"] < 1e-6 for output in model.agreement["outputs"].values())
    assert list(model.outputs["output_probability"].labels) == ["0", "1", "2"]
    assert "trees.threshold" in model.weights and model.graphs["main"].nodes[0].name == "trees"
    x = np.random.default_rng(3).normal(size=(50, 6)).astype(np.float32)
    got, wanted = model.run({"X": x}), by_onnx_runtime((HERE / "sklearn_forest_map.onnx").read_bytes(), x)
    assert np.array_equal(got["output_probability"], wanted["output_probability"])
    assert np.array_equal(got["output_label"], wanted["output_label"])


# ---------------------------------------------------------------------------------------------------- refusals


@pytest.mark.parametrize("data, told", [
    (old_pair(1, aggregate_function="MODE"), "takes the MODE of its trees"),
    (old_pair(2, labels=[0, 1], voted=[0, 1], base=[0.1, 0.2]), "base values beside votes"),
    (old_pair(2, labels=[0, 1], transform="PROBIT"), "no meaningful scores"),
    (old_pair(3, base=[0.1, 0.2]), "2 base values for 3 targets"),
])  # fmt: skip
def test_what_is_refused_says_why(data: bytes, told: str) -> None:
    with pytest.raises(lading.UnsupportedError, match=told):
        read_bytes(data, "forest.onnx")


def changed(**new: list[int]) -> bytes:
    proto = onnx.load_model_from_string(old_pair(1))
    for attribute in proto.graph.node[0].attribute:
        if attribute.name in new:
            attribute.ints[:] = new[attribute.name]
    return proto.SerializeToString()


@pytest.mark.parametrize("new, told", [
    ({"nodes_truenodeids": [0] * 75}, "circles"), ({"nodes_truenodeids": [99] * 75}, "has no node 99"),
    ({"nodes_treeids": [0] * 75}, "stands twice"), ({"nodes_featureids": [9] * 75}, "looks at feature 9"),
    ({"nodes_falsenodeids": [1, 2]}, "2 nodes_falsenodeids for 75 nodes"),
])  # fmt: skip
def test_damage_is_told(new: dict[str, list[int]], told: str) -> None:
    with pytest.raises(lading.LadingError, match=told):
        read_bytes(changed(**new), "forest.onnx")


SOUND = [old_pair(1, MODES), old_pair(3, labels=[0, 1, 2], voted=None), new_one([0, 6], [(1.0,)])]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(SOUND), st.data())
def test_damaged_files_are_refused_or_read_never_more(data: bytes, draw: st.DataObject) -> None:
    damaged = bytearray(data)
    for _ in range(draw.draw(st.integers(1, 4))):
        damaged[draw.draw(st.integers(0, len(data) - 1))] = draw.draw(st.integers(0, 255))
    cut = draw.draw(st.integers(0, len(data)))
    for each in (bytes(damaged), data[:cut]):
        try:
            read_bytes(each, "forest.onnx")
        except lading.LadingError as error:
            assert "forest.onnx" in str(error)
