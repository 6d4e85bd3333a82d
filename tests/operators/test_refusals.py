"""Nodes that do not fit are refused with a sentence that says where and why; nothing in a file can crash."""

from __future__ import annotations

import numpy as np
import pytest
from one_node import run_node

from lading.errors import LadingError

F, I = np.float32, np.int64  # noqa: E741
X = np.arange(12, dtype=F).reshape(3, 4)

STEPS, GATES, STATE = np.ones((3, 4, 5), F), np.ones((1, 8, 5), F), np.ones((1, 4, 2), F)
IMAGE, KERNEL = np.ones((2, 4, 5, 5), F), np.ones((6, 4, 3, 3), F)

REFUSED = [
    ("Conv", [X, X], {}, r"needs the axes entry, channel and at least one more; its shape is \[3, 4\]"),
    ("Conv", [IMAGE, KERNEL[0]], {}, "input 1 must have 4 axes"),
    ("Conv", [IMAGE, KERNEL.astype(np.float64)], {}, "must be the same type"),
    ("Conv", [IMAGE.astype(I), KERNEL], {}, "input 0 is int64; it must be float32 or float64"),
    ("Conv", [IMAGE[:, :3], KERNEL], {},
     r"take 4 channels for each of 1 group; the input of shape \[2, 3, 5, 5\] has 3"),
    ("Conv", [IMAGE, KERNEL[:5, :2]], {"group": 2}, "5 output channels do not make 2 equal groups"),
    ("Conv", [IMAGE, KERNEL], {"group": 0}, "attribute 'group' is 0; it must be at least 1"),
    ("Conv", [IMAGE, KERNEL, F([1, 2])], {}, "one number for each of 6 output channels"),
    ("Conv", [IMAGE, KERNEL], {"strides": [2]}, r"'strides' is \[2\]; it must have 2 numbers for the spatial axes"),
    ("Conv", [IMAGE, KERNEL], {"pads": [1, 1]}, r"'pads' is \[1, 1\]; it must have 4 numbers"),
    ("Conv", [IMAGE, KERNEL], {"pads": [0, 0, 0, -1]}, r"'pads' is \[0, 0, 0, -1\]; its numbers must be from 0 to"),
    ("Conv", [IMAGE, KERNEL], {"strides": [0, 1]}, "its numbers must be from 1 to"),
    ("Conv", [IMAGE, KERNEL], {"dilations": [1, 2**62]}, "its numbers must be from 1 to 1073741824"),
    ("Conv", [IMAGE, KERNEL], {"pads": [2**30] * 4}, "too large"),
    ("Conv", [IMAGE, KERNEL], {"pads": [2**14] * 2 + [0] * 2}, "memory"),
    ("Conv", [IMAGE, KERNEL], {"kernel_shape": [5, 5]}, r"'kernel_shape' is \[5, 5\]"),
    ("Conv", [IMAGE, KERNEL[..., :0]], {}, "the kernel is empty"),
    ("Conv", [IMAGE, KERNEL], {"auto_pad": "SAME"}, "'SAME'; it must be one of 'NOTSET', 'VALID', 'SAME_UPPER'"),
    ("ConvTranspose", [IMAGE, KERNEL], {}, r"take 6 channels; the input of shape \[2, 4, 5, 5\] has 4"),
    ("ConvTranspose", [IMAGE, KERNEL[:4]], {"group": 3}, "4 channels do not make 3 equal groups"),
    ("ConvTranspose", [IMAGE, KERNEL[:4]], {"pads": [9, 9, 9, 9]}, "negative length"),
    ("ConvTranspose", [IMAGE, KERNEL[:4]], {"output_padding": [1]}, "'output_padding' is"),
    ("MaxPool", [IMAGE], {}, "attribute 'kernel_shape' is missing"),
    ("MaxPool", [IMAGE], {"kernel_shape": [2]}, r"'kernel_shape' is \[2\]; it must have 2 numbers"),
    ("MaxPool", [IMAGE.astype(I)], {"kernel_shape": [2, 2]}, "input 0 is int64; it must be float32"),
    ("AveragePool", [X], {"kernel_shape": [2]}, "needs the axes entry, channel and at least one more"),
    ("LpPool", [IMAGE], {"kernel_shape": [2, 2], "p": 0}, "attribute 'p' is 0; it must be at least 1"),
    ("GlobalMaxPool", [X], {}, "needs the axes entry, channel and at least one more"),
    ("LRN", [IMAGE], {"size": 0}, "attribute 'size' is 0"),
    ("LRN", [IMAGE], {}, "attribute 'size' is missing"),
    ("Det", [X], {}, r"square matrices in the last two axes; the shape is \[3, 4\]"),
    ("Relu", [X, X], {}, r"node 'n' \(Relu\): takes at most 1 input, it has 2"),
    ("Add", [X], {}, "input 1 is missing; the node needs 2 inputs"),
    (
        "Add",
        [X, X.astype(np.float64)],
        {},
        "input 1 is float64, input 0 is float32; they must be the same type",
    ),
    ("Add", [X, np.zeros((3, 3), F)], {}, r"shapes \[3, 4\] and \[3, 3\] do not broadcast"),
    ("And", [X, X], {}, "input 0 is float32; it must be bool"),
    (
        "BitShift",
        [np.uint8([1]), np.uint8([1])],
        {"direction": "UP"},
        "'UP'; it must be one of 'LEFT', 'RIGHT'",
    ),
    ("BitShift", [np.uint8([1]), np.uint8([1])], {}, "attribute 'direction' is missing"),
    ("Cast", [X], {}, "attribute 'to' is missing"),
    ("Clip", [X, F([0, 1])], {}, r"input 1 must be one number, its shape is \[2\]"),
    ("Concat", [X, X], {"axis": 2}, "axis 2 is not one of a tensor of 2 axes"),
    ("Concat", [X, X[:2]], {"axis": 1}, r"\[3, 4\] and \[2, 4\] do not join along axis 1"),
    ("Concat", [F(1), F(2)], {"axis": 0}, "numbers without an axis cannot be joined"),
    ("Concat", [X, X], {}, "attribute 'axis' is missing"),
    ("ConstantOfShape", [I([-1])], {}, "negative length"),
    ("ConstantOfShape", [I([2**40, 2**40])], {}, "too large"),
    ("ConstantOfShape", [I([2**35])], {}, "memory"),
    ("DepthToSpace", [np.zeros((1, 3, 2, 2), F)], {"blocksize": 2}, "3 channels do not make blocks of 2 x 2"),
    ("DepthToSpace", [X], {"blocksize": 2}, "input 0 must have 4 axes"),
    ("DepthToSpace", [X], {"blocksize": -2}, "attribute 'blocksize' is -2"),
    ("Expand", [X, I([5, 1])], {}, r"shapes \[3, 4\] and \[5, 1\] do not broadcast"),
    ("Expand", [X, F([3, 4])], {}, "input 1 must hold integers|input 1 is float32"),
    ("EyeLike", [X[0]], {}, "input 0 must have 2 axes"),
    ("Flatten", [X], {"axis": 3}, "attribute 'axis' is 3"),
    ("Gather", [X, I([3])], {}, "index 3 is outside an axis of length 3"),
    ("Gather", [X, I([-4])], {}, "index -4 is outside an axis of length 3"),
    ("Gather", [X[:0], I([0])], {}, "index 0 is outside an axis of length 0; if that is an empty"),
    ("Gather", [X, F([0])], {}, "input 1 is float32; it must be int32 or int64"),
    ("Gather", [F(1), I([0])], {}, "nothing to pick from"),
    ("Gather", [np.zeros((1,) * 8, F), np.zeros((1, 1), I)], {}, "at most 8"),
    ("GatherElements", [X, I([0])], {}, "input 1 must have 2 axes"),
    ("GatherElements", [X, np.zeros((4, 4), I)], {"axis": 1}, "reach beyond data"),
    ("GatherElements", [X, np.full((3, 4), 4)], {"axis": 1}, "index 4 is outside an axis of length 4"),
    ("GatherND", [X, np.full((1, 2), 3)], {}, "index 3 is outside an axis of length 3"),
    ("GatherND", [X, np.zeros((1, 3), I)], {}, "do not fit data"),
    ("GatherND", [X, np.zeros((2, 1), I)], {"batch_dims": 1}, "differ"),
    ("GatherND", [X, np.zeros((3, 1), I)], {"batch_dims": 2**32}, "it must be from 0 to 7"),
    ("GatherND", [X, I(0)], {}, "needs more than 0 axes"),
    ("Mean", [np.int32([1])], {}, "input 0 is int32; it must be float32 or float64"),
    ("OneHot", [I([0]), I(-1), F([0, 1])], {}, "must be a whole number, 0 or more"),
    ("OneHot", [I([0]), I(2), F([0, 1, 2])], {}, "two values, off and on"),
    ("Pad", [X, I([1, 2, 3])], {}, "two numbers for each of 2 axes; it has 3"),
    ("Pad", [X, I([-4, 0, 0, 0])], {}, "negative length"),
    ("Pad", [X, I([2**62, 0, 2**62, 0])], {}, "cannot pad axis 0"),
    ("Pad", [X[:0], I([1, 0, 1, 0])], {"mode": "edge"}, "nothing to continue it with"),
    ("Pad", [X, I([1, 1, 1, 1]), None, I([0, -2])], {}, "axis 0 is named twice"),
    (
        "Pad",
        [X, I([0] * 4)],
        {"mode": "mirror"},
        "'mirror'; it must be one of 'constant', 'reflect', 'edge', 'wrap'",
    ),
    ("QuantizeLinear", [X, F([1, 2]), np.uint8([0, 0])], {}, "does not fit data"),
    ("QuantizeLinear", [X, F(1)], {"output_dtype": "int64"}, "not to int64"),
    ("Range", [I(0), I(5), I(0)], {}, "delta must not be 0"),
    ("Range", [F(0), F(1e30), F(1)], {}, "too large"),
    ("Range", [F(0), F(np.nan), F(np.nan)], {}, "delta must not be 0"),
    ("Range", [I([0, 1]), I(5), I(1)], {}, "input 0 must be one number"),
    ("Reshape", [X, I([[3, 4]])], {}, "input 1 must be a list"),
    ("Reshape", [X, I([1] * 9)], {}, "at most 8"),
    ("Reshape", [X, I([2**62, 4])], {}, "too large|cannot reshape"),
    ("Reshape", [X, I([5, 0, 0])], {}, "copies axis 2"),
    ("Resize", [X], {}, "needs either scales"),
    ("Resize", [X, None, F([1, -1])], {}, "cannot resize by a scale of -1"),
    ("Resize", [X, None, F([1, np.nan])], {}, "cannot resize by a scale of"),
    ("Resize", [X, None, F([1e20, 1])], {}, "cannot resize by a scale of"),
    ("Resize", [X, None, F([1])], {}, "one number for each of 2 axes; has 1"),
    ("Resize", [X.astype(I), None, F([2, 2])], {"mode": "linear"}, "input 0 is int64"),
    ("Resize", [X[:0], None, None, I([2, 2])], {}, "is empty"),
    ("ReverseSequence", [X, I([1, 2])], {}, "needs a length for each of 4 sequences; it has 2"),
    ("ReverseSequence", [X, I([1, 2, 3, 4])], {}, "sequence 3 has length 4; there are 3 steps"),
    ("ReverseSequence", [X, I([1])], {"batch_axis": 1, "time_axis": 1}, "must be 0 and 1"),
    (
        "RotaryEmbedding",
        [np.zeros((1, 2, 6), F), np.zeros((1, 2, 3), F), np.zeros((1, 2, 3), F)],
        {},
        "'num_heads' is 0",
    ),
    (
        "RotaryEmbedding",
        [np.zeros((1, 1, 2, 4), F), np.zeros((5, 2), F), np.zeros((5, 2), F), I([[0, 5]])],
        {},
        "index 5 is outside an axis of length 5",
    ),
    ("ScatterElements", [X, np.zeros((1, 4), I), np.zeros((1, 3), F)], {}, "differ"),
    (
        "ScatterElements",
        [X, np.full((1, 4), 3), np.zeros((1, 4), F)],
        {},
        "index 3 is outside an axis of length 3",
    ),
    (
        "ScatterElements",
        [X, np.zeros((1, 4), I), np.zeros((1, 4), F)],
        {"reduction": "mean"},
        "'mean'; it must be one of",
    ),
    ("ScatterND", [X, I([[3]]), np.zeros((1, 4), F)], {}, "index 3 is outside an axis of length 3"),
    ("ScatterND", [X, I([[0]]), np.zeros((1, 3), F)], {}, r"updates must have shape \[1, 4\]"),
    ("Shape", [X], {"start": "1"}, "attribute 'start' must be an integer"),
    ("Slice", [X, I([0]), I([1]), I([0]), I([0])], {}, "a step of 0"),
    ("Slice", [X, I([0]), I([1, 2])], {}, "must have the same length"),
    ("Slice", [X, I([0, 0]), I([1, 2]), I([0, -2])], {}, "axis 0 is cut twice"),
    ("Slice", [X, I([0]), I([1]), I([2])], {}, "axis 2 is not one of"),
    ("Slice", [X, I([0, 0, 0]), I([1, 1, 1])], {}, "cuts more axes than the input has"),
    ("Split", [X, I([1, 1])], {"axis": 0}, "do not add up to 3"),
    ("Split", [X, I([4, -1])], {"axis": 0}, "do not add up to 3"),
    ("Split", [X, I([3])], {"axis": 0}, "1 length for 2 outputs"),
    ("Split", [X], {"axis": 0, "num_outputs": 3}, "'num_outputs' is 3; the node has 2 outputs"),
    ("Squeeze", [X, I([0])], {}, "can only remove axes of length 1"),
    ("Squeeze", [X, I([2])], {}, "axis 2 is not one of"),
    ("Tile", [X, I([1])], {}, "one number per axis"),
    ("Tile", [X, I([-1, 1])], {}, "negative"),
    ("Tile", [X, I([2**62, 2**62])], {}, "too large"),
    ("TopK", [X, I([5])], {}, "cannot take 5 elements from an axis of length 4"),
    ("TopK", [X, I([-1])], {}, "cannot take -1 elements"),
    ("TopK", [F(1), I([1])], {}, "has no order"),
    ("Transpose", [X], {"perm": [0, 0]}, "must hold the numbers from 0 to 1, each once"),
    ("Transpose", [X], {"perm": [0, 1, 2]}, "names 3 axes"),
    ("Transpose", [X], {"perm": [-1, 0]}, "must hold the numbers from 0 to 1, each once"),
    ("Trilu", [X[0]], {}, "at least two axes"),
    ("Unsqueeze", [X, I([0, 0])], {}, "axis 0 is named twice"),
    ("Unsqueeze", [X, I([0] * 7)], {}, "at most 8"),
    ("Where", [X, X, X], {}, "input 0 is float32; it must be bool"),
    ("Compress", [X, np.ones((1, 1), bool)], {}, "input 1 must have 1 axis"),
    ("Unique", [F(1)], {"axis": 0}, "no axis to look along"),
]


@pytest.mark.parametrize(
    "operator, inputs, attributes, why", REFUSED, ids=[f"{case[0]} {i}" for i, case in enumerate(REFUSED)]
)
def test_refusal(operator, inputs, attributes, why):
    outputs = 2 if operator in ("Split", "TopK") else 1
    for constants in (
        (),
        [i for i, value in enumerate(inputs) if value is not None],
    ):  # while running, and while loading
        with pytest.raises(LadingError, match=why) as refusal:
            run_node(operator, inputs, outputs, constants, **attributes)
        assert f"'n' ({operator})" in str(refusal.value) or "memory" in why


VALID = [
    ("Cast", [X], {"to": "int8"}),
    ("Clip", [X, F(1), F(2)], {}),
    ("Concat", [X, X], {"axis": 0}),
    ("Pow", [X, I([2])], {}),
    ("ConstantOfShape", [I([2, 3])], {"value": {"int64": [1]}}),
    ("DepthToSpace", [np.zeros((1, 4, 2, 2), F)], {"blocksize": 2}),
    ("SpaceToDepth", [np.zeros((1, 4, 2, 2), F)], {"blocksize": 2}),
    ("Expand", [X, I([2, 1, 4])], {}),
    ("Dropout", [X], {}),
    ("EyeLike", [X], {"k": 1}),
    ("Flatten", [X], {"axis": 1}),
    ("Gather", [X, I([0, 1])], {"axis": 0}),
    ("Mod", [I([3]), I([2])], {}),
    ("GatherElements", [X, np.zeros((3, 2), I)], {"axis": 1}),
    ("GatherND", [X, np.zeros((3, 1), I)], {"batch_dims": 1}),
    ("NonZero", [X], {}),
    ("OneHot", [I([0, 1]), I(3), F([0, 1])], {"axis": 0}),
    ("Div", [I([3, 4]), I([0, -1])], {}),
    ("Pad", [X, I([1, 1, 0, 1])], {"mode": "reflect"}),
    ("Pad", [X, I([1, 1]), F(1), I([0])], {"mode": "constant"}),
    ("QuantizeLinear", [X, F([1, 2, 3, 4]), np.int8([0, 1, 2, 3])], {"axis": 1}),
    ("Range", [I(0), I(5), I(1)], {}),
    ("DequantizeLinear", [X.astype(np.int8), np.ones((3, 2), F)], {"axis": 1, "block_size": 2}),
    ("Unique", [X], {"axis": 0}),
    ("Reshape", [X, I([2, -1])], {"allowzero": 0}),
    ("Resize", [X, None, F([2, 0.5])], {"mode": "cubic"}),
    (
        "Resize",
        [X, None, None, I([4])],
        {"mode": "linear", "axes": [1], "keep_aspect_ratio_policy": "not_larger"},
    ),
    ("Resize", [X, None, F([0.3, 0.5])], {"mode": "cubic", "antialias": 1, "exclude_outside": 1}),
    ("Resize", [X, F([0, 0.5, 1, 2]), None, I([2, 5])],
     {"mode": "linear", "antialias": 1, "coordinate_transformation_mode": "tf_crop_and_resize"}),
    ("ReverseSequence", [X, I([1, 2, 0, 3])], {"batch_axis": 1, "time_axis": 0}),
    ("Shape", [X], {"start": 0, "end": 1}),
    (
        "RotaryEmbedding",
        [np.zeros((1, 2, 3, 4), F), np.zeros((5, 2), F), np.zeros((5, 2), F), I([[0, 1, 2]])],
        {"interleaved": 1},
    ),
    ("ScatterElements", [X, np.zeros((2, 4), I), np.zeros((2, 4), F)], {"axis": 0, "reduction": "add"}),
    ("ScatterND", [X, I([[0], [1]]), np.zeros((2, 4), F)], {"reduction": "max"}),
    ("Slice", [X, I([0]), I([2]), I([1]), I([1])], {}),
    ("Split", [X, I([1, 2])], {"axis": 0}),
    ("Split", [X], {"axis": 1, "num_outputs": 2}),
    ("Squeeze", [X[None], I([0])], {}),
    ("Tile", [X, I([2, 1])], {}),
    ("TopK", [X, I([2])], {"axis": 1, "largest": 0}),
    ("Transpose", [X], {"perm": [1, 0]}),
    ("Trilu", [X, I(1)], {"upper": 0}),
    ("Conv", [IMAGE, KERNEL, F([1] * 6)], {"pads": [1, 0, 0, 2], "strides": [1, 2], "dilations": [1, 1], "group": 1}),
    ("Conv", [IMAGE, KERNEL[:, :2]], {"kernel_shape": [3, 3], "auto_pad": "SAME_UPPER", "group": 2}),
    ("ConvTranspose", [IMAGE, KERNEL[:4]], {"pads": [1, 0, 0, 2], "strides": [1, 2], "output_padding": [0, 1]}),
    ("ConvTranspose", [IMAGE, KERNEL[:4]], {"output_shape": [9, 9], "group": 2}),
    ("MaxPool", [IMAGE], {"kernel_shape": [2, 3], "pads": [0, 1, 1, 1], "ceil_mode": 1, "storage_order": 1}),
    ("AveragePool", [IMAGE], {"kernel_shape": [2, 3], "pads": [0, 1, 1, 1], "count_include_pad": 1}),
    ("LpPool", [IMAGE], {"kernel_shape": [2, 3], "strides": [2, 2], "dilations": [1, 2], "p": 3}),
    ("LRN", [IMAGE], {"size": 3}),
    ("GridSample", [IMAGE, np.ones((2, 3, 3, 2), F)],
     {"mode": "cubic", "padding_mode": "reflection", "align_corners": 1}),
    ("GridSample", [IMAGE[:, :2], np.ones((2, 3, 1, 2), F)], {"mode": "nearest", "padding_mode": "border"}),
    ("Det", [X[:, :3]], {}),
    ("RoiAlign", [IMAGE, np.ones((3, 4), F) * F([0, 0, 3, 2]), I([0, 1, 1])],
     {"output_height": 2, "output_width": 3, "mode": "max", "sampling_ratio": 0}),
    ("DeformConv", [IMAGE, KERNEL, np.ones((2, 18, 3, 3), F), F([1] * 6), np.ones((2, 9, 3, 3), F)],
     {"group": 1, "offset_group": 1, "strides": [1, 1], "pads": [0, 0, 0, 0]}),
    ("NonMaxSuppression", [np.ones((2, 3, 4), F), np.ones((2, 2, 3), F), I([2]), F([0.5]), F([0])],
     {"center_point_box": 1}),
    ("LSTM", [STEPS, GATES, GATES[:, :, :2], None, np.int32([1, 3, 0, 2]), STATE, STATE, F([[1] * 6])],
     {"hidden_size": 2, "layout": 0, "input_forget": 0, "clip": 3}),
    ("GRU", [STEPS, GATES[:, :6], GATES[:, :6, :2], F([[1] * 12]), None, STATE],
     {"linear_before_reset": 1, "direction": "reverse"}),
    ("GRU", [STEPS, GATES[:, :6], GATES[:, :6, :2]], {"linear_before_reset": 0, "hidden_size": 2}),
    ("RNN", [STEPS, GATES[:, :2], GATES[:, :2, :2]], {"activations": ["Tanh"], "activation_alpha": [1]}),
    ("Unsqueeze", [X, I([0, -1])], {}),
    ("Where", [X > 3, X, X], {}),
    ("Compress", [X, np.ones(3, bool)], {"axis": 0}),
    ("PRelu", [X, F([1])], {}),
    ("BitShift", [np.uint8([1]), np.uint8([9])], {"direction": "LEFT"}),
    ("IsInf", [X], {"detect_negative": 0}),
    ("Mean", [X, X[:1]], {}),
    ("Equal", [X, X], {}),
    ("Abs", [X], {}),
    ("Add", [X, X], {}),
    ("CastLike", [X, I(1)], {}),
    ("Identity", [X], {}),
    ("Size", [X], {}),
    ("Max", [X, X], {}),
]

NUMBERS = [0, 1, 2, 3, 5, -1, -2, -3, 8, 100, 2**31, -(2**31), 2**40, 2**62, -(2**63), 2**63 - 1]


def spoiled_input(rng: np.random.Generator, x: np.ndarray | None) -> np.ndarray | None:
    if x is None or rng.random() < 0.05:
        return None if x is not None else F(1)
    how = rng.integers(0, 4)
    if how == 0:
        return np.zeros(rng.choice([0, 1, 2, 3, 4], rng.choice([0, 1, 1, 2, 3, 4, 8])), x.dtype)
    if how == 1:
        return x.astype(rng.choice(["float32", "float64", "int64", "int32", "bool", "uint8", "int8"]))
    if how == 2 and x.ndim:
        return np.concatenate([x, x[:1]]) if rng.random() < 0.5 else x[:-1]
    x = np.array(x)
    if x.size:
        with np.errstate(all="ignore"):
            x[np.unravel_index(rng.integers(x.size), x.shape)] = np.int64(rng.choice(NUMBERS)).astype(x.dtype)
    return x


def spoiled_attributes(rng: np.random.Generator, attributes: dict) -> dict:
    attributes = dict(attributes)
    for name, value in attributes.items():
        if rng.random() < 0.5:
            continue
        if isinstance(value, int):
            attributes[name] = int(rng.choice(NUMBERS))
        elif isinstance(value, list):
            attributes[name] = [int(rng.choice([0, 1, 2, -1, 2**40])) for _ in range(rng.integers(0, 4))]
        elif rng.random() < 0.2:
            attributes[name] = "nonsense"
    return attributes


@pytest.mark.parametrize(
    "operator, inputs, attributes", VALID, ids=[f"{case[0]} {i}" for i, case in enumerate(VALID)]
)
def test_a_spoiled_node_is_refused_or_computed(operator, inputs, attributes, rounds=100, seed=7):
    rng = np.random.default_rng(seed)
    outputs = 2 if operator in ("Split", "TopK", "Dropout", "Unique", "MaxPool", "LSTM") else 1
    run_node(operator, inputs, outputs, **attributes)
    for _ in range(rounds):
        spoiled = [spoiled_input(rng, x) if rng.random() < 0.4 else x for x in inputs]
        constants = [i for i, x in enumerate(spoiled) if x is not None and rng.random() < 0.3]
        try:
            run_node(operator, spoiled, outputs, constants, **spoiled_attributes(rng, attributes))
        except LadingError as refusal:
            assert "'n'" in str(refusal) or "memory" in str(refusal), refusal
