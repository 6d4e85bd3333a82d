"""Elements picked by their place, places picked by their elements, and running sums."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from ..literals import CPP, quoted
from .layout import NOTHING

if TYPE_CHECKING:
    from .....graph import Node
    from ..lengths import Length
    from ..writing import Value, Writer

__all__ = ["OPERATORS"]


def _gather(writer: Writer, node: Node) -> None:
    x, axis = writer.operand(0), writer.axis(writer.operand(0), 0)
    result, strides = writer.result(), writer.strides(x.shape)
    places = writer.constant(1)
    if places is not None and places.size == 1:
        place = int(places.ravel()[0])
        start = (x.shape[axis] if place < 0 else NOTHING) + writer.whole(place)
        kept = [i for i in range(x.rank) if i != axis]
        to = writer.strides(result.shape)
        to = to[:axis] + to[len(to) - (x.rank - axis - 1) :] if x.rank - axis - 1 else to[:axis]
        return writer.move(tuple(x.shape[i] for i in kept), result, (NOTHING, to), x,
                           (start * strides[axis], [strides[i] for i in kept]))  # fmt: skip
    indices = writer.operand(1)
    before, along, behind = writer.around(x, axis)
    with writer.loops([("r0", before), ("r1", indices.size)]), writer.block(""):
        _checked(writer, indices, writer.variable("r1", indices.size), along)
        source = _sum(writer, [("r0", along * behind, before), ("k", behind, None)])
        to_text = _sum(writer, [("r0", indices.size * behind, before), ("r1", behind, indices.size)])
        with writer.loops([("i", behind)]):
            i = "" if behind.number == 1 else " + i"
            writer.line(f"{result.text}[{to_text}{i}] = {writer.element(x, source + i)};")
    return None


def _checked(writer: Writer, indices: Value, at: str, along: Length) -> None:
    """k: the place that an index means, which may count from the end."""
    writer.line(f"std::int64_t k = {writer.element(indices, at)};")
    length = writer.text(along)
    writer.line(f"if (k < 0) k += {length};")
    if indices.array is None:
        said = quoted(f"node '{writer.node.name}' picks an element that is not there")
        writer.line(f"if (k < 0 || k >= {length}) return {said};")


def _sum(writer: Writer, parts: Sequence[tuple[str, Length, Length | None]]) -> str:
    """Loop variables times strides; one whose loop has length 1 is left out."""
    texts = []
    for variable, stride, length in parts:
        if length is not None and length.number == 1:
            continue
        texts.append(variable if stride.number == 1 else f"{variable} * {stride.factor(writer.axes)}")
    return " + ".join(texts) or "0"


def _gather_elements(writer: Writer, node: Node) -> None:
    x, indices, axis = writer.operand(0), writer.operand(1), writer.axis(writer.operand(0), 0)
    result = writer.result()
    own, strides = writer.strides(indices.shape), writer.strides(x.shape)
    axes = [(f"r{i}", length) for i, length in enumerate(indices.shape)]
    at = _sum(writer, [(name, stride, length) for (name, length), stride in zip(axes, own, strict=True)])
    source = _sum(writer, [("k" if i == axis else name, stride, None if i == axis else length)
                           for i, ((name, length), stride) in enumerate(zip(axes, strides, strict=True))])  # fmt: skip
    with writer.loops(axes), writer.block(""):
        _checked(writer, indices, at, x.shape[axis])
        writer.line(f"{result.text}[{at}] = {writer.element(x, source)};")


def _arg(writer: Writer, node: Node) -> None:
    x = writer.operand(0)
    before, along, behind = writer.around(x, writer.axis(x, 0))
    said = node.operator == "ArgMin", writer.integer("select_last_index", 0)
    flags = ["true" if each else "false" for each in said]
    result = writer.result()
    writer.use("order")
    with writer.loops([("r0", before), ("r1", behind)]):
        to = _sum(writer, [("r0", behind, before), ("r1", writer.whole(1), behind)])
        at = _sum(writer, [("r0", along * behind, before), ("r1", writer.whole(1), behind)])
        writer.line(f"{result.text}[{to}] = detail::extreme<{', '.join(flags)}>({writer.pointer(x)} + {at}, "
                    f"{writer.text(along)}, {writer.text(behind)});")  # fmt: skip


def _top(writer: Writer, node: Node) -> None:
    x = writer.operand(0)
    axis = writer.axis(x)
    before, along, behind = writer.around(x, axis)
    shape = writer.probes.shapes[node.outputs[0] or node.outputs[1]]
    places = writer.result(1) if writer.wants(1) else writer.new("places", "int64", shape)
    values = writer.result(0) if writer.wants(0) else None
    largest = "true" if writer.integer("largest", 1) else "false"
    count = shape[axis]
    writer.use("order")
    with writer.loops([("r0", before), ("r1", behind)]), writer.block(""):
        at = _sum(writer, [("r0", along * behind, before), ("r1", writer.whole(1), behind)])
        to = _sum(writer, [("r0", count * behind, before), ("r1", writer.whole(1), behind)])
        writer.line(f"const {CPP[x.type]}* from = {writer.pointer(x)} + {at};")
        writer.line(f"std::int64_t* order = {places.text} + {to};")
        sizes = ", ".join(writer.text(each) for each in (along, behind, count))
        writer.line(f"detail::first_in_order<{largest}>(from, {sizes}, order);")
        if values is not None:
            writer.line(f"for (int i = 0; i < {writer.text(count)}; ++i)")
            writer.line(f"  {values.text}[{to} + i * {behind.factor(writer.axes)}] = "
                        f"from[order[i * {behind.factor(writer.axes)}] * {behind.factor(writer.axes)}];")  # fmt: skip


def _running_sum(writer: Writer, node: Node) -> None:
    x, place = writer.operand(0), (writer.numbers(1) or [0])[0]
    axis = place % x.rank
    before, along, behind = writer.around(x, axis)
    result = writer.result()
    if not x.type.startswith("float"):
        writer.use("arithmetic")
    step = "detail::add(sum, {x})" if not x.type.startswith("float") else "sum + {x}"
    with writer.loops([("r0", before), ("r1", behind)]), writer.block(""):
        writer.line(f"{CPP[x.type]} sum = 0;")
        length = writer.text(along)
        at = _sum(writer, [("r0", along * behind, before), ("k", behind, None), ("r1", writer.whole(1), behind)])
        with writer.block(f"for (int i = 0; i < {length}; ++i)"):
            writer.line(f"const int k = {f'{length} - 1 - i' if writer.integer('reverse', 0) else 'i'};")
            writer.line(f"const {CPP[x.type]} next = {step.format(x=writer.element(x, at))};")
            writer.line(f"{result.text}[{at}] = {'sum' if writer.integer('exclusive', 0) else 'next'};")
            writer.line("sum = next;")


OPERATORS: dict[str, Callable[[Writer, Node], None]] = {
    "Gather": _gather, "GatherElements": _gather_elements, "ArgMax": _arg, "ArgMin": _arg, "TopK": _top,
    "CumSum": _running_sum,
}  # fmt: skip
