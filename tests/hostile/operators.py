"""Nodes that make no sense: attributes, shapes, types and numbers of inputs that an operator cannot take.

``tests/operators/test_refusals.py`` holds the faults of single operators as they were written; its cases are taken
along. Here are those that an enemy would try: everything negative, zero, huge, of another kind, missing, or twice.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "operators"))

import operators_moving
from making import Case, bundle_case, one_node
from operands import CUBE, HIGH, IMAGE, KERNEL, LOW, ROW, F, I, X
from test_refusals import REFUSED

#: Operator, inputs, attributes, what the refusal says; and how many results, where that is not one.
NODES: list[tuple[Any, ...]] = [
    # ---- layers
    ("Gemm", [X, ROW], {}, "input 1 must have 2 axes, its shape is [4]"),
    ("Gemm", [X, X], {}, "input 0 must have 3 numbers along its last axis, its shape is [3, 4]"),
    ("Gemm", [X, X], {"transA": 1, "transB": 1},
     "matrices of shape [3, 4] (transposed) and [3, 4] (transposed) do not f"),
    ("Gemm", [X, X.T, np.ones((2, 2), F)], {}, "shapes [3, 3] and [2, 2] do not broadcast"),
    ("Gemm", [X, X.T], {"alpha": "one"}, "attribute 'alpha' must be a number, it is text"),
    ("Gemm", [X, X.T], {"transB": [1]}, "attribute 'transB' must be an integer, it is a list of integers"),
    ("Gemm", [X.astype(I), X.T.astype(I)], {}, "output 'y0' is declared float32 [1], but the graph gives int64 [3, 3]"),
    ("Gemm", [X], {}, "input 1 is missing"),
    ("Gemm", [X, X.T, ROW[:3], ROW], {}, "takes at most 3 inputs, it has 4"),
    ("MatMul", [X, X], {}, "input 0 must have 3 numbers along its last axis, its shape is [3, 4]"),
    ("MatMul", [F(1), X], {}, "takes lists and matrices, not single numbers"),
    ("MatMul", [CUBE, np.ones((3, 4, 5), F)], {}, "shapes [2] and [3] do not broadcast"),
    ("MatMul", [X, X.T.astype(np.float64)], {}, "input 1 is float64, input 0 is float32"),
    ("MatMul", [X > 0, X.T > 0], {}, "input 0 is bool"),
    ("Einsum", [X, X], {"equation": "ij,jk->ik"}, "one letter stands for axes of length 4 and 3"),
    ("Einsum", [X], {"equation": "ijk->i"}, "term 0 of the equation does not fit input 0, whose shape is [3, 4]"),
    ("Einsum", [X], {"equation": "ij->ik"}, "equation 'ij->ik' must name axes of its operands in the result, each o"),
    ("Einsum", [X], {"equation": "ij->ii"}, "equation 'ij->ii' must name axes of its operands in the result, each o"),
    ("Einsum", [X], {"equation": "i j,"}, "equation 'ij,' has 2 terms, the node has 1 input"),
    ("Einsum", [X], {"equation": "->->"}, "equation '->->' has '-'"),
    ("Einsum", [X], {"equation": ""}, "term 0 of the equation does not fit input 0, whose shape is [3, 4]"),
    ("Einsum", [X], {"equation": "...i...->i"}, "equation '...i...->i' has two '...' in one term"),
    ("Einsum", [X], {"equation": "a" * 5000 + "->a"}, "term 0 of the equation does not fit input 0, whose"),
    ("Einsum", [X], {"equation": "1j->j"}, "equation '1j->j' has '1'"),
    ("Einsum", [X], {}, "term 0 of the equation does not fit input 0, whose shape is [3, 4]"),
    ("Einsum", [], {"equation": "->"}, "input 0 is missing"),
    ("Conv", [IMAGE, KERNEL], {"group": HIGH},
     "weights of shape [8, 4, 3, 3] take 4 channels for each of 922337203685"),
    ("Conv", [IMAGE, KERNEL], {"group": -1}, "attribute 'group' is -1"),
    ("Conv", [IMAGE, KERNEL], {"group": 3}, "weights of shape [8, 4, 3, 3] take 4 channels for each of 3 groups"),
    ("Conv", [IMAGE, KERNEL], {"strides": [LOW, 1]}, "attribute 'strides' is [-9223372036854775808, 1]"),
    ("Conv", [IMAGE, KERNEL], {"strides": 1}, "attribute 'strides' must be a list of integers, it is an integer"),
    ("Conv", [IMAGE, KERNEL], {"strides": [1.5, 1.0]},
     "attribute 'strides' must be a list of integers, it is a list of real n"),
    ("Conv", [IMAGE, KERNEL], {"dilations": [0, 0]}, "attribute 'dilations' is [0, 0]"),
    ("Conv", [IMAGE, KERNEL], {"dilations": [9, 9]},
     "output 'y0' is declared float32 [1], but the graph gives float32 [1, 8"),
    ("Conv", [IMAGE, KERNEL], {"pads": [HIGH, HIGH, HIGH, HIGH]},
     "attribute 'pads' is [9223372036854775807, 9223372036854775807, 9223372"),
    ("Conv", [IMAGE, KERNEL], {"kernel_shape": [LOW, 3]}, "attribute 'kernel_shape' is [-9223372036854775808, 3]"),
    ("Conv", [IMAGE, KERNEL], {"auto_pad": 3}, "attribute 'auto_pad' must be text, it is an integer"),
    ("Conv", [IMAGE, KERNEL], {"auto_pad": "SAME_UPPER", "pads": [1, 1, 1, 1]},
     "output 'y0' is declared float32 [1], but the graph gives float32 [1, 8"),
    ("Conv", [IMAGE], {}, "input 1 is missing"),
    ("Conv", [IMAGE, KERNEL, ROW, ROW], {}, "takes at most 3 inputs, it has 4"),
    ("ConvTranspose", [IMAGE, KERNEL.transpose(1, 0, 2, 3)], {"strides": [0, 0]}, "attribute 'strides' is [0, 0]"),
    ("ConvTranspose", [IMAGE, KERNEL.transpose(1, 0, 2, 3)], {"strides": [2**30, 2**30]},
     "output shape [1, 8, 5368709123, 5368709123] is too large"),
    ("ConvTranspose", [IMAGE, KERNEL.transpose(1, 0, 2, 3)], {"output_padding": [HIGH, 0]},
     "attribute 'output_padding' is [9223372036854775807, 0]"),
    ("ConvTranspose", [IMAGE, KERNEL.transpose(1, 0, 2, 3)], {"output_shape": [-3, 3]},
     "attribute 'output_shape' is [-3, 3]"),
    ("ConvTranspose", [IMAGE, KERNEL.transpose(1, 0, 2, 3)], {"output_shape": [2**40, 2**40]},
     "attribute 'output_shape' is [1099511627776, 1099511627776]"),
    ("ConvTranspose", [IMAGE, KERNEL.transpose(1, 0, 2, 3)], {"group": 0}, "attribute 'group' is 0"),
    # ---- pooling
    ("MaxPool", [IMAGE], {"kernel_shape": [0, 2]}, "attribute 'kernel_shape' is [0, 2]"),
    ("MaxPool", [IMAGE], {"kernel_shape": [HIGH, HIGH]},
     "attribute 'kernel_shape' is [9223372036854775807, 9223372036854775807]"),
    ("MaxPool", [IMAGE], {"kernel_shape": [9, 9]},
     "output 'y0' is declared float32 [1], but the graph gives float32 [1, 4"),
    ("MaxPool", [IMAGE], {"kernel_shape": [2, 2], "pads": [2, 2, 2, 2]},
     "output 'y0' is declared float32 [1], but the graph gives float32 [1, 4"),
    ("MaxPool", [IMAGE], {"kernel_shape": [2, 2], "pads": [-1, 0, 0, 0]}, "attribute 'pads' is [-1, 0, 0, 0]"),
    ("MaxPool", [IMAGE], {"kernel_shape": [2, 2], "strides": [0, 1]}, "attribute 'strides' is [0, 1]"),
    ("MaxPool", [IMAGE], {"kernel_shape": [2, 2], "dilations": [LOW, 1]},
     "attribute 'dilations' is [-9223372036854775808, 1]"),
    ("MaxPool", [IMAGE], {"kernel_shape": [2, 2], "storage_order": 7},
     "output 'y0' is declared float32 [1], but the graph gives float32 [1, 4"),
    ("AveragePool", [IMAGE], {"kernel_shape": [2**31, 2**31], "pads": [2**30] * 4},
     "attribute 'kernel_shape' is [2147483648, 2147483648]"),
    ("AveragePool", [IMAGE], {"kernel_shape": ["two", "two"]},
     "attribute 'kernel_shape' must be a list of integers, it is a list of t"),
    ("LpPool", [IMAGE], {"kernel_shape": [2, 2], "p": LOW}, "attribute 'p' is -9223372036854775808"),
    ("GlobalLpPool", [IMAGE], {"p": -1}, "attribute 'p' is -1"),
    ("GlobalAveragePool", [F(1)], {}, "needs the axes entry, channel and at least one more"),
    ("LRN", [IMAGE], {"size": LOW}, "attribute 'size' is -9223372036854775808"),
    ("LRN", [X[0]], {"size": 3}, "needs the axes entry and channel"),
    # ---- normalizations
    ("LayerNormalization", [X, ROW], {"axis": 2}, "axis 2 is not one of a tensor of 2 axes"),
    ("LayerNormalization", [X, ROW], {"axis": LOW}, "axis -9223372036854775808 is not one of a tensor of 2 axes"),
    ("LayerNormalization", [X, ROW[:3]], {}, "shapes [3, 4] and [3] do not broadcast"),
    ("LayerNormalization", [X, ROW, ROW[:2]], {}, "shapes [3, 4] and [2] do not broadcast"),
    ("LayerNormalization", [X, ROW], {"epsilon": "small"}, "attribute 'epsilon' must be a number, it is text"),
    ("LayerNormalization", [X, ROW], {"stash_type": "float9"},
     "output 'y0' is declared float32 [1], but the graph gives float32 [3, 4"),
    ("LayerNormalization", [X], {}, "input 1 is missing"),
    ("RMSNormalization", [X, ROW[:3]], {}, "shapes [3, 4] and [3] do not broadcast"),
    ("RMSNormalization", [X, ROW], {"axis": 5}, "axis 5 is not one of a tensor of 2 axes"),
    ("GroupNormalization", [IMAGE, ROW, ROW], {"num_groups": 0}, "attribute 'num_groups' is 0; it must be at least 1"),
    ("GroupNormalization", [IMAGE, ROW, ROW], {"num_groups": 3}, "4 channels do not make 3 equal groups"),
    ("GroupNormalization", [IMAGE, ROW, ROW], {"num_groups": HIGH},
     "4 channels do not make 9223372036854775807 equal groups"),
    ("GroupNormalization", [IMAGE, ROW, ROW[:2]], {"num_groups": 2},
     "input 2 of shape [2] must have one number for each of 4 channels"),
    ("GroupNormalization", [IMAGE, ROW, ROW], {}, "attribute 'num_groups' is missing"),
    ("InstanceNormalization", [IMAGE, ROW[:3], ROW], {},
     "input 1 of shape [3] must have one number for each of 4 channels"),
    ("InstanceNormalization", [ROW, ROW, ROW], {}, "needs the axes entry and channel"),
    ("BatchNormalization", [X, ROW, ROW, ROW], {}, "input 4 is missing"),
    ("BatchNormalization", [X, ROW[:3], ROW, ROW, ROW], {},
     "input 1 of shape [3] must have one number for each of 4 channels"),
    ("BatchNormalization", [X, ROW, ROW, ROW, X], {},
     "input 4 of shape [3, 4] must have one number for each of 4 channels"),
    ("BatchNormalization", [X, ROW, ROW, ROW, ROW], {"training_mode": 1}, "training_mode is for training"),
    ("BatchNormalization", [X, ROW, ROW, ROW, ROW], {"epsilon": []},
     "attribute 'epsilon' must be a number, it is a list of integers"),
    ("LpNormalization", [X], {"p": 3}, "attribute 'p' must be 1 or 2, it is 3"),
    ("LpNormalization", [X], {"axis": 2}, "axis 2 is not one of a tensor of 2 axes"),
    ("MeanVarianceNormalization", [X], {"axes": [0, 0]}, "axis 0 is named twice"),
    ("MeanVarianceNormalization", [X], {"axes": [9]}, "axis 9 is not one of a tensor of 2 axes"),
    # ---- along an axis
    ("Softmax", [X], {"axis": 2}, "axis 2 is not one of a tensor of 2 axes"),
    ("Softmax", [X], {"axis": -3}, "axis -3 is not one of a tensor of 2 axes"),
    ("Softmax", [X], {"axis": HIGH}, "axis 9223372036854775807 is not one of a tensor of 2 axes"),
    ("Softmax", [X], {"axis": 0.5}, "attribute 'axis' must be an integer, it is a real number"),
    ("Softmax", [X.astype(I)], {}, "input 0 is int64"),
    ("LogSoftmax", [X], {"axis": LOW}, "axis -9223372036854775808 is not one of a tensor of 2 axes"),
    ("Hardmax", [X], {"axis": 4}, "axis 4 is not one of a tensor of 2 axes"),
    ("ArgMax", [X], {"axis": 2}, "axis 2 is not one of a tensor of 2 axes"),
    ("ArgMin", [np.ones((0, 4), F)], {"axis": 0}, "axis 0 of input 0 is empty; its shape is [0, 4]"),
    ("CumSum", [X, I(2)], {}, "axis 2 is not one of a tensor of 2 axes"),
    ("CumSum", [X, I(LOW)], {}, "axis -9223372036854775808 is not one of a tensor of 2 axes"),
    ("CumSum", [X, F(0)], {}, "input 1 is float32"),
    ("CumSum", [X, I([0, 1])], {}, "input 1 must be one number, its shape is [2]"),
    ("ReduceSum", [X, I([0, 0])], {}, "axis 0 is named twice"),
    ("ReduceSum", [X, I([HIGH])], {}, "axis 9223372036854775807 is not one of a tensor of 2 axes"),
    ("ReduceSum", [X, I([0, 1, -1])], {}, "axis 1 is named twice"),
    ("ReduceMax", [X, F([0])], {}, "input 1 is float32"),
    ("ReduceMean", [X > 0], {}, "input 0 is bool"),
    ("ReduceSum", [X, I([[0]])], {}, "input 1 must be a list, its shape is [1, 1]"),
    ("TopK", [X, I([LOW])], {}, "cannot take -9223372036854775808 elements from an axis of length 4", 2),
    ("TopK", [X, I([1, 1])], {}, "input 1 must be one number, its shape is [2]", 2),
    ("TopK", [X, F([1])], {}, "input 1 is float32", 2),
    ("TopK", [X, I([1])], {"axis": 2}, "axis 2 is not one of a tensor of 2 axes", 2),
    ("Concat", [X, X], {"axis": HIGH}, "axis 9223372036854775807 is not one of a tensor of 2 axes"),
    ("Concat", [X, CUBE], {"axis": 0}, "inputs of shape [3, 4] and [2, 3, 4] do not join along axis 0"),
    ("Concat", [X, X.astype(np.float64)], {"axis": 0}, "input 1 is float64, input 0 is float32"),
    ("Concat", [], {"axis": 0}, "input 0 is missing; the node needs 1 input"),
    ("Split", [X], {"num_outputs": 0}, "attribute 'num_outputs' is 0; the node has 1 output"),
    ("Split", [X], {"num_outputs": LOW}, "attribute 'num_outputs' is -9223372036854775808; the node has 2 output", 2),
    ("Split", [X, I([HIGH, LOW])], {}, "the lengths of input 1 do not add up to 3", 2),
    ("Split", [X, I([2, 2])], {"axis": 1, "num_outputs": 2},
     "output 'y0' is declared float32 [1], but the graph gives float32 [3, 2", 2),
]  # fmt: skip


def cases() -> Iterator[Case]:
    for at, (operator, inputs, attributes, text, *outputs) in enumerate([*NODES, *operators_moving.NODES]):
        made = one_node(operator, inputs, attributes, *outputs, constant=at % 2 == 0 or not inputs)
        yield bundle_case(f"node {at} {operator:.20}", text, *made)


def known_cases() -> Iterator[Case]:
    """Those of tests/operators, whose texts are held there."""
    for at, (operator, inputs, attributes, _) in enumerate(REFUSED):
        outputs = 2 if operator in ("Split", "TopK") else 1
        yield bundle_case(f"known node {at} {operator}", "", *one_node(operator, inputs, attributes, outputs))
