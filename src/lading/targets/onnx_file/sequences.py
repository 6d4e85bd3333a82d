"""What a model says of the lengths of its sequences (docs/format.md, section 2), as ONNX nodes."""

from __future__ import annotations

import numpy as np

from ...endpoints import Axis, Input
from .growth import Growth

__all__ = ["cut", "filled_up", "hidden", "pads_of", "says_what_is_padding"]

#: Types that runtimes choose between and compare in; others go there as whole numbers and come back.
CHOSEN = ("float32", "float64", "int32", "int64")


def cut(growth: Growth, x: str, at: int, axis: Axis) -> str:
    """The first or last elements of ``x`` along its axis number ``at``, as many as the axis has at most."""
    most = int(axis.max or 0)
    first, last = (0, most) if axis.keep == "first" else (-most, np.iinfo(np.int64).max)
    return growth.add("Slice", [x, *(growth.tensor([each]) for each in (first, last, at))])


def pads_of(given: Input, axis: Axis) -> np.ndarray:
    """What stands in the place of elements that are not there, in the shape in which it meets the tensor."""
    if given.mask is not None:
        return np.asarray(given.mask.absent)
    if not given.variable_list:
        return np.asarray(float(axis.pad))
    pads = [axis.pad if each.pad is None else each.pad for each in given.variable_list]
    after = len(given.axes) - 1 - given.axes.index("variable")
    return np.array([float(pad) for pad in pads]).reshape(-1, *[1] * after)  # type: ignore[arg-type]


def says_what_is_padding(mask: Input, given: Input) -> bool:
    """Whether the axes of a mask are among those of ``given``, in the same order, but for some of length 1."""
    named = [use for use in mask.axes if use != 1]
    return [use for use in given.axes if use in named] == named


def hidden(growth: Growth, x: str, given: Input, mask: Input, own: str, axis: Axis) -> str:
    """``x`` with its pads where ``mask``, whose value is ``own``, says that there is no element."""
    assert mask.mask is not None
    ones = [at for at, use in enumerate(mask.axes) if use == 1]
    own = growth.add("Squeeze", [own, growth.tensor(ones)]) if ones else own
    others = [at for at, use in enumerate(given.axes) if use == 1 or use not in mask.axes]
    own = growth.add("Unsqueeze", [own, growth.tensor(others)]) if others else own
    kind = mask.type if mask.type in (*CHOSEN, "bool") else "float32"
    own = own if kind == mask.type else growth.cast(own, kind)
    absent = growth.add("Equal", [own, growth.tensor(mask.mask.absent, kind)])
    if given.type in CHOSEN:
        return growth.add("Where", [absent, growth.tensor(pads_of(given, axis), given.type), x])
    chosen = growth.add("Where", [absent, growth.tensor(pads_of(given, axis)), growth.cast(x, "int64")])
    return growth.cast(chosen, given.type)


def filled_up(growth: Growth, x: str, given: Input, axis: Axis) -> str:
    """``x`` with pads behind its last element where it has fewer than the axis has at least."""
    at, ones = given.axes.index(axis.name), np.ones(len(given.axes), np.int64)
    along = np.eye(len(given.axes), dtype=np.int64)[at]
    shape = growth.add("Shape", [x])
    own = growth.add("Gather", [shape, growth.tensor([at])], axis=0)
    least, none = growth.tensor([axis.min]), growth.tensor([0])
    short = growth.add("Where", [growth.add("Less", [own, least]), growth.add("Sub", [least, own]), none])
    rest = growth.add("Mul", [shape, growth.tensor(ones - along)])
    lengths = growth.add("Add", [rest, growth.add("Mul", [short, growth.tensor(along)])])
    pads = growth.add("Expand", [growth.tensor(pads_of(given, axis), given.type), lengths])
    return growth.add("Concat", [x, pads], axis=at)
