"""Operators that move elements and do not look at them, against NumPy on random, empty and rank 0 shapes."""

from __future__ import annotations

import numpy as np
import pytest
from one_node import run_node, same

TYPES = ("float32", "float64", "int64", "int32", "bool", "uint8", "int16", "float16")


def random_shape(rng: np.random.Generator, rank: int, least: int = 0) -> tuple[int, ...]:
    return tuple(int(length) for length in rng.integers(least, 6, rank))


def random_tensor(rng: np.random.Generator, shape: tuple[int, ...]) -> np.ndarray:
    return rng.integers(0, 100, shape).astype(rng.choice(TYPES))


@pytest.mark.parametrize("seed", range(20))
def test_transpose(seed):
    rng = np.random.default_rng(seed)
    x = random_tensor(rng, random_shape(rng, rng.integers(0, 7)))
    perm = rng.permutation(x.ndim)
    same(
        run_node("Transpose", [x], perm=perm.tolist())[0] if x.ndim else run_node("Transpose", [x])[0],
        x.transpose(perm),
    )
    same(run_node("Transpose", [x])[0], x.transpose())


@pytest.mark.parametrize(
    "shape, perm",
    [
        ((70, 90), (1, 0)),
        ((3, 70, 90), (0, 2, 1)),
        ((33, 5, 47), (2, 1, 0)),
        ((4, 17, 3, 20), (0, 2, 1, 3)),
        ((4, 17, 3, 20), (3, 1, 0, 2)),
    ],
)
def test_transpose_beyond_one_block(shape, perm):
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    same(run_node("Transpose", [x], perm=list(perm))[0], x.transpose(perm))


@pytest.mark.parametrize(
    "shape, asked, expected",
    [
        ((2, 3, 4), [6, 4], (6, 4)),
        ((2, 3, 4), [0, -1], (2, 12)),
        ((2, 3, 4), [-1], (24,)),
        ((), [1, 1], (1, 1)),
        ((1,), [], ()),
        ((2, 0, 4), [0, 0, 2, 2], (2, 0, 2, 2)),
        ((2, 0, 4), [0, 0, -1, 2], (2, 0, 2, 2)),
        ((0, 3), [3, 0, 5], None),
        ((0, 3), [3, -1], (3, 0)),
        ((4,), [3, -1], None),
        ((4,), [-1, -1], None),
        ((4,), [4, 0], None),
        ((4,), [-2, 2], None),
    ],
)
def test_reshape(shape, asked, expected):
    x = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)
    for constants in ((), (1,)):
        if expected is None:
            with pytest.raises(Exception, match=r"shape"):
                run_node("Reshape", [x, np.int64(asked)], constants=constants)
        else:
            same(
                run_node("Reshape", [x, np.array(asked, np.int64)], constants=constants)[0],
                x.reshape(expected),
            )


def test_reshape_takes_zero_literally_if_asked():
    same(
        run_node("Reshape", [np.zeros((0, 3), np.float32), np.int64([3, 0, 5])], allowzero=1)[0],
        np.zeros((3, 0, 5), np.float32),
    )


@pytest.mark.parametrize("axis", range(-3, 4))
def test_flatten(axis):
    x = np.arange(24, dtype=np.float32).reshape(2, 3, 4)
    whole = axis % 3 if axis < 0 else axis
    same(run_node("Flatten", [x], axis=axis)[0], x.reshape(int(np.prod(x.shape[:whole])), -1))


def test_squeeze_and_unsqueeze():
    x = np.arange(6, dtype=np.int32).reshape(1, 2, 1, 3, 1)
    same(run_node("Squeeze", [x])[0], x.squeeze())
    same(run_node("Squeeze", [x, np.int64([0, -1])])[0], x.squeeze((0, 4)))
    same(run_node("Unsqueeze", [x.squeeze(), np.int64([-1, 0, 2])])[0], x.squeeze().reshape(1, 2, 1, 3, 1))
    same(run_node("Unsqueeze", [np.float32(3), np.int64([0])])[0], np.float32([3]))


@pytest.mark.parametrize("seed", range(20))
def test_concat_and_split_undo_each_other(seed):
    rng = np.random.default_rng(seed)
    x = random_tensor(rng, random_shape(rng, rng.integers(1, 5)))
    axis = int(rng.integers(-x.ndim, x.ndim))
    cuts = np.sort(rng.integers(0, x.shape[axis] + 1, 2))
    parts = np.split(x, cuts, axis)
    same(run_node("Concat", parts, axis=axis)[0], x)
    lengths = np.int64([part.shape[axis] for part in parts])
    for constants in ((), (1,)):
        for found, part in zip(run_node("Split", [x, lengths], 3, constants, axis=axis), parts, strict=True):
            same(found, part)


def test_split_into_equal_parts_with_a_shorter_last_one():
    parts = run_node("Split", [np.arange(7)], 3, num_outputs=3)
    assert [part.tolist() for part in parts] == [[0, 1, 2], [3, 4, 5], [6]]
    parts = run_node("Split", [np.arange(6)], ["a", "", "c"], num_outputs=3)
    assert [part.tolist() for part in parts] == [[0, 1], [4, 5]]


@pytest.mark.parametrize("seed", range(60))
def test_slice(seed):
    rng = np.random.default_rng(seed)
    x = random_tensor(rng, random_shape(rng, rng.integers(1, 5)))
    axes = rng.permutation(x.ndim)[: rng.integers(1, x.ndim + 1)]
    extreme = np.iinfo(np.int64)
    bounds = lambda: rng.choice([-7, -3, -1, 0, 1, 2, 4, 9, extreme.min, extreme.max], len(axes))  # noqa: E731
    starts, ends = bounds(), bounds()
    steps = rng.choice([-9, -2, -1, 1, 2, 3, extreme.max, extreme.min + 1], len(axes))
    index = [slice(None)] * x.ndim
    for axis, start, end, step in zip(
        axes.tolist(), starts.tolist(), ends.tolist(), steps.tolist(), strict=True
    ):
        index[axis] = slice(start, end, step)
    signed = np.where(rng.random(len(axes)) < 0.5, axes, axes - x.ndim)
    same(
        run_node("Slice", [x, starts, ends, signed, steps], constants=(1, 2, 3, 4) if seed % 2 else ())[0],
        x[tuple(index)],
    )


def test_slice_without_axes_and_steps():
    x = np.arange(24).reshape(4, 6)
    same(run_node("Slice", [x, np.int32([1, 2]), np.int32([3, -1])])[0], x[1:3, 2:-1])
    same(run_node("Slice", [x, np.int64([1]), np.int64([3]), None, np.int64([2])])[0], x[1:3:2])


@pytest.mark.parametrize("seed", range(20))
def test_expand(seed):
    rng = np.random.default_rng(seed)
    full = random_shape(rng, rng.integers(0, 5))
    own = tuple(1 if rng.random() < 0.5 else length for length in full)[rng.integers(0, len(full) + 1) :]
    asked = [
        1 if rng.random() < 0.3 and i >= len(full) - len(own) else length for i, length in enumerate(full)
    ]
    x = random_tensor(rng, own)
    shape = np.broadcast_shapes(own, tuple(asked))
    same(run_node("Expand", [x, np.array(asked, np.int64)])[0], np.broadcast_to(x, shape))


@pytest.mark.parametrize("seed", range(20))
def test_tile(seed):
    rng = np.random.default_rng(seed)
    x = random_tensor(rng, random_shape(rng, rng.integers(1, 5)))
    times = rng.integers(0 if seed < 5 else 1, 4, x.ndim)
    same(run_node("Tile", [x, times])[0], np.tile(x, times))


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect", "wrap"])
@pytest.mark.parametrize("seed", range(15))
def test_pad(mode, seed):
    rng = np.random.default_rng(seed)
    x = random_tensor(rng, random_shape(rng, rng.integers(1, 5), least=0 if mode == "constant" else 1))
    axes = rng.permutation(x.ndim)[: rng.integers(1, x.ndim + 1)]
    before, after = rng.integers(0, 5, (2, len(axes)))
    widths = [(0, 0)] * x.ndim
    for axis, b, a in zip(axes, before, after, strict=True):
        widths[axis] = (b, a)
    value = {"constant_values": np.asarray(7, x.dtype)} if mode == "constant" else {}
    inputs = [
        x,
        np.concatenate([before, after]),
        np.asarray(7, x.dtype) if value else None,
        axes - x.ndim * (seed % 2),
    ]
    same(run_node("Pad", inputs, mode=mode)[0], np.pad(x, widths, mode, **value))


def test_pad_by_negative_numbers_cuts():
    x = np.arange(5, dtype=np.float32)
    same(run_node("Pad", [x, np.int64([-1, 2])])[0], np.float32([1, 2, 3, 4, 0, 0]))
    same(run_node("Pad", [x, np.int64([-1, 2])], mode="edge")[0], np.float32([1, 2, 3, 4, 4, 4]))
    same(run_node("Pad", [x, np.int64([-3, -2])])[0], np.float32([]))


@pytest.mark.parametrize(
    "start, end", [(None, None), (1, None), (-2, None), (0, -1), (2, 1), (-99, 99), (99, -99)]
)
def test_shape_and_size(start, end):
    x = np.zeros((2, 0, 5), np.float32)
    attributes = {name: value for name, value in (("start", start), ("end", end)) if value is not None}
    same(run_node("Shape", [x], **attributes)[0], np.array(x.shape[slice(start, end)], np.int64))
    same(run_node("Size", [x])[0], np.int64(0))
    same(run_node("Size", [np.float32(1)])[0], np.int64(1))


def test_identity_and_dropout():
    x = np.arange(6, dtype=np.float32).reshape(2, 3)
    same(run_node("Identity", [x])[0], x)
    same(run_node("Dropout", [x])[0], x)
    values, mask = run_node("Dropout", [x], 2)
    same(values, x)
    same(mask, np.ones((2, 3), bool))
    same(run_node("Dropout", [x], ["", "mask"])[0], np.ones((2, 3), bool))
    with pytest.raises(Exception, match="random numbers"):
        run_node("Dropout", [x, np.float32(0.5), np.bool_(True)], constants=(1, 2))


@pytest.mark.parametrize("upper", [0, 1])
@pytest.mark.parametrize("k", [None, 0, 1, -2, 99, -99, np.iinfo(np.int64).min, np.iinfo(np.int64).max])
def test_trilu(upper, k):
    x = np.arange(1, 25, dtype=np.float32).reshape(2, 3, 4)
    clipped = int(np.clip(k or 0, -10, 10))
    expected = np.triu(x, clipped) if upper else np.tril(x, clipped)
    same(run_node("Trilu", [x] if k is None else [x, np.int64(k)], upper=upper)[0], expected)


@pytest.mark.parametrize("k", [0, 1, -2, 9, -9])
def test_eye_like(k):
    same(run_node("EyeLike", [np.zeros((3, 5), np.int32)], k=k)[0], np.eye(3, 5, k, dtype=np.int32))
    same(
        run_node("EyeLike", [np.zeros((3, 5), np.int32)], k=k, dtype="float64")[0],
        np.eye(3, 5, k, dtype=np.float64),
    )
    same(run_node("EyeLike", [np.zeros((0, 5), np.float32)], k=k)[0], np.zeros((0, 5), np.float32))


@pytest.mark.parametrize("batch, time", [(0, 1), (1, 0)])
def test_reverse_sequence(batch, time):
    x = np.arange(24, dtype=np.float32).reshape(4, 3, 2)
    lengths = np.arange(x.shape[batch]) % (x.shape[time] + 1)
    expected = x.copy()
    for i, n in enumerate(lengths):
        if batch == 0:
            expected[i, :n] = x[i, :n][::-1]
        else:
            expected[:n, i] = x[:n, i][::-1]
    same(run_node("ReverseSequence", [x, lengths], batch_axis=batch, time_axis=time)[0], expected)


@pytest.mark.parametrize("value", [None, {"float32": [2.5]}, {"int64": [7]}, {"bool": [True]}])
def test_constant_of_shape(value):
    attributes = {} if value is None else {"value": value}
    ((name, (number,)),) = (value or {"float32": [0]}).items()
    for shape in ([], [2, 3], [4, 0]):
        same(
            run_node("ConstantOfShape", [np.array(shape, np.int64)], **attributes)[0],
            np.full(shape, number, np.dtype(name)),
        )
