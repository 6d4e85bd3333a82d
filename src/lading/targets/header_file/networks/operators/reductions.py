"""Sums, means, largest numbers ... along axes.

float32 as the engine's kernels do it: one run of neighbouring axes after the other, from the last; all else element by
element, in order.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..lengths import Length, product
from ..literals import CPP
from .picking import _sum

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Value, Writer

__all__ = ["OPERATORS"]

#: What is done along the first run of axes, and along those that follow.
STEPS = {"ReduceMax": ("Largest",) * 2, "ReduceMin": ("Smallest",) * 2, "ReduceProd": ("Product",) * 2,
         "ReduceL1": ("SumOfSizes", "Sum"), "ReduceL2": ("SumOfSquares", "Sum"),
         "ReduceSumSquare": ("SumOfSquares", "Sum"),
         "ReduceSum": ("Sum",) * 2, "ReduceMean": ("Sum",) * 2, "ReduceLogSum": ("Sum",) * 2,
         "ReduceLogSumExp": ("log_sum_exp",) * 2}  # fmt: skip

#: The same one element after the other: the start and the step.
IN_ORDER = {"ReduceSum": ("0", "sum + v"), "ReduceMean": ("0", "sum + v"), "ReduceLogSum": ("0", "sum + v"),
            "ReduceProd": ("1", "sum * v"), "ReduceL1": ("0", "sum + (v < 0 ? 0 - v : v)"),
            "ReduceL2": ("0", "sum + v * v"), "ReduceSumSquare": ("0", "sum + v * v"),
            "ReduceMax": ("{lowest}", "v > sum || v != v ? v : sum"),
            "ReduceMin": ("{highest}", "v < sum || v != v ? v : sum")}  # fmt: skip


def _reduce(writer: Writer, node: Node) -> None:
    x, axes = writer.operand(0), writer.numbers(1) or []
    if not axes and writer.integer("noop_with_empty_axes", 0):
        reduced: list[int] = []
    else:
        reduced = sorted({axis % max(x.rank, 1) for axis in axes} or range(x.rank))
    if x.type == "float32":
        return _by_runs(writer, node, x, reduced)
    return _in_order(writer, node, x, reduced)


def _by_runs(writer: Writer, node: Node, x: Value, reduced: list[int]) -> None:
    result, count = writer.result(), product(x.shape[axis] for axis in reduced)
    writer.use("rows")
    steps, shape, given = STEPS[node.operator], list(x.shape), x
    if not reduced:
        _run(writer, steps[0], given, result, product(shape), Length.of(1), Length.of(1), True)
    first = True
    while reduced:
        end = reduced[-1] + 1
        start = end - 1
        while start - 1 in reduced:
            start -= 1
        reduced = [axis for axis in reduced if axis < start]
        before, along, behind = product(shape[:start]), product(shape[start:end]), product(shape[end:])
        to = writer.scratch(x.type, before * behind) if reduced else result
        _run(writer, steps[0 if first else 1], given, to, before, along, behind, end == len(shape))
        shape[start:end] = [Length.of(1)] * (end - start)
        given, first = to, False
    _finish(writer, node, result, count)


def _run(writer: Writer, step: str, x: Value, y: Value, before: Length, along: Length, behind: Length,
         last: bool) -> None:  # fmt: skip
    name = "log_sum_exp" if step == "log_sum_exp" else "reduce"
    kind = "" if step == "log_sum_exp" else f"<detail::{step}>"
    sizes = [before, along] if last else [before, along, behind]
    texts = ", ".join([writer.pointer(x), y.text, *(writer.text(each) for each in sizes)])
    writer.line(f"detail::{name}_{'rows' if last else 'columns'}{kind}({texts});")


def _finish(writer: Writer, node: Node, y: Value, count: Length) -> None:
    if node.operator == "ReduceL2":
        writer.elementwise(y, [y], lambda v: f"std::sqrt({v})")
    if node.operator == "ReduceLogSum":
        writer.elementwise(y, [y], lambda v: f"detail::log({v})")
    if node.operator == "ReduceMean":
        writer.elementwise(y, [y], lambda v: f"{v} / static_cast<float>({writer.text(count)})")


def _in_order(writer: Writer, node: Node, x: Value, reduced: list[int]) -> None:
    result, sums, count = writer.result(), _sum_type(node, x), product(x.shape[axis] for axis in reduced)
    strides, rest = writer.strides(x.shape), [axis for axis in range(x.rank) if axis not in reduced]
    own = writer.strides(tuple(x.shape[axis] for axis in rest))
    to = _sum(writer, [(f"r{axis}", step, x.shape[axis]) for axis, step in zip(rest, own, strict=True)])
    at = _sum(writer, [(f"r{axis}", strides[axis], x.shape[axis]) for axis in range(x.rank)])
    if node.operator == "ReduceLogSumExp":
        writer.use("accumulator")
        start, step = "detail::LogSumExp sum;", "sum.add(v)"
    else:
        limits = f"std::numeric_limits<{CPP[x.type]}>"
        real = x.type.startswith("float")
        ends = ("-{0}::infinity()", "{0}::infinity()") if real else ("{0}::lowest()", "{0}::max()")
        begin, each = IN_ORDER[node.operator]
        lowest, highest = (end.format(limits) for end in ends)
        start, step = f"{sums} sum = {begin.format(lowest=lowest, highest=highest)};", f"sum = {each}"
    with writer.loops([(f"r{axis}", x.shape[axis]) for axis in rest]), writer.block(""):
        writer.line(start)
        with writer.loops([(f"r{axis}", x.shape[axis]) for axis in reduced]), writer.block(""):
            writer.line(f"const {sums} v = static_cast<{sums}>({writer.element(x, at)});")
            writer.line(f"{step};")
        writer.line(f"{result.text}[{to}] = {_result(writer, node, x.type, writer.text(count))};")


def _sum_type(node: Node, x: Value) -> str:
    """Whole numbers are added up without a sign, where it is defined for all of them."""
    whole = not x.type.startswith("float") and node.operator not in ("ReduceMax", "ReduceMin")
    return "std::uint64_t" if whole else CPP[x.type]


def _result(writer: Writer, node: Node, type_: str, count: str) -> str:
    kind, real = CPP[type_], type_.startswith("float")
    if node.operator in ("ReduceLogSumExp", "ReduceL2", "ReduceLogSum", "ReduceL1") and not real:
        writer.refuse(f"a header has no {node.operator} of {type_}")
    if node.operator == "ReduceMean" and not real:
        quotient = "std::uint64_t" if type_.startswith("u") else "std::int64_t"
        return f"static_cast<{kind}>({count} == 0 ? 0 : static_cast<{quotient}>(sum) / ({count}))"
    if node.operator == "ReduceLogSum":
        writer.use("double_exponential")
    text = {"ReduceLogSumExp": "sum.result()", "ReduceL2": "std::sqrt(sum)", "ReduceLogSum": "detail::log(sum)",
            "ReduceMean": f"sum / static_cast<{kind}>({count})"}.get(node.operator, "sum")  # fmt: skip
    return text if real else f"static_cast<{kind}>(sum)"


OPERATORS: dict[str, Callable[[Writer, Node], None]] = dict.fromkeys(STEPS, _reduce)
