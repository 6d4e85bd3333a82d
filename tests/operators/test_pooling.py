"""The pools against others, over all their attributes."""

from __future__ import annotations

import grids
import numpy as np
import oracles
import pytest
from one_node import run_node, same

POOLS = ["MaxPool", "AveragePool", "LpPool"]
GLOBAL = ["GlobalMaxPool", "GlobalAveragePool", "GlobalLpPool"]


def close(found: np.ndarray, expected: np.ndarray) -> None:
    """Largest numbers to the bit, sums to a few roundings."""
    assert found.shape == expected.shape
    bound = {"float32": 1e-6, "float64": 1e-13}.get(found.dtype.name, 0)
    np.testing.assert_allclose(found, expected, rtol=0, atol=bound * np.abs(expected).max(initial=0))


@pytest.mark.parametrize("operator", POOLS)
@pytest.mark.parametrize("seed", range(60))
def test_as_the_numpy_evaluator(operator, seed):
    inputs, attributes = grids.pool(np.random.default_rng(seed), operator)
    outputs = 2 if operator == "MaxPool" and seed % 2 else 1
    expected = oracles.by_evaluate(operator, inputs, **attributes)
    for found, each in zip(run_node(operator, inputs, outputs, **attributes), expected, strict=False):
        close(found, each)


@pytest.mark.parametrize("operator", POOLS)
def test_as_onnx_runtime(operator):
    """Without automatic padding: there it forgets dilations, and lets windows begin before short kernels do."""
    compared = 0
    for seed in range(60):
        inputs, attributes = grids.pool(np.random.default_rng(3000 + seed), operator, auto=False)
        outputs = 2 if operator == "MaxPool" and seed % 2 else 1
        expected = oracles.by_onnx_runtime(operator, inputs, outputs, **attributes)
        if expected is None:
            continue
        compared += 1
        for found, each in zip(run_node(operator, inputs, outputs, **attributes), expected, strict=True):
            close(found, each)
    assert compared >= 20


@pytest.mark.parametrize("operator", ["AveragePool", "LpPool"])
def test_as_onnx_reference(operator):
    """In float64. Its MaxPool fails on uneven padding, and with ceil_mode windows begin behind the last element."""
    for seed in range(40):
        inputs, attributes = grids.pool(np.random.default_rng(4000 + seed), operator, auto=False)
        attributes["ceil_mode"] = 0
        close(run_node(operator, inputs, **attributes)[0], oracles.by_reference(operator, inputs, **attributes)[0])


@pytest.mark.parametrize("operator", GLOBAL)
@pytest.mark.parametrize("shape", [(2, 3, 7), (2, 3, 5, 9), (1, 4, 3, 4, 5), (0, 3, 5), (2, 3, 0), (3, 1, 1, 1)])
def test_all_of_a_channel(operator, shape):
    for dtype in (np.float32, np.float64):
        x = grids.numbers(np.random.default_rng(1), dtype, *shape)
        for attributes in [{"p": 1}, {"p": 2}, {"p": 3}] if operator == "GlobalLpPool" else [{}]:
            close(run_node(operator, [x], **attributes)[0], oracles.by_evaluate(operator, [x], **attributes)[0])


def test_the_largest_of_equals_and_of_nothing():
    x = np.float32([[[1, 3, 3, 1, np.nan, 5, np.nan]]])
    values, places = run_node("MaxPool", [x], 2, kernel_shape=[3], strides=[2])
    same(values, np.float32([[[3, np.nan, np.nan]]]))
    same(places, np.int64([[[1, 4, 4]]]))
    same(run_node("MaxPool", [x], kernel_shape=[3], strides=[2])[0], values)
    values, places = run_node("MaxPool", [x[..., :2]], 2, kernel_shape=[1], pads=[1, 1])
    same(values, np.float32([[[-np.inf, 1, 3, -np.inf]]]))
    same(places, np.int64([[[-1, 0, 1, -1]]]))


def test_the_average_of_nothing():
    x = np.float32([[[1, 3]]])
    same(run_node("AveragePool", [x], kernel_shape=[1], pads=[1, 1])[0], np.float32([[[np.nan, 1, 3, np.nan]]]))
    found = run_node("AveragePool", [x], kernel_shape=[1], pads=[1, 1], count_include_pad=1)[0]
    same(found, np.float32([[[0, 1, 3, 0]]]))


@pytest.mark.parametrize("operator", POOLS)
@pytest.mark.parametrize("shape", [(0, 2, 5, 5), (2, 2, 0, 5), (2, 2, 5, 0), (2, 0, 5, 5), (2, 2, 1, 1)])
def test_no_windows(operator, shape):
    found = run_node(operator, [np.zeros(shape, np.float32)], kernel_shape=[2, 2])[0]
    assert found.shape == (*shape[:2], max(shape[2] - 1, 0), max(shape[3] - 1, 0))


@pytest.mark.parametrize("operator", [*POOLS, *GLOBAL])
def test_an_entry_does_not_see_how_many_there_are(operator):
    x = grids.numbers(np.random.default_rng(2), np.float32, 33, 5, 9, 7)
    attributes = {"kernel_shape": [3, 2], "strides": [2, 2], "pads": [1, 1, 1, 0]} if operator in POOLS else {}
    together = run_node(operator, [x], **attributes)[0]
    for some in (1, 2, 32):
        np.testing.assert_array_equal(run_node(operator, [x[:some]], **attributes)[0], together[:some])
