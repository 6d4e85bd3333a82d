"""Cast: every pair of types, rounding of half floats, and numbers that do not fit."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from one_node import run_node, run_nodes, same

from lading import graph

TYPES = tuple(name for name in graph.TYPES if name != "bfloat16")


@pytest.mark.parametrize("source, target", [*itertools.product(TYPES, TYPES)])
def test_numbers_that_fit(source, target):
    x = np.array([0, 1, 2, 100, 127], dtype=np.float64).astype(source)
    if np.dtype(source).kind in "fi" and np.dtype(target).kind != "u":
        x = np.concatenate([x, np.array([-1, -100], source)])
    same(run_node("Cast", [x], to=target)[0], x.astype(target))
    same(run_node("CastLike", [x, np.zeros(2, target)])[0], x.astype(target))


def test_more_numbers_than_one_chunk():
    x = np.arange(1000, dtype=np.float32).reshape(10, 100)
    same(run_node("Cast", [x], to="int64")[0], x.astype(np.int64))
    same(run_node("Cast", [np.float32(2.5)], to="int64")[0], np.int64(2))
    same(run_node("Cast", [np.zeros((0, 3), np.float32)], to="int64")[0], np.zeros((0, 3), np.int64))


@pytest.mark.parametrize("target", [each for each in TYPES if np.dtype(each).kind in "iu"])
def test_reals_beyond_the_range_give_its_ends_and_nan_gives_zero(target):
    limits = np.iinfo(target)
    x = np.array([np.nan, np.inf, -np.inf, 1e30, -1e30, 3.99, -0.99])
    expected = np.array([0, limits.max, limits.min, limits.max, limits.min, 3, 0], target)
    for source in ("float32", "float64"):
        same(run_node("Cast", [x.astype(source)], to=target)[0], expected)


def test_integers_wrap_around():
    x = np.int64([300, -1, 2**40 + 5, -(2**63)])
    for target in TYPES[3:11]:
        same(run_node("Cast", [x], to=target)[0], x.astype(target))


def test_truth():
    same(
        run_node("Cast", [np.float32([0, -0.0, np.nan, 0.1])], to="bool")[0],
        np.array([False, False, True, True]),
    )


def test_every_half_float():
    x = np.arange(65536).astype(np.uint16).view(np.float16)
    same(run_node("Cast", [x], to="float32")[0], x.astype(np.float32))
    finite = x[np.isfinite(x)]
    same(run_node("Cast", [finite.astype(np.float32)], to="float16")[0], finite)


@pytest.mark.parametrize("source", ["float32", "float64"])
def test_half_floats_are_rounded_once_to_even(source):
    rng = np.random.default_rng(1)
    halves = np.arange(0x7C00, dtype=np.uint16).view(np.float16).astype(np.float64)
    middles = (halves[1:] + halves[:-1]) / 2
    near = np.concatenate(
        [
            middles,
            np.nextafter(middles, np.inf),
            np.nextafter(middles, 0),
            rng.normal(size=1000) * 10.0 ** rng.integers(-9, 6, 1000),
            [65519.99, 65520, 1e300, np.inf, -np.inf],
        ]
    )
    with np.errstate(over="ignore"):
        x = near.astype(source)
        same(run_node("Cast", [x], to="float16")[0], x.astype(np.float16))
    assert np.isnan(run_node("Cast", [np.array(np.nan, source)], to="float16")[0])


def test_bfloat16_is_rounded_to_even():
    rng = np.random.default_rng(2)
    x = rng.integers(0, 2**32, 20000, dtype=np.uint64).astype(np.uint32).view(np.float32)
    x = np.concatenate(
        [x[np.isfinite(x)], np.float32([0, -0.0, np.inf, 3.4e38, 1.00390625, 1.01171875, 1e-45])]
    )
    nodes = [
        {
            "node": "a",
            "operator": "Cast",
            "inputs": ["x"],
            "outputs": ["h"],
            "attributes": {"to": "bfloat16"},
        },
        {"node": "b", "operator": "Cast", "inputs": ["h"], "outputs": ["y"], "attributes": {"to": "float32"}},
    ]
    bits = x.view(np.uint32).astype(np.uint64)
    rounded = ((bits + 0x7FFF + (bits >> 16 & 1)) >> 16 << 16).astype(np.uint32)
    same(run_nodes(nodes, {"x": x}, ["y"])[0], rounded.view(np.float32))


def test_nan_of_a_half_float_becomes_the_quiet_one():
    x = np.arange(65536).astype(np.uint16).view(np.float16)
    widened = run_node("Cast", [x[np.isnan(x)]], to="float32")[0]
    assert set(widened.view(np.uint32)) == {0x7FC00000}


def test_half_floats_move_but_are_not_computed_with():
    x = np.arange(6, dtype=np.float16).reshape(2, 3)
    same(run_node("Transpose", [x])[0], x.T)
    with pytest.raises(Exception, match=r"float16.*put a Cast to float32 before it"):
        run_node("Add", [x, x])


def test_an_unknown_type_is_refused():
    with pytest.raises(Exception, match="attribute 'to': no such type 'float8e4m3fn'"):
        run_node("Cast", [np.float32(1)], to="float8e4m3fn")
