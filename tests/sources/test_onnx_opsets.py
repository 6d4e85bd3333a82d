"""Every upgrade rule: a node of an older opset gives what ONNX Runtime gives for it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, NamedTuple

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper
from onnx_files import agrees, file, node, normal, read, run

from lading.errors import UnsupportedError
from lading.sources.onnx_opsets import LAST, RULES


class Case(NamedTuple):
    """One node of ``opset``: its inputs (arrays, None for omitted ones) and attributes."""

    operator: str
    opset: int
    inputs: list[Any]
    attributes: Mapping[str, Any] = MappingProxyType({})
    outputs: int = 1
    constants: tuple[int, ...] = ()
    says_shape: bool = True

    def __str__(self) -> str:
        return f"{self.operator}-{self.opset}-{'-'.join(map(str, self.attributes.values()))}"


X = normal(2, 3, 4, 5)
IMAGE = normal(1, 2, 4, 4)
GRID = np.tanh(normal(1, 3, 2, 2, seed=2))
REGIONS = np.float32([[0, 0, 3, 3], [1, 0.5, 2.5, 3]])
STATISTICS = [normal(3), normal(3), normal(3), np.abs(normal(3))]

CASES = [
    *(Case(softmax, opset, [X], {"axis": axis}) for softmax in ("Softmax", "LogSoftmax", "Hardmax")
      for opset, axis in ((7, 1), (9, 0), (11, 2), (12, 3), (11, -1), (11, -2), (13, 1))),
    Case("Softmax", 9, [X]),
    Case("Softmax", 12, [X], says_shape=False),
    Case("Softmax", 12, [normal(2, 3)]),
    Case("Softmax", 12, [normal(2, 3, 1, 1)]),
    Case("Softmax", 13, [X]),
    Case("Clip", 7, [X], {"min": -0.5, "max": 0.5}),
    Case("Clip", 10, [X], {"min": 0.0}),
    Case("Clip", 10, [X], {"max": 0.0}),
    Case("Clip", 10, [X]),
    Case("Clip", 11, [X, np.float32(-0.1), None]),
    Case("Clip", 13, [X, None, np.float32(0.1)]),
    Case("Pad", 7, [IMAGE], {"pads": [0, 0, 1, 2, 0, 0, 2, 1]}),
    Case("Pad", 10, [IMAGE], {"pads": [0, 0, 1, 2, 0, 0, 2, 1], "value": 1.5}),
    Case("Pad", 10, [IMAGE], {"pads": [0, 0, 1, 2, 0, 0, 2, 1], "mode": "reflect"}),
    Case("Pad", 10, [IMAGE], {"pads": [0, 0, -1, 0, 0, 0, 0, -1]}),
    Case("Pad", 11, [IMAGE, np.array([0, 0, 1, 2, 0, 0, 2, 1]), np.float32(2)], constants=(1,)),
    Case("Slice", 7, [X], {"starts": [1, -3], "ends": [2, 1000], "axes": [1, 3]}),
    Case("Slice", 9, [X], {"starts": [0, 1], "ends": [1, -1]}),
    Case("Slice", 10, [X, np.array([-1]), np.array([-1000]), np.array([2]), np.array([-2])]),
    Case("Squeeze", 7, [normal(1, 3, 1, 2)], {"axes": [0, 2]}),
    Case("Squeeze", 11, [normal(1, 3, 1, 2)], {"axes": [-2]}),
    Case("Squeeze", 12, [normal(1, 3, 1, 2)]),
    Case("Unsqueeze", 7, [X], {"axes": [0, 5]}),
    Case("Unsqueeze", 12, [X], {"axes": [-1]}),
    *(Case(f"Reduce{kind}", opset, [np.abs(X)], attributes)
      for kind in ("L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "Sum", "SumSquare")
      for opset, attributes in ((7, {"axes": [1, 3]}), (11, {"axes": [-1], "keepdims": 0}), (12, {}))),
    Case("ReduceMean", 17, [X], {"axes": [2]}),
    Case("Split", 7, [X], {"axis": 3, "split": [2, 3]}, outputs=2),
    Case("Split", 11, [X], {"axis": 2}, outputs=2),
    Case("Split", 13, [X], {"axis": 2}, outputs=4),
    Case("Split", 18, [X], {"axis": 3, "num_outputs": 2}, outputs=2),
    Case("TopK", 7, [X], {"axis": 2, "k": 2}, outputs=2),
    Case("TopK", 10, [X, np.array([3])], {"axis": -1}, outputs=2),
    Case("Dropout", 7, [X], {"ratio": 0.3}),
    Case("Dropout", 10, [X], {"ratio": 0.3}),
    Case("Dropout", 12, [X, np.float32(0.3), np.array(False)], constants=(1, 2)),
    Case("Dropout", 22, [X, np.float32(0.3)], outputs=2),
    Case("BatchNormalization", 7, [X, *STATISTICS], {"epsilon": 1e-3}),
    Case("BatchNormalization", 9, [X, *STATISTICS], {"momentum": 0.8}),
    Case("BatchNormalization", 15, [X, *STATISTICS]),
    Case("Upsample", 7, [IMAGE], {"scales": [1.0, 1.0, 2.0, 3.0]}),
    Case("Upsample", 9, [IMAGE, np.float32([1, 1, 1.5, 2])], {"mode": "nearest"}, constants=(1,)),
    Case("Upsample", 9, [IMAGE, np.float32([1, 1, 2, 2])], {"mode": "linear"}, constants=(1,)),
    Case("Resize", 10, [IMAGE, np.float32([1, 1, 2, 2])], constants=(1,)),
    Case("Resize", 10, [IMAGE, np.float32([1, 1, 0.6, 0.6])], constants=(1,)),
    Case("Resize", 10, [IMAGE, np.float32([1, 1, 2, 2])], {"mode": "linear"}, constants=(1,)),
    Case("Resize", 11, [IMAGE, np.float32([]), np.float32([1, 1, 2, 2])], {"mode": "linear"}, constants=(1, 2)),
    Case("Resize", 11, [IMAGE, np.float32([]), np.float32([]), np.array([1, 2, 7, 5])], constants=(1, 2, 3)),
    Case("Resize", 11, [IMAGE, np.float32([]), np.float32([1, 1, 2, 3])],
         {"coordinate_transformation_mode": "tf_half_pixel_for_nn", "nearest_mode": "floor"}, constants=(1, 2)),
    Case("Resize", 18, [IMAGE, None, np.float32([1, 1, 2, 3])],
         {"coordinate_transformation_mode": "tf_half_pixel_for_nn", "nearest_mode": "floor"}, constants=(2,)),
    Case("GridSample", 16, [IMAGE, GRID], {"mode": "bilinear", "padding_mode": "border"}),
    Case("GridSample", 16, [IMAGE, GRID], {"mode": "bicubic", "align_corners": 1}),
    Case("GridSample", 16, [IMAGE, GRID]),
    Case("GridSample", 20, [IMAGE, GRID], {"mode": "cubic", "padding_mode": "reflection"}),
    Case("RoiAlign", 10, [IMAGE, REGIONS, np.array([0, 0])], {"output_width": 2, "sampling_ratio": 2}),
    Case("RoiAlign", 16, [IMAGE, REGIONS, np.array([0, 0])], {"output_width": 2, "sampling_ratio": 2}),
    Case("RoiAlign", 16, [IMAGE, REGIONS, np.array([0, 0])], {"coordinate_transformation_mode": "output_half_pixel"}),
    Case("Scatter", 9, [normal(3, 3), np.array([[1, 0, 2]]), normal(1, 3, seed=1)], {"axis": 0}),
    Case("GroupNormalization", 18, [IMAGE, normal(1), normal(1)], {"num_groups": 1}),
    Case("PRelu", 7, [X, np.abs(normal(3, 1, 1))]),
    Case("Add", 7, [X, normal(4, 1)]),
    Case("DFT", 17, [normal(2, 4, 5, 2)]),
    Case("DFT", 17, [normal(2, 6, 5, 1), np.int64(4)], {"axis": 2, "onesided": 1}, constants=(1,)),
    Case("LSTM", 7, [normal(4, 2, 3), normal(1, 20, 3), normal(1, 20, 5)], {"hidden_size": 5}, constants=(1, 2)),
    Case("Scatter", 10, [normal(3, 3), np.array([[1, 0, 2]]), normal(1, 3, seed=1)], {"axis": 1}),
]  # fmt: skip


def case_file(case: Case) -> tuple[bytes, dict[str, np.ndarray]]:
    arrays = [None if array is None else np.asarray(array) for array in case.inputs]
    names = ["-" if array is None else f"x{i}" for i, array in enumerate(arrays)]
    outputs = [f"y{i}" for i in range(case.outputs)]
    weights = {f"x{i}": arrays[i] for i in case.constants}
    fed = {name: array for name, array in zip(names, arrays, strict=True) if array is not None and name not in weights}
    inputs = {}
    for name, array in fed.items():
        shape = list(array.shape) if case.says_shape else [f"{name}_{i}" for i in range(array.ndim)]
        inputs[name] = (shape, helper.np_dtype_to_tensor_dtype(array.dtype))
    kinds = {"TopK": [None, TensorProto.INT64], "Dropout": [None, TensorProto.BOOL]}
    described = {}
    for i, name in enumerate(outputs):
        kind = kinds.get(case.operator, [None, None])[i] if i < 2 else None
        described[name] = (None, kind or TensorProto.FLOAT)
    if case.operator == "Dropout" and case.opset < 10:
        described = {"y0": None}
    nodes = [node(case.operator, " ".join(names), " ".join(outputs), name="n", **case.attributes)]
    return file(nodes, inputs, described, weights, opset=case.opset), fed


@pytest.mark.parametrize("case", CASES, ids=str)
def test_an_old_node_gives_what_it_gave(case):
    data, fed = case_file(case)
    agrees(data, fed)


def test_every_rule_has_a_case():
    tried = {(case.operator, opset) for case in CASES for opset in RULES.get(case.operator, {}) if case.opset < opset}
    of_opset_6 = {(operator, 7) for operator, rules in RULES.items() if 7 in rules}
    missing = {(operator, opset) for operator, rules in RULES.items() for opset in rules} - tried - of_opset_6
    assert not missing
    assert {case.operator for case in CASES} >= set(LAST)


def test_what_comes_out_is_of_the_pinned_opset():
    for case in CASES:
        for each in read(case_file(case)[0]).graphs["main"].nodes:
            schema = onnx.defs.get_schema(each.operator, 24)
            assert set(each.attributes) <= set(schema.attributes), each
            assert schema.min_input <= len(each.inputs) <= schema.max_input


# ------------------------------------------------------------------------------------------ rules of opset 6


def test_opset_6_broadcasts_along_an_axis():
    bias = normal(3)
    data = file([node("Add", "x b", "y", broadcast=1, axis=1)], {"x": [2, 3, 4, 5]}, {"y": None}, {"b": bias}, opset=6)
    assert np.array_equal(run(data, {"x": X})["y"], X + bias[:, None, None])


def test_opset_6_slopes_of_channels():
    slope = normal(3)
    data = file([node("PRelu", "x s", "y")], {"x": [2, 3, 4, 5]}, {"y": None}, {"s": slope}, opset=6)
    expected = np.where(X < 0, X * slope[:, None, None], X)
    assert np.array_equal(run(data, {"x": X})["y"], expected)


def test_opset_6_says_that_a_layer_is_trained():
    weights = dict(zip("smbv", STATISTICS, strict=True))
    nodes = [node("BatchNormalization", "x s m b v", "h", is_test=1), node("Dropout", "h", "y", is_test=1)]
    old = file(nodes, {"x": [2, 3, 4, 5]}, {"y": None}, weights, opset=6)
    new = file([node("BatchNormalization", "x s m b v", "y")], {"x": [2, 3, 4, 5]}, {"y": None}, weights, opset=15)
    assert np.array_equal(run(old, {"x": X})["y"], run(new, {"x": X})["y"])


def test_opset_6_gemm():
    data = file([node("Gemm", "x w b", "y", broadcast=1)], {"x": ["n", 3]}, {"y": None},
                {"w": normal(3, 2), "b": normal(2)}, opset=6)
    expected = normal(5, 3) @ normal(3, 2) + normal(2)
    np.testing.assert_allclose(run(data, {"x": normal(5, 3)})["y"], expected, rtol=1e-6)


# -------------------------------------------------------------------------------------------------- special


def test_batch_normalization_of_single_elements():
    """spatial = 0 is not supported by ONNX Runtime; the formula is that of the specification."""
    mean, variance, scale, bias = normal(3, 4), np.abs(normal(3, 4, seed=5)), normal(3, 4, seed=6), normal(3, 4, seed=7)
    weights = {"s": scale, "b": bias, "m": mean, "v": variance}
    normalize = node("BatchNormalization", "x s b m v", "y", spatial=0)
    data = file([normalize], {"x": ["n", 3, 4]}, {"y": None}, weights, opset=7)
    x = normal(6, 3, 4, seed=8)
    expected = (x - mean) / np.sqrt(variance + np.float32(1e-5)) * scale + bias
    np.testing.assert_allclose(run(data, {"x": x})["y"], expected, rtol=1e-5)


def test_group_normalization_with_several_channels_in_a_group():
    scale, bias, x = normal(2), normal(2, seed=5), normal(1, 4, 3)
    data = file([node("GroupNormalization", "x s b", "y", num_groups=2)], {"x": [1, 4, 3]}, {"y": None},
                {"s": scale, "b": bias}, opset=18)
    grouped = x.reshape(1, 2, 6).astype(np.float64)
    deviation = np.sqrt(grouped.var(2, keepdims=True) + 1e-5)
    normalised = ((grouped - grouped.mean(2, keepdims=True)) / deviation).reshape(x.shape)
    expected = normalised * np.repeat(scale, 2)[:, None] + np.repeat(bias, 2)[:, None]
    np.testing.assert_allclose(run(data, {"x": x})["y"], expected, rtol=1e-5, atol=1e-6)


def test_group_normalization_whose_scale_is_computed():
    nodes = [node("Relu", "a", "s"), node("GroupNormalization", "x s b", "y", num_groups=2)]
    inputs = {"x": [1, 4, 3], "a": [2]}
    x, a = normal(1, 4, 3), np.abs(normal(2))
    computed = file(nodes, inputs, {"y": None}, {"b": normal(2)}, opset=18)
    stored = file(nodes[1:], {"x": [1, 4, 3]}, {"y": None}, {"s": a, "b": normal(2)}, opset=18)
    np.testing.assert_allclose(run(computed, {"x": x, "a": a})["y"], run(stored, {"x": x})["y"], rtol=1e-6)


@pytest.mark.parametrize("training", ["batch_norm", "dropout", "outputs"])
def test_a_network_in_training_is_refused(training):
    weights = dict(zip("sbmv", STATISTICS, strict=True)) | {"r": np.float32(0.5), "t": np.array(True)}
    nodes = {
        "batch_norm": (node("BatchNormalization", "x s b m v", "y", name="bn", training_mode=1), 15),
        "dropout": (node("Dropout", "x r t", "y", name="bn"), 13),
        "outputs": (node("BatchNormalization", "x s b m v", "y a", name="bn"), 9),
    }
    made, opset = nodes[training]
    with pytest.raises(UnsupportedError, match=r"node 'bn'.*|model\.eval\(\)"):
        read(file([made], {"x": [2, 3, 4, 5]}, {"y": None}, weights, opset=opset))


def test_a_resize_in_both_directions_is_refused():
    scales = {"s": np.float32([1, 1, 2, 0.5])}
    data = file([node("Resize", "x s", "y")], {"x": [1, 2, 4, 4]}, {"y": None}, scales, opset=10)
    with pytest.raises(UnsupportedError, match="grows along one axis and shrinks along another"):
        read(data)


def test_attributes_that_do_not_exist_are_refused():
    with pytest.raises(UnsupportedError, match="attribute 'slope', which Relu of opset 17 does not have"):
        read(file([node("Relu", "x", "y", slope=0.1)], {"x": [3]}, {"y": None}))


# ---------------------------------------------------------------------------------------- newer than the pin

NEWEST = onnx.defs.onnx_opset_version()
newer = pytest.mark.skipif(NEWEST < 28, reason="the installed onnx knows no opset behind the pin")


@newer
@pytest.mark.parametrize("made", [node("Identity", "x", "y"), node("Flatten", "x", "y"), node("Celu", "x", "y"),
                                  node("Einsum", "x x", "y", equation="abcd,abcd->ab")], ids=lambda n: n.op_type)
def test_a_newer_form_that_says_nothing_new_is_taken(made):
    new = file([made], {"x": [2, 3, 4, 5]}, {"y": None}, opset=28)
    old = file([made], {"x": [2, 3, 4, 5]}, {"y": None}, opset=24)
    assert np.array_equal(run(new, {"x": X})["y"], run(old, {"x": X})["y"])


@newer
def test_a_newer_type_is_taken_apart_where_onnx_defines_the_operator_by_others():
    half = ([2, 3, 4, 5], TensorProto.FLOAT16)
    model = read(file([node("Celu", "x", "y")], {"x": half}, {"y": half}, opset=28))
    assert "Celu" not in [each.operator for each in model.graphs["main"].nodes]


@newer
def test_a_newer_attribute_is_taken_apart_too():
    data = file([node("SpaceToDepth", "x", "y", blocksize=2, mode="CRD")], {"x": [1, 2, 4, 4]}, {"y": None}, opset=28)
    blocks = IMAGE.reshape(1, 2, 2, 2, 2, 2)  # n, channel, row, row in block, column, column in block
    expected = blocks.transpose(0, 1, 3, 5, 2, 4).reshape(1, 8, 2, 2)
    assert np.array_equal(run(data, {"x": IMAGE})["y"], expected)


@newer
@pytest.mark.parametrize(
    ("made", "kind", "why"),
    [
        (node("Mod", "x x", "y", name="m"), TensorProto.FLOAT, "fmod = 0"),
        (node("BitShift", "x x", "y", name="b", direction="LEFT"), TensorProto.INT32, "int32 as its input 0"),
        (node("CumProd", "x a", "y", name="c"), TensorProto.FLOAT, "no such operator"),
    ],
    ids=["meaning", "type", "operator"],
)
def test_what_is_newer_is_refused_by_name(made, kind, why):
    data = file([made], {"x": ([2, 4, 4, 4], kind)}, {"y": (None, kind)}, {"a": np.array(1)}, opset=28)
    with pytest.raises(UnsupportedError, match=why) as caught:
        read(data)
    assert f"node '{made.name}'" in str(caught.value)


def test_opsets_before_the_oldest_are_refused():
    with pytest.raises(UnsupportedError, match=r"opset 5; lading reads opset 6 and newer"):
        read(file([node("Relu", "x", "y")], {"x": [3]}, {"y": None}, opset=5))


def test_opsets_that_the_installed_onnx_does_not_know_are_refused():
    with pytest.raises(UnsupportedError, match="pip install --upgrade onnx"):
        read(file([node("Relu", "x", "y")], {"x": [3]}, {"y": None}, opset=NEWEST + 1))
