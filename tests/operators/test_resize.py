"""Resize, the quantized pair and RotaryEmbedding against ``onnx.reference``, over all their attributes."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import onnx
import pytest
from one_node import run_node, same
from onnx import helper
from onnx.reference import ReferenceEvaluator


def reference(operator: str, inputs: list[np.ndarray | None], **attributes: Any) -> np.ndarray:
    names = [f"x{i}" if value is not None else "" for i, value in enumerate(inputs)]
    feeds = {name: value for name, value in zip(names, inputs, strict=True) if name}
    values = [
        helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(value.dtype), value.shape)
        for name, value in feeds.items()
    ]
    graph = helper.make_graph(
        [helper.make_node(operator, names, ["y"], **attributes)],
        "g",
        values,
        [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)],
    )
    return ReferenceEvaluator(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 24)])).run(
        None, feeds
    )[0]


COORDINATES = ["half_pixel", "half_pixel_symmetric", "pytorch_half_pixel", "align_corners", "asymmetric"]


@pytest.mark.parametrize("coordinates", COORDINATES)
@pytest.mark.parametrize("mode", ["nearest", "linear", "cubic"])
def test_resize(mode, coordinates):
    x = np.random.default_rng(1).normal(size=(2, 4, 5)).astype(np.float32)
    for scales in ([1, 2, 2], [1, 0.6, 1.3], [2, 1, 0.5], [1, 1, 1], [1, 2.5, 0.4]):
        inputs = [x, None, np.float32(scales)]
        attributes = {"mode": mode, "coordinate_transformation_mode": coordinates}
        np.testing.assert_allclose(
            run_node("Resize", inputs, **attributes)[0],
            reference("Resize", inputs, **attributes),
            rtol=1e-5,
            atol=1e-6,
        )
    for sizes in ([2, 8, 10], [2, 3, 7], [3, 2, 5]):
        inputs = [x, None, None, np.int64(sizes)]
        np.testing.assert_allclose(
            run_node("Resize", inputs, **attributes)[0],
            reference("Resize", inputs, **attributes),
            rtol=1e-5,
            atol=1e-6,
        )


@pytest.mark.parametrize("rule", ["round_prefer_floor", "round_prefer_ceil", "floor", "ceil"])
@pytest.mark.parametrize("coordinates", COORDINATES)
def test_nearest_pixels(rule, coordinates):
    x = np.arange(15, dtype=np.int32).reshape(3, 5)
    for scales in ([2, 3], [0.7, 0.7], [1.5, 1]):
        inputs, attributes = (
            [x, None, np.float32(scales)],
            {"nearest_mode": rule, "coordinate_transformation_mode": coordinates},
        )
        same(run_node("Resize", inputs, **attributes)[0], reference("Resize", inputs, **attributes))


def test_a_single_pixel():
    """onnx.reference places it at -0.5 for pytorch_half_pixel; the specification and ONNX Runtime at 0."""
    x = np.float32([[3, 4, 5, 6]])
    for coordinates, pixel in (
        ("pytorch_half_pixel", 3),
        ("align_corners", 3),
        ("asymmetric", 3),
        ("half_pixel", 4.5),
    ):
        found = run_node(
            "Resize",
            [x, None, None, np.int64([1, 1])],
            mode="linear",
            coordinate_transformation_mode=coordinates,
        )
        same(found[0], np.float32([[pixel]]))
        found = run_node(
            "Resize",
            [x, None, np.float32([1, 0.25])],
            mode="cubic",
            coordinate_transformation_mode=coordinates,
        )
        assert coordinates == "half_pixel" or found[0].item() == pixel


@pytest.mark.parametrize("exclude, coefficient", [(0, -0.5), (1, -0.75)])
def test_cubic_at_the_border(exclude, coefficient):
    x = np.random.default_rng(2).normal(size=(4, 4))
    inputs = [x, None, np.float32([1.7, 0.8])]
    attributes = {"mode": "cubic", "exclude_outside": exclude, "cubic_coeff_a": coefficient}
    np.testing.assert_allclose(
        run_node("Resize", inputs, **attributes)[0],
        reference("Resize", inputs, **attributes),
        rtol=1e-5,
        atol=1e-6,
    )


@pytest.mark.parametrize("policy", ["stretch", "not_larger", "not_smaller"])
def test_sizes_of_some_axes_with_their_ratio_kept(policy):
    x = np.random.default_rng(3).normal(size=(2, 4, 6)).astype(np.float32)
    inputs, attributes = (
        [x, None, None, np.int64([7, 8])],
        {"mode": "linear", "axes": [2, 1], "keep_aspect_ratio_policy": policy},
    )
    np.testing.assert_allclose(
        run_node("Resize", inputs, **attributes)[0], reference("Resize", inputs, **attributes), rtol=1e-5
    )


@pytest.mark.parametrize("dtype", ["int8", "uint8", "int16", "uint16"])
@pytest.mark.parametrize(
    "axis, scale", [(1, np.float32(0.5)), (1, np.float32([0.1, 0.5, 3])), (-1, np.float32([1, 2, 4, 8]))]
)
def test_quantized_numbers(dtype, axis, scale):
    x = (np.random.default_rng(4).normal(size=(2, 3, 4)) * 100).astype(np.float32)
    zero = np.full(scale.shape, 5, dtype)
    quantized = run_node("QuantizeLinear", [x, scale, zero], axis=axis)[0]
    same(quantized, reference("QuantizeLinear", [x, scale, zero], axis=axis))
    same(
        run_node("DequantizeLinear", [quantized, scale, zero], axis=axis)[0],
        reference("DequantizeLinear", [quantized, scale, zero], axis=axis),
    )


def test_blocks_of_quantized_numbers():
    x = (np.random.default_rng(5).normal(size=(2, 5)) * 100).astype(np.float32)
    scale, zero = np.float32([[1, 2, 3], [4, 5, 6]]), np.int8([[1, 2, 3], [4, 5, 6]])
    spread = scale.repeat(2, 1)[:, :5], zero.repeat(2, 1)[:, :5]
    quantized = run_node("QuantizeLinear", [x, scale, zero], axis=1, block_size=2)[0]
    same(quantized, np.clip(np.rint(x / spread[0]) + spread[1], -128, 127).astype(np.int8))
    same(
        run_node("DequantizeLinear", [quantized, scale, zero], axis=1, block_size=2)[0],
        (quantized.astype(np.float32) - spread[1]) * spread[0],
    )


def test_what_cannot_be_quantized_is_cut():
    x = np.float32([np.nan, np.inf, -np.inf, 1e30, 0.5, 1.5, 2.5])
    same(
        run_node("QuantizeLinear", [x, np.float32(1)], output_dtype="int8")[0],
        np.int8([-128, 127, -128, 127, 0, 2, 2]),
    )
    same(run_node("QuantizeLinear", [x[4:], np.float32(1)])[0], np.uint8([0, 2, 2]))


@pytest.mark.parametrize(
    "interleaved, turned, looked_up", [*itertools.product([0, 1], [0, 4], [False, True])]
)
def test_rotary_embedding(interleaved, turned, looked_up):
    rng = np.random.default_rng(6)
    pairs = (turned or 8) // 2
    angles = rng.normal(size=(10, pairs) if looked_up else (2, 3, pairs)).astype(np.float32)
    tables = [np.cos(angles), np.sin(angles), *([rng.integers(0, 10, (2, 3))] if looked_up else [])]
    for x, heads in ((rng.normal(size=(2, 3, 16)), {"num_heads": 2}), (rng.normal(size=(2, 5, 3, 8)), {})):
        inputs = [x.astype(np.float32), *tables]
        attributes = {"interleaved": interleaved, "rotary_embedding_dim": turned, **heads}
        np.testing.assert_allclose(
            run_node("RotaryEmbedding", inputs, **attributes)[0],
            reference("RotaryEmbedding", inputs, **attributes),
            rtol=1e-6,
            atol=1e-6,
        )


@pytest.mark.parametrize("mode", ["DCR", "CRD"])
def test_depth_to_space_and_back(mode):
    x = np.arange(2 * 8 * 3 * 5, dtype=np.float32).reshape(2, 8, 3, 5)
    wide = run_node("DepthToSpace", [x], blocksize=2, mode=mode)[0]
    same(wide, reference("DepthToSpace", [x], blocksize=2, mode=mode))
    if mode == "DCR":
        same(run_node("SpaceToDepth", [wide], blocksize=2)[0], x)
