"""How the nodes of the pinned opset were written in older ones: one rule an operator (``onnx_opsets.py``)."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np

from ..graph import OPSET

if TYPE_CHECKING:
    from onnx import NodeProto

    from .onnx_opsets import Lowering

__all__ = ["RULES"]


def _take(node: NodeProto, name: str, default: Any = None) -> Any:
    """The value of an attribute, which is taken off the node."""
    from onnx import helper

    found = next((each for each in node.attribute if each.name == name), None)
    if found is None:
        return default
    value = helper.get_attribute_value(found)
    node.attribute.remove(found)
    return value


def _axes_were_an_attribute(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    return _were_an_attribute(lowering, node, "axes")


def _sizes_were_an_attribute(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    return _were_an_attribute(lowering, node, "split")


def _were_an_attribute(lowering: Lowering, node: NodeProto, name: str) -> list[NodeProto]:
    from onnx import helper

    numbers, nothing = lowering.constant_of(node, 1), _take(node, "noop_with_empty_axes", 0)
    if numbers is None and nothing:
        return [helper.make_node("Identity", node.input[:1], node.output, node.name)]
    del node.input[1:]
    if numbers is not None:
        node.attribute.append(helper.make_attribute(name, [int(n) for n in numbers.ravel()]))
    return [node]


def _reduction(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    numbers = lowering.constant_of(node, 1)
    if numbers is not None and not numbers.size:  # none named: all, or none with the attribute
        del node.input[1:]
    return _axes_were_an_attribute(lowering, node)


def _split(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    _take(node, "num_outputs")  # equal parts, as always; unequal ones have their sizes
    return _sizes_were_an_attribute(lowering, node) if lowering.opset < 13 else [node]


def _over_one_axis(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    """Before 13 a softmax was over all axes from the one named: over one alone if that is the last."""
    from onnx import helper

    axis, rank = _take(node, "axis", -1), lowering.ranks.get(node.input[0])
    node.attribute.append(helper.make_attribute("axis", -1))
    if axis == -1 or axis + 1 == rank:
        return [node]
    if rank is None:
        raise lowering.refused(node, "it was over all axes from the one named then")
    order = list(range(rank))
    order[axis], order[-1] = order[-1], order[axis]
    turned, made = f"{node.output[0]}/turned", f"{node.output[0]}/made"
    first = helper.make_node("Transpose", node.input, [turned], turned, perm=order)
    last = helper.make_node("Transpose", [made], node.output, f"{node.output[0]}/back", perm=order)
    node.input[0], node.output[0] = turned, made
    return [first, node, last]


def _reshape(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    if _take(node, "allowzero", 0):
        shape = lowering.constants.get(node.input[1])
        if shape is None or 0 in shape:
            why = "is computed and may hold" if shape is None else "holds"
            raise lowering.refused(node, f"its shape {why} a length of 0, which meant another thing before 14")
    return [node]


def _shape(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    """Part of a shape is cut out of the whole."""
    from onnx import helper

    start, end = _take(node, "start", 0), _take(node, "end")
    if not start and end is None:
        return [node]
    whole = f"{node.output[0]}/all"
    bounds = [lowering.add(node, part, np.array([n], np.int64))
              for part, n in (("start", start), ("end", np.iinfo(np.int64).max if end is None else end))]  # fmt: skip
    return [helper.make_node("Shape", node.input, [whole], whole),
            helper.make_node("Slice", [whole, *bounds], node.output, node.name)]  # fmt: skip


def _resize(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    """Before 13 the region and the scales could not be left out, but be empty."""
    if lowering.opset < 13:
        given = [*node.input, "", "", ""][:4]
        empty = lowering.add(node, "none", np.array([], np.float32)) if "" in given[1:3] else ""
        del node.input[:]
        node.input.extend([given[0], given[1] or empty, given[2] or empty, given[3]])
    if any(each.name == "coordinate_transformation_mode" and each.s == b"half_pixel_symmetric"
           for each in node.attribute):  # fmt: skip
        raise lowering.refused(node, "its coordinate_transformation_mode is younger")
    return [node]


def _pad(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    """Before 18 all axes were padded: the others by nothing."""
    from onnx import helper

    axes, rank = lowering.constant_of(node, 3), lowering.ranks.get(node.input[0])
    if axes is None:
        return [node]
    if rank is None or axes.size != 1:
        raise lowering.refused(node, "it padded all axes then")
    before = int(axes[0]) % rank
    stem, pads = f"{node.name or node.output[0]}/", node.input[1]
    bounds = [lowering.add(node, f"place_{n}", np.array([n], np.int64)) for n in range(3)]
    parts = [f"{stem}before", f"{stem}behind"]
    cut = [helper.make_node("Slice", [pads, bounds[i], bounds[i + 1]], [part], part) for i, part in enumerate(parts)]
    nothing = [lowering.add(node, f"nothing_{i}", np.zeros(n, np.int64))
               for i, n in enumerate((before, rank - 1, rank - 1 - before))]  # fmt: skip
    whole = f"{stem}pads"
    join = helper.make_node("Concat", [nothing[0], parts[0], nothing[1], parts[1], nothing[2]], [whole], whole, axis=0)
    del node.input[3:]
    node.input[1] = whole
    return [*cut, join, node]


def _grid_sample(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    """Before 20 images had two spatial axes, and modes their names."""
    from onnx import helper

    if lowering.ranks.get(node.input[0], 4) != 4:
        raise lowering.refused(node, "images had two axes beside entry and channel then")
    mode = _take(node, "mode", b"linear")
    names = {b"linear": "bilinear", b"cubic": "bicubic"}
    node.attribute.append(helper.make_attribute("mode", names.get(mode, mode)))
    return [node]


def _roi_align(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    """Before 16 there were no half pixels, which are the rule now."""
    if _take(node, "coordinate_transformation_mode", b"half_pixel") != b"output_half_pixel":
        raise lowering.refused(node, "its coordinate_transformation_mode is younger")
    return [node]


def _scatter(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    if lowering.opset >= 16 and any(each.s in (b"max", b"min") for each in node.attribute):
        raise lowering.refused(node, "max and min are younger")
    return [node]


def _constant(lowering: Lowering, node: NodeProto) -> list[NodeProto]:
    """Numbers of functions that are written out: a tensor, where others were added later."""
    from onnx import helper, numpy_helper

    at = node.attribute[0]
    kinds = {"value_int": np.int64, "value_ints": np.int64, "value_float": np.float32, "value_floats": np.float32}
    if at.name in kinds:
        array = np.array(helper.get_attribute_value(at), kinds[at.name])
        del node.attribute[:]
        node.attribute.append(helper.make_attribute("value", numpy_helper.from_array(array)))
    lowering.constants[node.output[0]] = numpy_helper.to_array(node.attribute[0].t)
    return [node]


Rule = Callable[["Lowering", "NodeProto"], "list[NodeProto]"]

#: By operator: below which opset it was written otherwise, and how.
RULES: dict[str, tuple[int, Rule]] = {
    **{f"Reduce{name}": (18, _reduction) for name in (
        "L1", "L2", "LogSum", "LogSumExp", "Max", "Mean", "Min", "Prod", "SumSquare")},
    "ReduceSum": (13, _reduction), "Squeeze": (13, _axes_were_an_attribute), "Unsqueeze": (13, _axes_were_an_attribute),
    "Split": (18, _split), "Reshape": (14, _reshape), "Shape": (15, _shape), "Resize": (19, _resize), "Pad": (18, _pad),
    "Softmax": (13, _over_one_axis), "LogSoftmax": (13, _over_one_axis),
    "Hardmax": (13, _over_one_axis), "ScatterElements": (18, _scatter), "ScatterND": (18, _scatter),
    "GridSample": (20, _grid_sample), "RoiAlign": (16, _roi_align), "Constant": (OPSET, _constant),
}  # fmt: skip
