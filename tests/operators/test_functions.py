"""Operators of one tensor, element by element: against their definitions in float64, and at the edges."""

from __future__ import annotations

import math

import numpy as np
import pytest
from one_node import open_session, run_node, same

erf = np.vectorize(math.erf, otypes=[float])
log1p_exp = lambda x: np.maximum(x, 0) + np.log1p(np.exp(-abs(x)))  # noqa: E731
sigmoid = lambda x: np.exp(np.minimum(x, 0)) / (1 + np.exp(-abs(x)))  # noqa: E731


def negative(x: np.ndarray) -> np.ndarray:
    return np.minimum(x, 0)


FUNCTIONS = {
    "Abs": (np.abs, {}),
    "Acos": (np.arccos, {}),
    "Acosh": (np.arccosh, {}),
    "Asin": (np.arcsin, {}),
    "Asinh": (np.arcsinh, {}),
    "Atan": (np.arctan, {}),
    "Atanh": (np.arctanh, {}),
    "Ceil": (np.ceil, {}),
    "Cos": (np.cos, {}),
    "Cosh": (np.cosh, {}),
    "Erf": (erf, {}),
    "Exp": (np.exp, {}),
    "Floor": (np.floor, {}),
    "Log": (np.log, {}),
    "Neg": (np.negative, {}),
    "Reciprocal": (lambda x: 1 / x, {}),
    "Relu": (lambda x: np.maximum(x, 0), {}),
    "Round": (np.rint, {}),
    "Sign": (np.sign, {}),
    "Sigmoid": (sigmoid, {}),
    "Sin": (np.sin, {}),
    "Sinh": (np.sinh, {}),
    "Sqrt": (np.sqrt, {}),
    "Tan": (np.tan, {}),
    "Tanh": (np.tanh, {}),
    "Softplus": (log1p_exp, {}),
    "Softsign": (lambda x: x / (1 + abs(x)), {}),
    "Mish": (lambda x: x * np.tanh(log1p_exp(x)), {}),
    "HardSwish": (lambda x: x * np.clip(x / 6 + 0.5, 0, 1), {}),
    "Gelu": (lambda x: 0.5 * x * (1 + erf(x / math.sqrt(2))), {}),
    "Gelu tanh": (
        lambda x: 0.5 * x * (1 + np.tanh(math.sqrt(2 / math.pi) * (x + 0.044715 * x**3))),
        {"approximate": "tanh"},
    ),
    "LeakyRelu": (lambda x: np.where(x < 0, np.float32(0.01) * x, x), {}),
    "LeakyRelu 0.25": (lambda x: np.where(x < 0, 0.25 * x, x), {"alpha": 0.25}),
    "Elu": (lambda x: np.where(x < 0, np.expm1(negative(x)), x), {}),
    "Elu 2": (lambda x: np.where(x < 0, 2 * np.expm1(negative(x)), x), {"alpha": 2.0}),
    "Celu": (lambda x: np.where(x < 0, np.expm1(negative(x)), x), {}),
    "Celu 2": (lambda x: np.where(x < 0, 2 * np.expm1(negative(x) / 2), x), {"alpha": 2.0}),
    "Selu": (
        lambda x: np.float32(1.0507010) * np.where(x < 0, np.float32(1.6732632) * np.expm1(negative(x)), x),
        {},
    ),
    "HardSigmoid": (lambda x: np.clip(np.float32(0.2) * x + 0.5, 0, 1), {}),
    "HardSigmoid 0.5": (lambda x: np.clip(0.5 * x + 0.25, 0, 1), {"alpha": 0.5, "beta": 0.25}),
    "Swish": (lambda x: x * sigmoid(x), {}),
    "Swish 2": (lambda x: x * sigmoid(2 * x), {"alpha": 2.0}),
    "ThresholdedRelu": (lambda x: np.where(x > 1, x, 0), {}),
    "ThresholdedRelu 0.5": (lambda x: np.where(x > 0.5, x, 0), {"alpha": 0.5}),
    "Shrink": (lambda x: np.where(abs(x) > 0.5, x, 0), {}),
    "Shrink 1": (
        lambda x: np.where(x < -1, x + 0.25, np.where(x > 1, x - 0.25, 0)),
        {"lambd": 1.0, "bias": 0.25},
    ),
}
INVERSE = ("Acos", "Asin", "Atanh")


def arguments(name: str) -> np.ndarray:
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.normal(size=300) * 3, rng.normal(size=50) * 1e-4, np.linspace(-9, 9, 37)])
    if name in INVERSE:
        return np.tanh(x / 4)
    if name in ("Log", "Sqrt"):
        return np.abs(x)
    return 1 + np.abs(x) if name == "Acosh" else x


@pytest.mark.parametrize("case", FUNCTIONS)
@pytest.mark.parametrize("dtype, tolerance", [("float32", 1e-6), ("float64", 1e-14)])
def test_function(case, dtype, tolerance):
    f, attributes = FUNCTIONS[case]
    name = case.split()[0]
    x = arguments(name).astype(dtype)
    with np.errstate(all="ignore"):
        expected = f(x.astype(np.float64))
    found = run_node(name, [x], **attributes)[0]
    assert found.dtype == x.dtype
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance / 10)


@pytest.mark.parametrize("case", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_ordinary_numbers_raise_no_floating_point_exception(case, dtype):
    _, attributes = FUNCTIONS[case]
    name = case.split()[0]
    x = arguments(name).astype(dtype)
    if name not in INVERSE and name not in ("Exp", "Sinh", "Cosh"):
        x = np.concatenate([x, (np.abs(x) + 1) * 1e3]).astype(dtype)
    if name in ("Log", "Reciprocal"):
        x = x[x != 0]
    node = {"node": "n", "operator": name, "inputs": ["x"], "outputs": ["y"], "attributes": attributes}
    session = open_session([node], {"x": x}, ["y"])
    session.run_graph([x])
    assert session.flags == 0


@pytest.mark.parametrize("case", FUNCTIONS)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_nan_stays_and_shapes_are_kept(case, dtype):
    _, attributes = FUNCTIONS[case]
    name = case.split()[0]
    found = run_node(name, [np.array(np.nan, dtype)], **attributes)[0]
    assert found.shape == ()
    assert np.isnan(found)
    same(run_node(name, [np.zeros((2, 0, 3), dtype)], **attributes)[0], np.zeros((2, 0, 3), dtype))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "name, at, expected",
    [
        ("Exp", [-np.inf, np.inf, -1e4, 1e4], [0, np.inf, 0, np.inf]),
        ("Sigmoid", [-np.inf, np.inf, 1e4], [0, 1, 1]),
        ("Tanh", [-np.inf, np.inf, 1e4], [-1, 1, 1]),
        ("Erf", [-np.inf, np.inf, -1e4], [-1, 1, -1]),
        ("Log", [0, np.inf, -1], [-np.inf, np.inf, np.nan]),
        ("Sqrt", [0, np.inf, -1], [0, np.inf, np.nan]),
        ("Softplus", [1e4, -1e4, np.inf], [1e4, 0, np.inf]),
        ("Elu", [-np.inf, np.inf], [-1, np.inf]),
        ("Relu", [-np.inf, np.inf, -0.0], [0, np.inf, 0]),
        ("Reciprocal", [np.inf, 4], [0, 0.25]),
        ("Round", [0.5, 1.5, 2.5, -0.5, -1.5, 1e30], [0, 2, 2, 0, -2, 1e30]),
        ("Sign", [-3, 0, 5, -np.inf], [-1, 0, 1, -1]),
        ("HardSigmoid", [-np.inf, np.inf], [0, 1]),
        ("HardSwish", [-1e4, 1e4], [0, 1e4]),
        ("Gelu", [1e4, -1e4], [1e4, 0]),
        ("Swish", [1e4, -1e4], [1e4, 0]),
        ("Mish", [1e4, -1e4], [1e4, 0]),
    ],
)
def test_at_the_edges(name, at, expected, dtype):
    same(run_node(name, [np.array(at, dtype)])[0], np.array(expected).astype(dtype))


@pytest.mark.parametrize("dtype", ["int8", "int16", "int32", "int64"])
def test_signed_integers(dtype):
    x = np.array([-5, 0, 7, np.iinfo(dtype).max, np.iinfo(dtype).min], dtype)
    same(run_node("Abs", [x])[0], np.abs(x))
    same(run_node("Neg", [x])[0], np.negative(x))
    same(run_node("Sign", [x])[0], np.sign(x))
    same(run_node("Relu", [x])[0], np.maximum(x, 0))
    same(run_node("BitwiseNot", [x])[0], ~x)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64"])
def test_unsigned_integers(dtype):
    x = np.array([0, 7, np.iinfo(dtype).max], dtype)
    same(run_node("Abs", [x])[0], x)
    same(run_node("Sign", [x])[0], np.sign(x))
    same(run_node("BitwiseNot", [x])[0], ~x)
    with pytest.raises(Exception, match=f"input 0 is {dtype}; it must be "):
        run_node("Neg", [x])


def test_more_integers_than_one_chunk():
    x = np.arange(-500, 500).astype(np.int16).reshape(10, 100)
    same(run_node("Abs", [x])[0], np.abs(x))


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_what_kind_of_number(dtype):
    x = np.array([1, np.nan, np.inf, -np.inf], dtype)
    same(run_node("IsNaN", [x])[0], np.isnan(x))
    same(run_node("IsInf", [x])[0], np.isinf(x))
    same(run_node("IsInf", [x], detect_negative=0)[0], x == np.inf)
    same(run_node("IsInf", [x], detect_positive=0)[0], x == -np.inf)
    same(run_node("Not", [np.array([True, False])])[0], np.array([False, True]))
