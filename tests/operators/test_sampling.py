"""Operators that read images between their pixels: GridSample, RoiAlign, DeformConv."""

from __future__ import annotations

import hashlib

import numpy as np
import oracles
import pytest
from grids import numbers, some, windows
from instruction_sets import bits_on, every_instruction_set
from one_node import run_node, same

from lading.errors import LadingError

F = np.float32


def close(found, expected, tolerance):
    scale = max(1.0, float(np.abs(expected).max(initial=0)))
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance * scale)


# ---- GridSample


def grid_sample(rng: np.random.Generator, shortest: int = 1) -> tuple[list[np.ndarray], dict]:
    """Inputs and attributes, drawn so that every attribute meets every other one."""
    axes = int(rng.choice([1, 2, 2, 2, 3]))
    attributes = {"align_corners": int(rng.integers(0, 2)), "mode": str(rng.choice(["linear", "nearest", "cubic"])),
                  "padding_mode": str(rng.choice(["zeros", "border", "reflection"]))}  # fmt: skip
    dtype, entries = rng.choice([np.float32, np.float64]), int(rng.integers(1, 4))
    x = numbers(rng, dtype, entries, int(rng.integers(1, 4)), *some(rng, shortest, 6, axes))
    grid = rng.uniform(-2.5, 2.5, (entries, *some(rng, 1, 5, axes), axes)).astype(dtype)
    return [x, grid], attributes


def evaluated(inputs: list[np.ndarray], attributes: dict) -> np.ndarray:
    """By the evaluator, in float64 where ties of the nearest pixel are not to be those of the type."""
    if attributes["mode"] == "nearest":
        with np.errstate(all="ignore"):
            return oracles.evaluate.OPERATORS["GridSample"](*inputs, **attributes)
    return oracles.by_evaluate("GridSample", inputs, **attributes)[0]


@pytest.mark.parametrize("seed", range(60))
def test_grid_sample_beside_the_evaluator(seed):
    inputs, attributes = grid_sample(np.random.default_rng(seed))
    close(run_node("GridSample", inputs, **attributes)[0], evaluated(inputs, attributes),
          1e-6 if inputs[0].dtype == F else 1e-13)  # fmt: skip


def tied(inputs, attributes) -> bool:
    """Whether a nearest pixel hangs on the arithmetic."""
    for n, given in zip(inputs[0].shape[2:], np.moveaxis(inputs[1], -1, 0)[::-1], strict=True):
        at = (given + 1) / 2 * (n - 1) if attributes["align_corners"] else ((given + 1) * n - 1) / 2
        if attributes["mode"] == "nearest" and np.any(np.abs(at % 1 - 0.5) < 1e-3):
            return True
    return False


def test_grid_sample_beside_the_reference():
    """onnx.reference keeps coordinates in float32, and takes cubic to the border itself where a place lies beyond it;
    ONNX Runtime and PyTorch blend the pixels beyond it, which are all like it."""
    judged = 0
    for seed in range(100, 180):
        inputs, attributes = grid_sample(np.random.default_rng(seed), 2)
        if tied(inputs, attributes) or (attributes["mode"], attributes["padding_mode"]) == ("cubic", "border"):
            continue
        expected = oracles.by_reference("GridSample", inputs, **attributes)[0]
        close(run_node("GridSample", inputs, **attributes)[0], expected, 1e-5)
        judged += 1
    assert judged > 60


def test_grid_sample_beside_onnx_runtime():
    """It has kernels for two spatial axes, and for three without cubic."""
    judged = 0
    for seed in range(200, 350):
        inputs, attributes = grid_sample(np.random.default_rng(seed), 2)
        expected = None if tied(inputs, attributes) else oracles.by_onnx_runtime("GridSample", inputs, **attributes)
        if expected is not None:
            close(run_node("GridSample", inputs, **attributes)[0], expected[0], 1e-5)
            judged += 1
    assert judged > 80


def test_ties_of_the_nearest_pixel_are_those_of_the_type():
    """A grid in the middle between pixels, as a network computes it in float32; ONNX Runtime rounds ties to even."""
    x = np.arange(10, dtype=F).reshape(1, 1, 1, 10)
    grid = np.zeros((1, 1, 11, 2), F)
    grid[..., 0] = (np.arange(11, dtype=F) * F(2) - F(10)) / F(10)
    found = run_node("GridSample", [x, grid], mode="nearest", padding_mode="border")[0]
    same(found, oracles.by_onnx_runtime("GridSample", [x, grid], mode="nearest", padding_mode="border")[0])


@pytest.mark.parametrize("mode", ["linear", "nearest", "cubic"])
@pytest.mark.parametrize("align_corners", [0, 1])
def test_a_grid_that_is_nowhere(mode, align_corners):
    """No number gives no number, what is far away gives what its padding says, and neighbours see nothing of it."""
    x = np.arange(1, 13, dtype=F).reshape(1, 1, 3, 4)
    given = F([np.nan, np.inf, -np.inf, 1e30, -1e30, 3.4e38, 0.1])
    grid = np.zeros((1, 1, 7, 2), F)
    grid[..., 0] = given
    expected = {"zeros": [np.nan, 0, 0, 0, 0, 0], "reflection": [np.nan] * 3, "border": [np.nan, 8, 5, 8, 5, 8]}
    for padding, wanted in expected.items():
        attributes = {"mode": mode, "padding_mode": padding, "align_corners": align_corners}
        found = run_node("GridSample", [x, grid], **attributes)[0].ravel()
        np.testing.assert_allclose(found[: len(wanted)], wanted, rtol=1e-6)
        close(found, evaluated([x, grid], attributes).ravel(), 1e-6)
        same(found[-1:], run_node("GridSample", [x, grid[:, :, 6:]], **attributes)[0].ravel())


def test_a_pixel_without_weight_is_not_looked_at():
    """A grid that names the pixels themselves gives them back, infinite ones too."""
    x = F([[[1, np.inf, np.nan, 4, -np.inf]]])
    grid = np.linspace(-1, 1, 5, dtype=F).reshape(1, 5, 1)
    for mode in ("linear", "nearest", "cubic"):
        same(run_node("GridSample", [x, grid], mode=mode, align_corners=1)[0], x)


# ---- RoiAlign


def regions(rng: np.random.Generator) -> tuple[list[np.ndarray], dict]:
    """Images, regions on them, partly beyond them or turned round, and attributes."""
    attributes = {"mode": str(rng.choice(["avg", "max"])), "sampling_ratio": int(rng.choice([0, 0, 1, 2, 3])),
                  "coordinate_transformation_mode": str(rng.choice(["half_pixel", "output_half_pixel"])),
                  "output_height": int(rng.integers(1, 5)), "output_width": int(rng.integers(1, 5)),
                  "spatial_scale": float(rng.choice([1, 0.5, F(0.1), 0.0625]))}  # fmt: skip
    dtype, count = rng.choice([np.float32, np.float64]), int(rng.integers(1, 5))
    x = numbers(rng, dtype, *some(rng, 1, 4, 2), *some(rng, 1, 9, 2))
    begin = rng.uniform(-3, 8, (count, 2))
    rois = np.concatenate([begin, begin + rng.uniform(-2, 14, (count, 2))], 1) / attributes["spatial_scale"]
    return [x, rois.astype(dtype), rng.integers(0, len(x), count)], attributes


def aligned(inputs, attributes) -> np.ndarray:
    """By the evaluator: the type of the regions decides how many samples there are."""
    with np.errstate(all="ignore"):
        return oracles.evaluate.OPERATORS["RoiAlign"](*inputs, **attributes)


@pytest.mark.parametrize("seed", range(60))
def test_roi_align_beside_the_evaluator(seed):
    inputs, attributes = regions(np.random.default_rng(seed))
    tolerance = 1e-6 if inputs[0].dtype == F else 1e-13
    close(run_node("RoiAlign", inputs, **attributes)[0], aligned(inputs, attributes), tolerance)


@pytest.mark.parametrize("oracle", [oracles.by_onnx_runtime, oracles.by_reference])
def test_roi_align_beside_others(oracle):
    """ONNX Runtime, whose kernel is that of opset 16, refuses regions that are turned round."""
    judged = 0
    for seed in range(100, 200):
        inputs, attributes = regions(np.random.default_rng(seed))
        inputs = [inputs[0].astype(F), inputs[1].astype(F), inputs[2]]
        expected = oracle("RoiAlign", inputs, opset_of_model=16, **attributes)
        if expected is not None:
            close(run_node("RoiAlign", inputs, **attributes)[0], expected[0], 1e-5)
            judged += 1
    assert judged > 90


def test_the_number_of_samples_is_that_of_the_type():
    """In float32, 0.1 of 70 is 7, one sample for each of 7 bins; of the numbers themselves it is more, two samples."""
    x = np.arange(100, dtype=F).reshape(1, 1, 10, 10) ** 2
    attributes = {"output_width": 7, "output_height": 7, "spatial_scale": float(F(0.1))}
    inputs = [x, F([[0, 0, 70, 70]]), np.int64([0])]
    one = run_node("RoiAlign", inputs, **attributes, sampling_ratio=1)[0]
    close(run_node("RoiAlign", inputs, **attributes)[0], one, 1e-6)
    close(one, oracles.by_onnx_runtime("RoiAlign", inputs, opset_of_model=16, **attributes)[0], 1e-6)
    wide = [x.astype(np.float64), np.float64([[0, 0, 70, 70]]), np.int64([0])]
    assert np.abs(run_node("RoiAlign", wide, **attributes)[0] - one).max() > 1e-3


@pytest.mark.parametrize("mode", ["avg", "max"])
def test_regions_that_are_nowhere(mode):
    """What is no number gives none, what is far larger than the image is sampled on the image alone, and in no time."""
    x = np.arange(1, 13, dtype=F).reshape(1, 1, 3, 4)
    huge = 2.0**30
    rois = F([[0, np.nan, 2, 2], [0, 0, np.inf, 2], [-1e30, 0, 1e30, 2], [0, 0, 1e20, 1e20], [-huge, -huge, huge, huge],
              [50, 50, 60, 60], [3, 2, 1, 0], [0, 0, 2, 2]])  # fmt: skip
    inputs, attributes = [x, rois, np.zeros(len(rois), np.int64)], {"mode": mode, "output_width": 2}
    found = run_node("RoiAlign", inputs, **attributes)[0]
    assert np.isnan(found[:4]).all() and np.isfinite(found[4:]).all()
    same(found[5:7], np.zeros((2, 1, 1, 2), F))
    close(found, aligned(inputs, attributes), 1e-6)
    same(found[7:], run_node("RoiAlign", [x, rois[7:], np.int64([0])], **attributes)[0])


# ---- DeformConv


def deformed(rng: np.random.Generator) -> tuple[list[np.ndarray | None], dict]:
    """Inputs and attributes of a DeformConv whose offsets reach beyond the image."""
    group, offset_group = int(rng.choice([1, 2])), int(rng.choice([1, 2]))
    kernel, space, entries = some(rng, 1, 4, 2), some(rng, 4, 9, 2), int(rng.integers(1, 3))
    attributes = {**windows(rng, kernel, auto=False), "group": group, "offset_group": offset_group}
    strides, dilations = attributes.get("strides", [1, 1]), attributes.get("dilations", [1, 1])
    pads = attributes.get("pads", [0] * 4)
    places = [(space[i] + pads[i] + pads[i + 2] - (kernel[i] - 1) * dilations[i] - 1) // strides[i] + 1 for i in (0, 1)]
    dtype, elements = rng.choice([np.float32, np.float64]), kernel[0] * kernel[1]
    channels, maps = int(rng.integers(1, 3)) * 2, int(rng.integers(1, 3))
    x, w = numbers(rng, dtype, entries, channels, *space), numbers(rng, dtype, maps * group, channels // group, *kernel)
    offset = rng.normal(0, 2, (entries, 2 * offset_group * elements, *places)).astype(dtype)
    bias = numbers(rng, dtype, maps * group) if rng.random() < 0.5 else None
    mask = rng.random((entries, offset_group * elements, *places)).astype(dtype) if rng.random() < 0.5 else None
    return [x, w, offset, bias, mask], attributes


@pytest.mark.parametrize("seed", range(60))
def test_deform_conv_beside_the_evaluator(seed):
    inputs, attributes = deformed(np.random.default_rng(seed))
    expected = oracles.by_evaluate("DeformConv", inputs, **attributes)[0]
    close(run_node("DeformConv", inputs, **attributes)[0], expected, 1e-6 if inputs[0].dtype == F else 1e-13)


def test_deform_conv_beside_onnx_runtime():
    judged = 0
    for seed in range(100, 160):
        inputs, attributes = deformed(np.random.default_rng(seed))
        inputs = [None if each is None else each.astype(F) for each in inputs]
        expected = oracles.by_onnx_runtime("DeformConv", inputs, opset_of_model=19, **attributes)
        if expected is not None:
            close(run_node("DeformConv", inputs, **attributes)[0], expected[0], 2e-5)
            judged += 1
    assert judged > 50


def test_deform_conv_beside_the_reference():
    """onnx.reference keeps coordinates in float32."""
    for seed in range(200, 212):
        inputs, attributes = deformed(np.random.default_rng(seed))
        expected = oracles.by_reference("DeformConv", inputs, **attributes)[0]
        close(run_node("DeformConv", inputs, **attributes)[0], expected, 1e-5)


def test_without_offsets_it_is_a_convolution():
    x, w = (np.random.default_rng(7).normal(size=shape) for shape in ((2, 4, 6, 5), (6, 2, 3, 2)))
    attributes = {"pads": [1, 0, 1, 1], "strides": [2, 1], "group": 2}
    plain = run_node("Conv", [x, w], **attributes)[0]
    close(run_node("DeformConv", [x, w, np.zeros((2, 12, *plain.shape[2:]))], **attributes)[0], plain, 1e-13)


def test_offsets_that_lead_nowhere():
    """What is no number gives none; what leads far away finds zeros; beside them nothing changes."""
    x, w = np.arange(1, 10, dtype=F).reshape(1, 1, 3, 3), np.ones((1, 1, 1, 1), F)
    offset = np.zeros((1, 2, 3, 3), F)
    offset[0, :, 0] = [[np.nan, 1e30, -1e30], [0, 0, 0]]
    offset[0, 1, 1] = [np.inf, -np.inf, -3]
    found = run_node("DeformConv", [x, w, offset])[0][0, 0]
    same(found, F([[np.nan, 0, 0], [0, 0, 0], [7, 8, 9]]))


IMAGES, OFFSETS = (np.ones((2, 2, 3, 3), F), np.ones((3, 2, 3, 3), F)), np.ones((2, 18, 1, 1), F)

REFUSED = [
    ("GridSample", [np.ones((1, 2, 3, 3), F), np.ones((1, 2, 2, 3), F)], {},
     r"a grid of shape \[1, 2, 2, 3\] does not fit an image of shape \[1, 2, 3, 3\]: .* begin with 1 and end with 2"),
    ("GridSample", [np.ones((1, 2, 3, 3), F), np.ones((2, 2, 2, 2), F)], {}, "must begin with 1 and end with 2"),
    ("GridSample", [np.ones((1, 2, 3, 3), F), np.ones((1, 2, 1), F)], {}, "input 1 must have 4 axes"),
    ("GridSample", [np.ones((1, 2), F), np.ones((1, 0), F)], {}, "one to three more"),
    ("GridSample", [np.ones((1,) * 6, F), np.ones((1, 1, 1, 1, 1, 4), F)], {}, "one to three more"),
    ("GridSample", [np.ones((1, 2, 0, 3), F), np.ones((1, 2, 2, 2), F)], {}, "has no pixels to sample"),
    ("GridSample", [np.ones((1, 2, 3, 3), np.int64), np.ones((1, 2, 2, 2), F)], {}, "input 0 is int64"),
    ("GridSample", [np.ones((1, 2, 3, 3), F), np.ones((1, 2, 2, 2), np.int32)], {}, "input 1 is int32"),
    ("GridSample", [np.ones((1, 2, 3, 3), F), np.ones((1, 2, 2, 2), F)], {"mode": "bicubic"},
     "'bicubic'; it must be one of 'linear', 'nearest', 'cubic'"),
    ("GridSample", [np.ones((1, 2, 3, 3), F), np.ones((1, 2, 2, 2), F)], {"padding_mode": "wrap"}, "must be one of"),
    ("GridSample", [np.ones((1, 2, 3, 3), F)], {}, "input 1 is missing"),
    ("RoiAlign", [IMAGES[0], np.ones((1, 4), F), np.int64([2])], {}, "index 2 is outside an axis of length 2"),
    ("RoiAlign", [IMAGES[0], np.ones((1, 4), F), np.int64([-1])], {}, "index -1 is outside"),
    ("RoiAlign", [np.ones((2, 2, 3, 3), F), np.ones((1, 5), F), np.int64([0])], {}, r"must be \[x1, y1, x2, y2\] each"),
    ("RoiAlign", [np.ones((2, 2, 3, 3), F), np.ones((2, 4), F), np.int64([0])], {}, "for each of 2 regions; it has 1"),
    ("RoiAlign", [np.ones((2, 2, 3), F), np.ones((1, 4), F), np.int64([0])], {}, "input 0 must have 4 axes"),
    ("RoiAlign", [np.ones((2, 2, 3, 0), F), np.ones((1, 4), F), np.int64([0])], {}, "have no pixels to sample"),
    ("RoiAlign", [np.ones((2, 2, 3, 3), F), np.ones((1, 4)), np.int64([0])], {}, "they must be the same type"),
    ("RoiAlign", [np.ones((2, 2, 3, 3), F), np.ones((1, 4), F), np.int32([0])], {}, "input 2 is int32"),
    ("RoiAlign", [IMAGES[0], np.ones((1, 4), F), np.int64([0])], {"sampling_ratio": 2**40},
     "'sampling_ratio' is 1099511627776; it must be from 0, .* to 1024"),
    ("RoiAlign", [IMAGES[0], np.ones((1, 4), F), np.int64([0])], {"sampling_ratio": -1}, "must be from 0"),
    ("RoiAlign", [IMAGES[0], np.ones((1, 4), F), np.int64([0])], {"output_height": 0}, "at least 1"),
    ("RoiAlign", [np.ones((2, 2, 3, 3), F), np.ones((1, 4), F), np.int64([0])],
     {"output_height": 2**40, "output_width": 2**40}, "too large"),
    ("RoiAlign", [IMAGES[0], np.ones((1, 4), F), np.int64([0])], {"mode": "min"}, "'avg', 'max'"),
    ("DeformConv", [*IMAGES, np.ones((2, 17, 1, 1), F)], {}, r"have shape \[2, 18, 1, 1\]; it has \[2, 17, 1, 1\]"),
    ("DeformConv", [*IMAGES, np.ones((2, 18, 2, 1), F)], {}, r"input 2 must have shape \[2, 18, 1, 1\]"),
    ("DeformConv", [*IMAGES, OFFSETS, None, np.ones((2, 8, 1, 1), F)], {}, r"input 4 must have shape \[2, 9, 1, 1\]"),
    ("DeformConv", [*IMAGES, OFFSETS, F([1])], {}, "one number for each of 3 output channels"),
    ("DeformConv", [*IMAGES, OFFSETS], {"group": 2}, "do not fit 2 equal groups of channels and 1 of offsets"),
    ("DeformConv", [*IMAGES, OFFSETS], {"offset_group": 3}, "do not fit 1 equal groups of channels and 3 of offsets"),
    ("DeformConv", [*IMAGES, OFFSETS], {"offset_group": 0}, "are 1 and 0; they must be at least 1"),
    ("DeformConv", [*IMAGES, OFFSETS], {"offset_group": 2**62}, "do not fit"),
    ("DeformConv", [*IMAGES, OFFSETS], {"pads": [2**29] * 4}, "must have shape"),
    ("DeformConv", [*IMAGES, OFFSETS], {"strides": [0, 1]}, "its numbers must be from 1"),
    ("DeformConv", [IMAGES[0][0], IMAGES[1][0], OFFSETS[0]], {}, "input 0 must have 4 axes"),
    ("DeformConv", [IMAGES[0][:, :0], IMAGES[1][:, :0], OFFSETS], {}, "do not fit"),
    ("DeformConv", [*IMAGES, OFFSETS.astype(np.float64)], {}, "they must be the same type"),
]  # fmt: skip


@pytest.mark.parametrize("operator, inputs, attributes, why", REFUSED)
def test_nonsense_is_refused(operator, inputs, attributes, why):
    for constants in ((), [i for i, x in enumerate(inputs) if x is not None]):
        with pytest.raises(LadingError, match=why) as refusal:
            run_node(operator, inputs, 1, constants, **attributes)
        assert f"'n' ({operator})" in str(refusal.value)


EMPTY = [
    ("GridSample", [np.ones((0, 2, 3, 3), F), np.ones((0, 2, 2, 2), F)], {}, (0, 2, 2, 2)),
    ("GridSample", [np.ones((1, 0, 3, 3), F), np.ones((1, 2, 2, 2), F)], {}, (1, 0, 2, 2)),
    ("GridSample", [np.ones((1, 2, 0, 3), F), np.ones((1, 0, 2, 2), F)], {}, (1, 2, 0, 2)),
    ("RoiAlign", [IMAGES[0], np.ones((0, 4), F), np.ones(0, np.int64)], {"output_width": 5}, (0, 2, 1, 5)),
    ("RoiAlign", [np.ones((2, 0, 3, 3), F), np.ones((1, 4), F), np.ones(1, np.int64)], {"output_width": 2**30},
     (1, 0, 1, 2**30)),
    ("DeformConv", [IMAGES[0][:0], IMAGES[1], OFFSETS[:0]], {}, (0, 3, 1, 1)),
    ("DeformConv", [IMAGES[0][:, :, :2], IMAGES[1], OFFSETS[:, :, :0]], {}, (2, 3, 0, 1)),
    ("DeformConv", [IMAGES[0], IMAGES[1][:0], OFFSETS], {}, (2, 0, 1, 1)),
]


@pytest.mark.parametrize("operator, inputs, attributes, shape", EMPTY)
def test_nothing_to_sample(operator, inputs, attributes, shape):
    assert run_node(operator, inputs, **attributes)[0].shape == shape


# ---- how they are run


def digest() -> str:
    seen = hashlib.sha256()
    for seed in range(60):
        for operator, draw in (("GridSample", grid_sample), ("RoiAlign", regions), ("DeformConv", deformed)):
            inputs, attributes = draw(np.random.default_rng(seed))
            seen.update(run_node(operator, inputs, **attributes)[0].tobytes())
    return seen.hexdigest()


@every_instruction_set
def test_every_instruction_set_gives_the_same_bits(isa):
    assert bits_on(isa, "test_sampling", "digest().encode()") == digest().encode()
