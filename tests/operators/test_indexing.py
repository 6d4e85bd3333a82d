"""Operators that pick elements by index or by rank, against NumPy on random shapes."""

from __future__ import annotations

import numpy as np
import pytest
from one_node import run_node, same

INDEX_TYPES = (np.int32, np.int64)


def indices_into(rng: np.random.Generator, length: int, shape: tuple[int, ...]) -> np.ndarray:
    return rng.integers(-length, length, shape).astype(rng.choice(INDEX_TYPES))


@pytest.mark.parametrize("seed", range(30))
def test_gather(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rng.integers(1, 5, rng.integers(1, 4))).astype(np.float32)
    axis = int(rng.integers(-x.ndim, x.ndim))
    index = indices_into(rng, x.shape[axis], tuple(rng.integers(0, 4, rng.integers(0, 4))))
    same(run_node("Gather", [x, index], axis=axis)[0], np.take(x, index, axis))


@pytest.mark.parametrize("seed", range(30))
def test_gather_elements(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rng.integers(1, 5, rng.integers(1, 4)))
    axis = int(rng.integers(-x.ndim, x.ndim))
    shape = [int(rng.integers(0, length + 1)) for length in x.shape]
    shape[axis] = int(rng.integers(0, 6))
    index = indices_into(rng, x.shape[axis], tuple(shape))
    part = x[tuple(slice(None) if i == axis % x.ndim else slice(n) for i, n in enumerate(shape))]
    same(
        run_node("GatherElements", [x, index], axis=axis)[0],
        np.take_along_axis(part, index.astype(np.int64), axis),
    )


@pytest.mark.parametrize("seed", range(30))
def test_gather_nd(seed):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=rng.integers(1, 4, rng.integers(1, 5))).astype(np.float32)
    batch = int(rng.integers(0, x.ndim))
    depth = int(rng.integers(1, x.ndim - batch + 1))
    places = (*x.shape[:batch], *rng.integers(0, 4, rng.integers(0, 3)).tolist())
    index = np.stack([rng.integers(-n, n, places) for n in x.shape[batch : batch + depth]], -1)
    expected = np.zeros(places + x.shape[batch + depth :], np.float32)
    for place in np.ndindex(places):
        expected[place] = x[(*place[:batch], *index[place])]
    same(run_node("GatherND", [x, index], batch_dims=batch)[0], expected)


REDUCTIONS = {
    "none": lambda old, new: new,
    "add": np.add,
    "mul": np.multiply,
    "max": np.maximum,
    "min": np.minimum,
}


@pytest.mark.parametrize("reduction", REDUCTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int8", "uint8"])
def test_scatter_elements(reduction, dtype):
    rng = np.random.default_rng(1)
    for axis in (-1, 0, 1):
        x, updates = rng.integers(-9, 9, (4, 3)).astype(dtype), rng.integers(-9, 9, (2, 3)).astype(dtype)
        index = rng.integers(-x.shape[axis], x.shape[axis], (2, 3))
        expected = x.copy()
        for place in np.ndindex(2, 3):
            to = list(place)
            to[axis] = index[place]
            expected[tuple(to)] = REDUCTIONS[reduction](expected[tuple(to)], updates[place])
        same(run_node("ScatterElements", [x, index, updates], axis=axis, reduction=reduction)[0], expected)


@pytest.mark.parametrize("reduction", REDUCTIONS)
def test_scatter_nd(reduction):
    rng = np.random.default_rng(2)
    for depth in (1, 2, 3):
        x = rng.normal(size=(3, 4, 2)).astype(np.float32)
        index = np.stack([rng.integers(-n, n, (2, 5)) for n in x.shape[:depth]], -1)
        updates = rng.normal(size=(2, 5, *x.shape[depth:])).astype(np.float32)
        expected = x.copy()
        for place in np.ndindex(2, 5):
            to = tuple(index[place])
            expected[to] = REDUCTIONS[reduction](expected[to], updates[place])
        same(run_node("ScatterND", [x, index, updates], reduction=reduction)[0], expected)


def test_scatter_keeps_nan():
    x, updates = np.float32([np.nan, 1, 2]), np.float32([5, np.nan, 5])
    for reduction in ("max", "min"):
        expected = REDUCTIONS[reduction](x, updates)
        same(run_node("ScatterElements", [x, np.arange(3), updates], reduction=reduction)[0], expected)


def test_scatter_nothing():
    x = np.ones((2, 3), np.float32)
    same(run_node("ScatterElements", [x, np.zeros((0, 3), np.int64), np.zeros((0, 3), np.float32)])[0], x)
    same(run_node("ScatterND", [x, np.zeros((0, 1), np.int64), np.zeros((0, 3), np.float32)])[0], x)


@pytest.mark.parametrize("largest", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "int32", "uint8", "uint64", "int8"])
def test_top_k_takes_the_first_of_equal_ones(largest, dtype):
    rng = np.random.default_rng(3)
    for axis, k in ((-1, 3), (0, 4), (1, 0), (1, 5), (-1, 6)):
        x = rng.integers(-3 if np.dtype(dtype).kind != "u" else 0, 4, (4, 5, 6)).astype(dtype)
        wide = x.astype(np.int64) * (-1 if largest else 1)
        order = np.take(np.argsort(wide, axis, kind="stable"), range(k), axis)
        values, where = run_node("TopK", [x, np.int64([k])], 2, axis=axis, largest=largest)
        same(where, order)
        same(values, np.take_along_axis(x, order, axis))


def test_top_k_counts_nan_as_largest_and_zeros_as_equal():
    x = np.float32([1, np.nan, -np.inf, np.inf, np.nan, -0.0, 0.0])
    assert run_node("TopK", [x, np.int64([7])], 2)[1].tolist() == [1, 4, 3, 0, 5, 6, 2]
    assert run_node("TopK", [x, np.int64([7])], 2, largest=0)[1].tolist() == [2, 5, 6, 0, 3, 1, 4]


def test_top_k_of_large_integers():
    x = np.int64([2**62, 2**62 + 1, -(2**63), 2**63 - 1])
    assert run_node("TopK", [x, np.int64([4])], 2)[1].tolist() == [3, 1, 0, 2]
    x = np.uint64([2**63, 2**63 - 1, 2**64 - 1])
    assert run_node("TopK", [x, np.int64([3])], ["", "where"])[0].tolist() == [2, 0, 1]


@pytest.mark.parametrize("axis", [-1, 0, 1, 2])
def test_one_hot(axis):
    indices = np.array([[0, 2, -1], [3, -4, 7]])
    expected = np.full((2, 3, 4), 5, np.float32)
    for place, index in np.ndenumerate(indices):
        if -4 <= index < 4:
            expected[(*place, index)] = 9
    expected = np.moveaxis(expected, -1, axis)
    for kind in (np.int64, np.int32, np.float32):
        for depth in (np.int64(4), np.float32([4])):
            same(
                run_node("OneHot", [indices.astype(kind), depth, np.float32([5, 9])], axis=axis)[0], expected
            )
    same(
        run_node("OneHot", [np.float64([np.nan, 1e300]), np.int64(2), np.int64([0, 1])])[0],
        np.zeros((2, 2), np.int64),
    )


def test_non_zero():
    rng = np.random.default_rng(4)
    for shape in ((3,), (2, 3), (2, 3, 4), (0, 3)):
        for dtype in ("float32", "int64", "bool"):
            x = rng.integers(0, 2, shape).astype(dtype)
            same(run_node("NonZero", [x])[0], np.stack(np.nonzero(x)).astype(np.int64))
    same(run_node("NonZero", [np.float32([0, np.nan, -0.0])])[0], np.int64([[1]]))
    same(run_node("NonZero", [np.float32(3)])[0], np.zeros((0, 1), np.int64))  # ONNX: no axis, one element


def test_compress():
    x = np.arange(12).reshape(3, 4)
    same(run_node("Compress", [x, np.array([True, False, True])], axis=0)[0], x[[0, 2]])
    same(run_node("Compress", [x, np.array([False, True])], axis=-1)[0], x[:, [1]])
    same(run_node("Compress", [x, np.array([False, True, False, False, True])])[0], np.array([1, 4]))
    same(run_node("Compress", [x, np.zeros(3, bool)], axis=0)[0], x[:0])


@pytest.mark.parametrize("axis", [None, 0, 1, -1])
def test_unique(axis):
    rng = np.random.default_rng(5)
    for shape in ((6, 2), (3, 4), (0, 2)):
        x = rng.integers(0, 2, shape).astype(np.float32)
        attributes = {} if axis is None else {"axis": axis}
        found = run_node("Unique", [x], 4, **attributes)
        expected = np.unique(x, True, True, True, axis=axis) if x.size else None
        if expected is not None:
            for one, other in zip(found, expected, strict=True):
                same(one, other.reshape(-1) if other.dtype == np.int64 else other)


def test_unique_in_order_of_appearance():
    x = np.float32([2, 1, 1, 3, 4, 3, np.nan, np.nan])
    values, first, inverse, counts = run_node("Unique", [x], 4, sorted=0)
    same(values, np.float32([2, 1, 3, 4, np.nan]))
    assert (first.tolist(), inverse.tolist(), counts.tolist()) == (
        [0, 1, 3, 4, 6],
        [0, 1, 1, 2, 3, 2, 4, 4],
        [1, 2, 2, 1, 2],
    )
    assert run_node("Unique", [x], ["", "", "inverse"])[0].tolist() == [1, 0, 0, 2, 3, 2, 4, 4]


@pytest.mark.parametrize(
    "start, limit, delta", [(0, 5, 1), (5, 0, -2), (0, 0, 1), (3, 9, -1), (-7, 8, 5), (1, 2, 100)]
)
@pytest.mark.parametrize("dtype", ["int64", "int32", "int16", "float32", "float64"])
def test_range(start, limit, delta, dtype):
    numbers = [np.asarray(value, dtype) for value in (start, limit, delta)]
    same(run_node("Range", numbers)[0], np.arange(start, limit, delta, dtype))


def test_range_of_extremes():
    low, high = np.iinfo(np.int64).min, np.iinfo(np.int64).max
    found = run_node("Range", [np.int64(low), np.int64(high), np.int64(high)])[0]
    assert found.tolist() == [low, -1, high - 1]
    same(
        run_node("Range", [np.float32(0), np.float32(1), np.float32(0.25)])[0],
        np.float32([0, 0.25, 0.5, 0.75]),
    )
