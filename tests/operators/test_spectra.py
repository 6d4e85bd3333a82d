"""DFT and STFT against NumPy's transforms, in the engine and in the evaluator; what does not fit is refused."""

from __future__ import annotations

import numpy as np
import pytest
from one_node import run_node

from lading.bundle.evaluate import OPERATORS
from lading.errors import LadingError

random = np.random.default_rng(5)
PRECISION = {"float32": 1e-6, "float64": 1e-13}


def pairs(numbers: np.ndarray) -> np.ndarray:
    return np.stack([numbers.real, numbers.imag], -1)


def agree(operator: str, inputs: list[np.ndarray | None], wanted: np.ndarray, **attributes: int) -> None:
    scale = np.abs(wanted).max()
    for found in (run_node(operator, inputs, **attributes)[0], OPERATORS[operator](*inputs, **attributes)):
        assert (found.dtype, found.shape) == (inputs[0].dtype, wanted.shape)  # type: ignore[union-attr]
        np.testing.assert_allclose(found, wanted, rtol=0, atol=PRECISION[found.dtype.name] * scale)


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("axis", [None, 0, 1, -2, -3])
@pytest.mark.parametrize("length", [None, 1, 4, 7, 16])
def test_transforms_along_any_axis(dtype: str, axis: int | None, length: int | None) -> None:
    x = random.normal(size=(5, 6, 3, 2)).astype(dtype)
    inputs = [x, None if length is None else np.int64(length), None if axis is None else np.array(axis)]
    numbers, along = x[..., 0].astype(float) + 1j * x[..., 1], {None: -1, -2: -1, -3: -2}.get(axis, axis)
    agree("DFT", inputs, pairs(np.fft.fft(numbers, length, along)))
    agree("DFT", inputs, pairs(np.fft.ifft(numbers, length, along)), inverse=1)
    if length != 1:
        agree("DFT", inputs, np.fft.irfft(numbers, length, along)[..., None], inverse=1, onesided=1)
    inputs[0] = x[..., :1]
    agree("DFT", inputs, pairs(np.fft.fft(numbers.real, length, along)))
    agree("DFT", inputs, pairs(np.fft.rfft(numbers.real, length, along)), onesided=1)


@pytest.mark.parametrize("dtype", PRECISION)
@pytest.mark.parametrize("length, step", [(8, 3), (16, 16), (5, 1), (40, 7)])
def test_short_time_transforms(dtype: str, length: int, step: int) -> None:
    x, window = random.normal(size=(3, 40, 1)).astype(dtype), np.hanning(length).astype(dtype)
    frames = np.stack([x[:, at : at + length, 0].astype(float) for at in range(0, 41 - length, step)], 1)
    lengths: list[tuple[np.ndarray | None, np.ndarray | None]] = [
        (window, None), (None, np.int64(length)), (window, np.int64(length))]  # fmt: skip
    for given, said in lengths:
        weighted = frames * (1.0 if given is None else window.astype(float))
        inputs = [x, np.int64(step), *((given,) if said is None else (given, said))]
        agree("STFT", inputs, pairs(np.fft.rfft(weighted)))
        agree("STFT", inputs, pairs(np.fft.fft(weighted)), onesided=0)


def test_a_transform_back_gives_the_numbers() -> None:
    x = random.normal(size=(4, 9, 1))
    there = run_node("DFT", [x], onesided=1)[0]
    np.testing.assert_allclose(run_node("DFT", [there, np.int64(9)], inverse=1, onesided=1)[0], x, atol=1e-14)


@pytest.mark.parametrize("strides, dilations, pads", [
    ([1, 1], [1, 1], [0, 0, 0, 0]), ([2, 1], [1, 2], [0, 1, 1, 0]), ([3, 2], [2, 1], [2, 2, 2, 2])])  # fmt: skip
def test_columns_add_up_to_the_image(strides: list[int], dilations: list[int], pads: list[int]) -> None:
    """Col2Im is the transpose of taking the windows of an image, which a convolution with ones in its kernel does."""
    image, block = np.array([7, 6]), np.array([2, 3])
    form = {"strides": strides, "dilations": dilations, "pads": pads}
    taking = np.eye(6, dtype=np.float64).reshape(6, 1, 2, 3)
    units = np.eye(42).reshape(42, 1, 7, 6)
    windows = run_node("Conv", [units, taking], **form)[0].reshape(42, -1)
    columns = random.normal(size=(2, 18, windows.shape[1] // 6))
    wanted = (columns.reshape(6, -1) @ windows.T).reshape(2, 3, 7, 6)
    for found in (run_node("Col2Im", [columns, image, block], **form)[0],
                  OPERATORS["Col2Im"](columns, image, block, **form)):  # fmt: skip
        np.testing.assert_allclose(found, wanted, atol=1e-14)


X, N = np.ones((2, 8, 1), np.float32), np.int64
REFUSED = [
    ("DFT", [np.ones((2, 3), np.float32)], {}, r"real numbers \(a last axis of length 1\) or complex ones \(2\)"),
    ("DFT", [X, None, N(2)], {}, "cannot transform along axis 2"),
    ("DFT", [X, None, N(7)], {}, "7"),
    ("DFT", [X, N(0)], {}, r"input 1 \(dft_length\) is 0; it must be at least 1"),
    ("DFT", [X, N(-(2**62))], {}, "must be at least 1"),
    ("DFT", [X, N(2**62)], {}, "too large"),
    ("DFT", [X, N(2**37)], {}, "memory"),
    ("DFT", [X[:, :0]], {}, "nothing to transform along axis 1"),
    ("DFT", [X], {"onesided": 1, "inverse": 1}, "takes complex numbers"),
    ("DFT", [np.ones((2, 8, 2), np.float32)], {"onesided": 1}, "takes real numbers"),
    ("STFT", [X, N(0), None, N(4)], {}, r"input 1 \(frame_step\) is 0"),
    ("STFT", [X, N(1), None, N(9)], {}, r"frames of 9 do not fit into signals of 8"),
    ("STFT", [X, N(1), np.ones(3, np.float32), N(4)], {}, r"\(window\) has 3 numbers, input 3 \(frame_length\) is 4"),
    ("STFT", [X, N(1), np.ones(0, np.float32)], {}, "frames of 0 do not fit"),
    ("Col2Im", [np.ones((1, 4, 4), np.float32), np.array([3, 3]), np.array([2])], {}, "one number for each axis"),
    ("Col2Im", [np.ones((1, 4, 4), np.float32), np.array([3, -3]), np.array([2, 2])], {}, "must be at least 1"),
    ("Col2Im", [np.ones((1, 5, 4), np.float32), np.array([3, 3]), np.array([2, 2])], {}, "need a multiple of 4"),
    ("Col2Im", [np.ones((1, 4, 5), np.float32), np.array([3, 3]), np.array([2, 2])], {}, "stand at 4 places"),
    ("Col2Im", [np.ones((1, 4, 4), np.float32), np.array([2**40, 2**40]), np.array([2, 2])], {}, "too l|memory|large"),
    ("Col2Im", [np.ones((1, 4, 4), np.float32), np.array([3, 3]), np.array([2**40, 2**40])], {}, "more than"),
]  # fmt: skip


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: f"{case[0]} {case[3]}")
def test_what_does_not_fit_is_refused(case: tuple[str, list[np.ndarray | None], dict[str, int], str]) -> None:
    operator, inputs, attributes, text = case
    with pytest.raises(LadingError, match=rf"node 'n' \({operator}\).*({text})|{text}"):
        run_node(operator, inputs, **attributes)
