"""Resize with antialiasing, and of a part of an image (tf_crop_and_resize), against others and the evaluator."""

from __future__ import annotations

import hashlib

import numpy as np
import oracles
import pytest
from grids import some
from instruction_sets import bits_on, every_instruction_set
from one_node import run_node, same
from test_resize import COORDINATES

from lading.errors import LadingError

F, I = np.float32, np.int64  # noqa: E741
CROP = "tf_crop_and_resize"


def resized(rng: np.random.Generator, crop: bool) -> tuple[list, dict]:
    """Inputs and attributes; the evaluator is given the same types, since a place may be outside by its last bit."""
    x = rng.normal(size=(*some(rng, 1, 3, 2), *some(rng, 2, 11, 2))).astype(rng.choice([np.float32, np.float64]))
    attributes = {"mode": str(rng.choice(["linear", "cubic"])), "antialias": int(rng.integers(0, 2)) if crop else 1,
                  "coordinate_transformation_mode": CROP if crop else str(rng.choice(COORDINATES)),
                  "exclude_outside": int(rng.integers(0, 2)),
                  "cubic_coeff_a": float(rng.choice([-0.75, -0.5]))}  # fmt: skip
    roi = np.concatenate([rng.uniform(-0.3, 0.5, 2), rng.uniform(0.4, 1.3, 2)]).astype(F) if crop else None
    if crop:
        attributes["extrapolation_value"] = 7.5
        attributes["mode"] = str(rng.choice(["linear", "cubic", "nearest"]))
    attributes["antialias"] *= attributes["mode"] != "nearest"
    if rng.random() < 0.5:
        scales = rng.uniform(0.3, 2, 2).astype(F)
        inputs = [x, roi, scales] if crop else [x, None, scales]
    else:
        inputs = [x, roi, None, np.array(some(rng, 1, 12, 2), I)]
    return inputs, {**attributes, "axes": [2, 3]}


def evaluated(inputs, attributes) -> np.ndarray:
    with np.errstate(all="ignore"):
        return oracles.evaluate.OPERATORS["Resize"](*inputs, **attributes)


def close(found, expected, tolerance):
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=tolerance, atol=tolerance)


@pytest.mark.parametrize("crop", [False, True])
@pytest.mark.parametrize("seed", range(40))
def test_beside_the_evaluator(crop, seed):
    inputs, attributes = resized(np.random.default_rng(seed), crop)
    tolerance = 1e-12 if inputs[0].dtype == np.float64 and (crop or inputs[2] is None) else 1e-5  # scales are float32
    close(run_node("Resize", inputs, **attributes)[0], evaluated(inputs, attributes), tolerance)


def onnx_runtime_differs(inputs, attributes, lengths) -> bool:
    """It leaves an axis alone that keeps its length, and takes whole lengths for scales times lengths."""
    scaled, crop = len(inputs) == 3, attributes["coordinate_transformation_mode"] == CROP
    same_length = any(a == b for a, b in zip(inputs[0].shape[2:], lengths, strict=True))
    corners = attributes["coordinate_transformation_mode"] == "align_corners"
    return (same_length and (scaled or crop)) or (scaled and corners)


def reference_differs(inputs, attributes, lengths) -> bool:
    """It takes scales times lengths for the whole lengths of a part, and places a single pixel elsewhere."""
    mode = attributes["coordinate_transformation_mode"]
    return (mode == CROP and len(inputs) == 3) or (mode == "pytorch_half_pixel" and 1 in lengths)


@pytest.mark.parametrize("oracle, differs", [(oracles.by_onnx_runtime, onnx_runtime_differs),
                                             (oracles.by_reference, reference_differs)])  # fmt: skip
@pytest.mark.parametrize("crop", [False, True])
def test_beside_others(oracle, differs, crop):
    judged = 0
    for seed in range(100, 260):
        inputs, attributes = resized(np.random.default_rng(seed), crop)
        inputs[0] = inputs[0].astype(F)
        found = run_node("Resize", inputs, **attributes)[0]
        if differs(inputs, attributes, found.shape[2:]):
            continue
        expected = oracle("Resize", inputs, **attributes)
        if expected is not None:  # ONNX Runtime has no kernel for all
            close(found, expected[0], 2e-5)
            judged += 1
    assert judged > 60


def test_the_whole_image_is_a_part_of_it():
    """From 0 to 1 the corners are those of the image: align_corners, but for the type of the coordinates."""
    x = np.random.default_rng(1).normal(size=(2, 5, 7))
    sizes, roi = I([2, 9, 4]), np.float64([0, 0, 0, 1, 1, 1])
    part = run_node("Resize", [x, roi, None, sizes], mode="linear", coordinate_transformation_mode=CROP)[0]
    whole = run_node("Resize", [x, None, None, sizes], mode="linear", coordinate_transformation_mode="align_corners")[0]
    close(part, whole, 1e-14)


@pytest.mark.parametrize("dtype", ["uint8", "int64", "bool", "float64"])
def test_what_lies_beyond_the_image(dtype):
    """The value as the type has it, whatever the numbers; here the part runs backwards, halfway between pixels."""
    x = np.arange(4).astype(dtype)
    attributes = {"coordinate_transformation_mode": CROP, "extrapolation_value": 300.7}
    found = run_node("Resize", [x, F([1.5, -0.5]), None, I([7])], **attributes)[0]
    value = {"uint8": 255, "int64": 300, "bool": True, "float64": float(F(300.7))}[dtype]
    same(found, np.array([value, value, x[2], x[1], x[0], value, value], dtype))


def test_a_part_far_away():
    x = np.arange(4.0)
    for start, end in ((1e300, 1e308), (-1e308, 1e308), (-1e30, -1e20), (5, 5)):
        found = run_node("Resize", [x, np.float64([start, end]), None, I([4])], mode="cubic", extrapolation_value=7,
                         coordinate_transformation_mode=CROP)[0]  # fmt: skip
        same(found, np.full(4, 7.0))


def test_down_to_one_pixel():
    """Of very many: the mean of those whose weights are alike, which takes no more time than they are."""
    x = np.random.default_rng(2).normal(size=(1, 30000)).astype(F)
    for scale in ({"scales": F([1, 1 / 30000])}, {"sizes": I([1, 1])}):
        inputs = [x, None, scale.get("scales"), scale.get("sizes")]
        for mode in ("linear", "cubic"):
            found = run_node("Resize", inputs, mode=mode, antialias=1)[0]
            close(found, evaluated(inputs, {"mode": mode, "antialias": 1}), 1e-5)


def test_antialiasing_changes_nothing_of_what_grows_or_is_picked():
    x = np.random.default_rng(3).normal(size=(4, 5)).astype(F)
    for mode, scales in (("linear", F([2, 1.5])), ("cubic", F([1, 3])), ("nearest", F([0.5, 0.4]))):
        same(run_node("Resize", [x, None, scales], mode=mode, antialias=1)[0],
             run_node("Resize", [x, None, scales], mode=mode)[0])  # fmt: skip


X = np.ones((3, 4), F)
REFUSED = [
    ([X, None, F([1, 1])], r"'tf_crop_and_resize' needs a roi \(input 1\) of a start and an end for each of 2 axes; it "
     "has 0 numbers"),
    ([X, F([0, 1]), F([1, 1])], "each of 2 axes; it has 2 numbers"),
    ([X, I([0, 0, 1, 1]), F([1, 1])], "input 1 is int64; it must be float32 or float64"),
    ([X, F([0, np.nan, 1, 1]), F([1, 1])], "from nan to 1.000000 along axis 1; the numbers of the roi .* finite"),
    ([X, F([0, 0, np.inf, 1]), F([1, 1])], "from 0.000000 to inf along axis 0"),
]  # fmt: skip


@pytest.mark.parametrize("inputs, why", REFUSED)
def test_no_part_of_an_image(inputs, why):
    for constants in ((), [i for i, x in enumerate(inputs) if x is not None]):
        with pytest.raises(LadingError, match=why):
            run_node("Resize", inputs, 1, constants, coordinate_transformation_mode=CROP)


def digest() -> str:
    seen = hashlib.sha256()
    for seed in range(40):
        for crop in (False, True):
            inputs, attributes = resized(np.random.default_rng(seed), crop)
            seen.update(run_node("Resize", inputs, **attributes)[0].tobytes())
    return seen.hexdigest()


@every_instruction_set
def test_every_instruction_set_gives_the_same_bits(isa):
    assert bits_on(isa, "test_resize_parts", "digest().encode()") == digest().encode()
