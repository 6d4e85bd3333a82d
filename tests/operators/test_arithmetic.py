"""Operators on two or more tensors, broadcast: against NumPy, for every type and arrangement of operands."""

from __future__ import annotations

import numpy as np
import pytest
from one_node import run_node, same

REALS = ("float32", "float64")
INTEGERS = ("int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")
PAIRS = [
    ((4, 5), (4, 5)),
    ((4, 5), (5,)),
    ((4, 5), (4, 1)),
    ((5,), (4, 5)),
    ((4, 1), (1, 5)),
    ((), (4, 5)),
    ((3, 1, 300), (2, 1)),
    ((), ()),
    ((0, 5), (5,)),
    ((1, 0), (4, 1)),
    ((2, 3, 4), (3, 1)),
    ((2, 1, 4), (1, 3, 1)),
    ((1, 1), (1, 1, 1)),
]


def numbers(rng: np.random.Generator, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    if np.dtype(dtype).kind == "f":
        return rng.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype, endpoint=True)


def both(operator, f, dtypes, seed=0, **attributes):
    """The node against f on every pair of shapes and every type."""
    rng = np.random.default_rng(seed)
    for dtype in dtypes:
        for left, right in PAIRS:
            a, b = numbers(rng, left, dtype), numbers(rng, right, dtype)
            with np.errstate(all="ignore"):
                same(run_node(operator, [a, b], **attributes)[0], f(a, b))


@pytest.mark.parametrize(
    "operator, f",
    [("Add", np.add), ("Sub", np.subtract), ("Mul", np.multiply), ("Max", np.maximum), ("Min", np.minimum)],
)
def test_arithmetic_wraps_around(operator, f):
    both(operator, f, REALS + INTEGERS)


def test_division_of_reals():
    both("Div", np.divide, REALS)
    same(run_node("Div", [np.float32([1, -1, 0]), np.float32(0)])[0], np.float32([np.inf, -np.inf, np.nan]))


@pytest.mark.parametrize("dtype", INTEGERS)
def test_division_of_integers_is_towards_zero_and_never_traps(dtype):
    low, high = np.iinfo(dtype).min, np.iinfo(dtype).max
    a = np.array([7, high, high, low, low, low, 0, 1], dtype)
    b = np.array([2, 0, high, 1, 2, 0, 0, high], dtype)
    if low < 0:
        a, b = np.append(a, np.array([-7, 7, low, -7], dtype)), np.append(b, np.array([2, -2, -1, -2], dtype))
    expected = np.array(
        [
            0 if q == 0 else int(abs(int(p)) // abs(int(q))) * (1 if (p < 0) == (q < 0) else -1)
            for p, q in zip(a.tolist(), b.tolist(), strict=True)
        ],
        object,
    )
    with np.errstate(all="ignore"):
        same(run_node("Div", [a, b])[0], np.array([wrap(value, dtype) for value in expected], dtype))


def wrap(value: int, dtype: str) -> int:
    bits = np.iinfo(dtype).bits
    value &= (1 << bits) - 1
    return value - (1 << bits) if np.iinfo(dtype).min < 0 and value >> (bits - 1) else value


def nonzero(f):
    def masked(a, b):
        return np.where(b == 0, np.zeros((), a.dtype), f(a, np.where(b == 0, np.ones((), b.dtype), b)))

    return masked


def test_modulo():
    both("Mod", nonzero(np.mod), INTEGERS)
    both("Mod", nonzero(np.fmod), INTEGERS, fmod=1)
    both("Mod", np.fmod, REALS, fmod=1)
    both("Mod", np.mod, REALS)
    same(run_node("Mod", [np.int32([-(2**31), 5]), np.int32([-1, 0])])[0], np.int32([0, 0]))


@pytest.mark.parametrize(
    "operator, f", [("And", np.logical_and), ("Or", np.logical_or), ("Xor", np.logical_xor)]
)
def test_logic(operator, f):
    for left, right in PAIRS:
        rng = np.random.default_rng(1)
        a, b = rng.random(left) < 0.5, rng.random(right) < 0.5
        same(run_node(operator, [np.asarray(a), np.asarray(b)])[0], f(a, b))


@pytest.mark.parametrize(
    "operator, f",
    [("BitwiseAnd", np.bitwise_and), ("BitwiseOr", np.bitwise_or), ("BitwiseXor", np.bitwise_xor)],
)
def test_bitwise(operator, f):
    both(operator, f, INTEGERS)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32", "uint64"])
def test_shifts_beyond_the_width_give_zero(dtype):
    bits = np.iinfo(dtype).bits
    x, by = np.array([255, 1, 255, 1, 128], dtype), np.array([1, bits - 1, bits, 200, 0], dtype)
    left = [wrap(int(a) << int(b), dtype) for a, b in zip(x, by, strict=True)]
    same(run_node("BitShift", [x, by], direction="LEFT")[0], np.array(left, dtype))
    right = [int(a) >> int(b) for a, b in zip(x, by, strict=True)]
    same(run_node("BitShift", [x, by], direction="RIGHT")[0], np.array(right, dtype))


@pytest.mark.parametrize(
    "operator, f",
    [
        ("Equal", np.equal),
        ("Greater", np.greater),
        ("GreaterOrEqual", np.greater_equal),
        ("Less", np.less),
        ("LessOrEqual", np.less_equal),
    ],
)
def test_comparison(operator, f):
    both(operator, f, REALS + INTEGERS)
    x = np.float32([np.nan, 0.0, -0.0, np.inf])
    for y in (np.float32(np.nan), np.float32(0), x):
        same(run_node(operator, [x, y])[0], f(x, y))
    small = np.random.default_rng(2).integers(0, 3, (2, 50)).astype(np.uint8)
    same(run_node(operator, [small[0], small[1]])[0], f(small[0], small[1]))


def test_equal_of_bools():
    same(run_node("Equal", [np.array([True, False]), np.array(True)])[0], np.array([True, False]))


@pytest.mark.parametrize("operator, f", [("Min", np.minimum), ("Max", np.maximum), ("Sum", np.add)])
def test_any_number_of_inputs(operator, f):
    rng = np.random.default_rng(3)
    inputs = [rng.normal(size=shape).astype(np.float32) for shape in ((4, 1), (5,), (2, 4, 5), ())]
    for n in range(1, 5):
        expected = inputs[0]
        for each in inputs[1:n]:
            expected = f(expected, each)
        same(run_node(operator, inputs[:n])[0], np.asarray(expected))


def test_mean():
    rng = np.random.default_rng(4)
    inputs = [rng.normal(size=shape) for shape in ((4, 1), (5,), (2, 4, 5))]
    same(run_node("Mean", inputs)[0], ((inputs[0] + inputs[1]) + inputs[2]) / 3)
    same(run_node("Mean", inputs[:1])[0], inputs[0])


@pytest.mark.parametrize("operator", ["Min", "Max"])
def test_nan_wins(operator):
    for dtype in REALS:
        a, b = np.array([np.nan, 1, np.nan, 2], dtype), np.array([1, np.nan, np.nan, 3], dtype)
        same(run_node(operator, [a, b])[0], (np.minimum if operator == "Min" else np.maximum)(a, b))


@pytest.mark.parametrize("dtype", ["float32", "int64", "uint8", "bool", "float16"])
def test_where(dtype):
    rng = np.random.default_rng(5)
    for left, right in PAIRS:
        for other in (left, right, ()):
            shapes = [left, right, other]
            rng.shuffle(shapes)
            condition = np.asarray(rng.random(shapes[0]) < 0.5)
            x, y = (rng.integers(0, 9, shape).astype(dtype) for shape in shapes[1:])
            same(run_node("Where", [condition, x, y])[0], np.where(condition, x, y))


def test_where_does_not_mix_in_nan():
    same(
        run_node("Where", [np.array([True, False]), np.float32([1, np.nan]), np.float32([np.inf, 2])])[0],
        np.float32([1, 2]),
    )


@pytest.mark.parametrize("dtype", REALS + INTEGERS)
def test_clip(dtype):
    x = np.arange(20).reshape(4, 5).astype(dtype)
    low, high = np.array(5, dtype), np.array(11, dtype)
    same(run_node("Clip", [x, low, high])[0], np.clip(x, low, high))
    same(run_node("Clip", [x, None, high])[0], np.minimum(x, high))
    same(run_node("Clip", [x, low])[0], np.maximum(x, low))
    same(run_node("Clip", [x])[0], x)
    same(run_node("Clip", [x, high, low])[0], np.full_like(x, low))  # as ONNX: the highest comes last


def test_clip_keeps_nan_and_infinities_without_bounds():
    x = np.float32([np.nan, np.inf, -np.inf])
    same(run_node("Clip", [x])[0], x)
    same(run_node("Clip", [x, np.float32(0), np.float32(6)])[0], np.float32([np.nan, 6, 0]))


def test_prelu():
    rng = np.random.default_rng(6)
    for dtype in (*REALS, "int32", "int64"):
        x = (rng.normal(size=(2, 3, 4)) * 5).astype(dtype)
        for shape in ((), (4,), (3, 1), (2, 3, 4), (1,)):
            slope = (rng.normal(size=shape) * 5).astype(dtype)
            same(run_node("PRelu", [x, slope])[0], np.where(x < 0, slope * x, x))
    with pytest.raises(Exception, match="slope"):
        run_node("PRelu", [np.zeros((3, 1), np.float32), np.zeros((3, 2), np.float32)])


def test_powers():
    rng = np.random.default_rng(7)
    for base in REALS:
        x = np.abs(rng.normal(size=(4, 5))).astype(base)
        for y in (
            np.float32(2),
            np.float64(0.5),
            np.int64(3),
            np.int32(-1),
            np.float32([1, 2, 0, -2, 1.5]),
            np.uint8(2),
        ):
            expected = np.power(x.astype(np.float64), np.asarray(y, np.float64)).astype(base)
            np.testing.assert_allclose(
                run_node("Pow", [x, np.asarray(y)])[0], expected, rtol=1e-6 if base == "float32" else 1e-14
            )
    same(run_node("Pow", [np.float32([[-2], [3]]), np.float32([2, 3])])[0], np.float32([[4, -8], [9, 27]]))


def test_powers_of_integers():
    x, y = np.int64([2, -3, 0, 1, -1, -1, 2, 0, 3]), np.int64([62, 3, 0, -5, -5, -4, -1, -1, 64])
    same(run_node("Pow", [x, y])[0], np.int64([2**62, -27, 1, 1, -1, 1, 0, 0, wrap(3**64, "int64")]))
    same(run_node("Pow", [x.astype(np.int32), np.float32(2)])[0], (x * x).astype(np.int32))


def test_a_square_has_the_same_bits_alone_and_among_others():
    x = np.random.default_rng(8).normal(size=1000).astype(np.float32)
    alone = run_node("Pow", [x, np.float32(2)])[0]
    among = run_node("Pow", [x, np.full(1000, 2, np.float32)])[0]
    same(alone, x * x)
    same(among, alone)


@pytest.mark.parametrize("outputs", [1, 7, 8, 33, 100])
@pytest.mark.parametrize("inputs", [0, 1, 100])
def test_constant_weights_in_double_precision_give_the_bits_of_computed_ones(inputs: int, outputs: int) -> None:
    rng = np.random.default_rng(inputs + outputs)
    for rows in (1, 5):
        x, w, bias = rng.normal(size=(rows, inputs)), rng.normal(size=(inputs, outputs)), rng.normal(size=outputs)
        for turned, operands in ((0, [x, w, bias]), (1, [x.T, w.T, bias])):
            said = {"transA": turned, "transB": turned, "alpha": 0.7, "beta": 1.3}
            computed, constant = (run_node("Gemm", operands, constants=held, **said)[0] for held in ((), (1,)))
            np.testing.assert_array_equal(computed, constant)
        np.testing.assert_array_equal(run_node("MatMul", [x, w])[0], run_node("MatMul", [x, w], constants=[1])[0])
