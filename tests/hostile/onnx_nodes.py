"""ONNX files whose nodes make no sense, or would make much of little."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
from onnx import helper, numpy_helper
from onnx_making import F, I, chain, edited, folded, model, node

CASES: list[tuple[str, str, Callable[[], Any]]] = [
    # ---- attributes
    ("axis as text", "attribute 'axis' must be an integer, it is text",
     lambda: model([node("Softmax", ["x"], axis="last")])),
    ("axis as a tensor", "attribute 'axis' must be an integer, it is a tensor",
     lambda: model([node("Softmax", ["x"], axis=numpy_helper.from_array(I([1])))])),
    ("axis out of range", "can run it: node 'n_y' (Softmax): axis 7 is not one of a tensor of 2 axes",
     lambda: model([node("Softmax", ["x"], axis=7)])),
    ("axis of 2^63 - 1", "axis 9223372036854775807 is not one of a tensor of 2 axes",
     lambda: model([node("Softmax", ["x"], axis=2**63 - 1)])),
    ("an attribute nobody knows", "it has the attribute 'colour'", lambda: model([node("Relu", ["x"], colour=1)])),
    ("an attribute twice", "it has the attribute 'a'",
     lambda: edited(lambda m: m.graph.node[0].attribute.extend([helper.make_attribute("a", 1)] * 2))),
    (
        "a reference to no function",
        "1 node cannot be converted:",
        lambda: edited(
            lambda m: m.graph.node[0].attribute.append(onnx.AttributeProto(name="a", ref_attr_name="b", type=2))
        ),
    ),
    ("too many inputs", "takes at most 1 input, it has 9", lambda: model([node("Relu", ["x"] * 9)])),
    ("no inputs", "node 'n_y' (Relu) has 0 inputs; the operator needs 1", lambda: model([node("Relu", [])])),
    ("shapes that do not meet", "input 0 must have 3 numbers along its last axis, its shape is [1, 4]",
     lambda: model([node("MatMul", ["x", "w"])], {"w": np.ones((3, 4), F)})),
    ("Cast to nothing", "attribute 'to' is missing", lambda: model([node("Cast", ["x"], to=0)])),
    ("Cast to a type nobody knows", "node 'n_y' (Cast): holds elements of type 99",
     lambda: model([node("Cast", ["x"], to=99)])),
    ("a perm that is none", "attribute 'perm' is [0, 0]; it must hold the numbers from 0 to 1, each once",
     lambda: model([node("Transpose", ["x"], perm=[0, 0])])),
    ("negative pads", "would break a rule of the format: outputs[0].axes[0]: should be 1 or more, is 0",
     lambda: model([node("Pad", ["x", "p"])], {"p": I([-9, -9, -9, -9])})),
    ("an equation without end", "term 0 of the equation does not fit input 0, whose shape is [1, 4]",
     lambda: model([node("Einsum", ["x"], equation="i" * 10**5)])),
    ("a Constant of nothing", "node 'n_c' (Constant): it says no value",
     lambda: model([node("Constant", [], ["c"]), node("Add", ["x", "c"])])),
    ("a Constant of two things", "read",
     lambda: model([node("Constant", [], ["c"], value_int=1, value_float=1.0), node("Add", ["x", "c"])])),
    ("a Constant of text", "node 'n_c' (Constant): it holds text, which lading does not have",
     lambda: model([node("Constant", [], ["c"], value_string="x"), node("Add", ["x", "c"])])),
    # ---- what folding would make large
    ("ConstantOfShape of 10^12", "Unable to allocate 3.64 TiB", lambda: folded("ConstantOfShape", {"s": I([10**12])})),
    ("ConstantOfShape of 2^64", "output shape [4294967296, 4294967296] is too large",
     lambda: folded("ConstantOfShape", {"s": I([2**32, 2**32])})),
    ("ConstantOfShape of a negative length", "negative dimensions are not allowed",
     lambda: folded("ConstantOfShape", {"s": I([-4])})),
    ("Expand to 10^12", "node 'n_big' (Expand): this evaluation needs 40000000",
     lambda: folded("Expand", {"a": F([1]), "s": I([10**6, 10**6])})),
    ("Tile to 10^12", "output shape [4000000, 400000] is too large",
     lambda: folded("Tile", {"a": np.ones((4, 4), F), "s": I([10**6, 10**5])})),
    ("Range of 10^12", "node 'n_big' (Range): this evaluation needs 39999999",
     lambda: folded("Range", {"a": F(0), "b": F(1e12), "c": F(1)})),
    ("Range without end", "delta must not be 0", lambda: folded("Range", {"a": F(0), "b": F(1), "c": F(0)})),
    (
        "Resize to 10^12",
        "node 'n_big' (Resize): this evaluation needs 40000000",
        lambda: model(
            [node("Resize", ["a", "", "", "s"], ["big"]), node("Add", ["x", "big"])],
            {"a": np.ones((1, 1, 4, 4), F), "s": I([1, 1, 10**6, 10**6])},
        ),
    ),
    ("Pad to 10^12", "node 'n_big' (Pad): this evaluation needs",
     lambda: folded("Pad", {"a": np.ones((4, 4), F), "s": I([0, 0, 10**6, 10**6])})),
    ("OneHot of 10^12", "node 'n_big' (OneHot): this evaluation needs",
     lambda: folded("OneHot", {"a": I([1]), "d": I(10**12), "v": F([0, 1])})),
    (
        "EyeLike of 10^12",
        "node 'n_a' (ConstantOfShape): this evaluation needs 40000000",
        lambda: model(
            [node("ConstantOfShape", ["s"], ["a"]), node("EyeLike", ["a"], ["big"]), node("Add", ["x", "big"])],
            {"s": I([10**6, 10**6])},
        ),
    ),
    ("MatMul of two lines", "needs more memory than there is",
     lambda: folded("MatMul", {"a": np.ones((2**19, 1), F), "b": np.ones((1, 2**19), F)})),
    ("60 doublings", "needs more memory than there is", lambda: chain(60)),
    ("Einsum of four lines", "needs more memory than there is",
     lambda: folded("Einsum", {name: np.ones(2**10, F) for name in "abcd"}, equation="a,b,c,d->abcd")),
    (
        "Shape arithmetic that overflows",
        "damaged, or not what its format allows",
        lambda: model(
            [node("Shape", ["x"], ["s"]), node("Mul", ["s", "m"], ["t"]), node("Reshape", ["x", "t"])],
            {"m": I([2**62, 2**62])},
        ),
    ),
    (
        "Div of shapes by zero",
        "read",
        lambda: model(
            [node("Shape", ["x"], ["s"]), node("Div", ["s", "m"], ["t"]), node("Reshape", ["x", "t"])], {"m": I([0, 0])}
        ),
    ),
]  # fmt: skip
