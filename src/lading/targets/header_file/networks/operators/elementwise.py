"""Arithmetic, comparisons, choices and changes of type, element by element, broadcast."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from ..literals import CPP, number

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Value, Writer

__all__ = ["OPERATORS"]

#: Real numbers, and whole ones where it is not the same.
ARITHMETIC = {"Add": ("{a} + {b}", "detail::add({a}, {b})"), "Sub": ("{a} - {b}", "detail::subtract({a}, {b})"),
              "Mul": ("{a} * {b}", "detail::times({a}, {b})"), "Div": ("{a} / {b}", "detail::divide({a}, {b})"),
              "Sum": ("{a} + {b}", "detail::add({a}, {b})"), "Mean": ("{a} + {b}", "")}  # fmt: skip
COMPARISONS = {"Equal": "==", "Greater": ">", "Less": "<", "GreaterOrEqual": ">=", "LessOrEqual": "<="}
LOGIC = {"And": "{a} && {b}", "Or": "{a} || {b}", "Xor": "{a} != {b}"}


def _typed(value: Value, text: str) -> str:
    """A literal in the type that a template asks for."""
    return text if value.text else f"{CPP[value.type]}({text})"


def _many(writer: Writer, node: Node) -> None:
    """Any number of operands, the first two combined, then each one that follows with the result."""
    values = [writer.operand(i) for i in range(len(node.inputs))]
    name, type_ = node.operator, values[0].type
    result = writer.result()
    formula = _formula(writer, name, type_)
    if len(values) == 1:
        writer.elementwise(result, values, lambda x: x)
    for i in range(1, len(values)):
        operands = [values[0] if i == 1 else result, values[i]]
        writer.elementwise(result, operands, partial(_called, formula, operands))
    if name == "Mean" and len(values) > 1:
        writer.elementwise(result, [result], lambda x: f"{x} / {number(len(values), type_)}")


def _called(formula: str, operands: list[Value], a: str, b: str) -> str:
    wrap = "detail::" in formula
    texts = [_typed(value, text) if wrap else text for value, text in zip(operands, (a, b), strict=True)]
    return formula.format(a=texts[0], b=texts[1])


def _formula(writer: Writer, name: str, type_: str) -> str:
    real = type_.startswith("float")
    if name in ("Min", "Max"):
        if type_ == "float32":
            writer.use("bits")
            return f"detail::{'smaller' if name == 'Min' else 'larger'}({{a}}, {{b}})"
        return f"{{a}} {'<' if name == 'Min' else '>'} {{b}} || {{a}} != {{a}} ? {{a}} : {{b}}"
    if name == "Mod":
        writer.use("arithmetic")
        return f"detail::{'remainder' if writer.integer('fmod', 0) else 'modulo'}({{a}}, {{b}})"
    if not real:
        writer.use("arithmetic")
    return ARITHMETIC[name][0 if real else 1]


def _comparison(writer: Writer, node: Node) -> None:
    sign = COMPARISONS[node.operator]
    writer.elementwise(writer.result(), [writer.operand(0), writer.operand(1)], lambda a, b: f"{a} {sign} {b}")


def _logic(writer: Writer, node: Node) -> None:
    formula = LOGIC[node.operator]
    writer.elementwise(writer.result(), [writer.operand(0), writer.operand(1)], lambda a, b: formula.format(a=a, b=b))


def _not(writer: Writer, node: Node) -> None:
    writer.elementwise(writer.result(), [writer.operand(0)], lambda x: f"!{x}")


def _is_nan(writer: Writer, node: Node) -> None:
    writer.elementwise(writer.result(), [writer.operand(0)], lambda x: f"{x} != {x}")


def _is_infinite(writer: Writer, node: Node) -> None:
    signs = [sign for sign, name in (("", "detect_positive"), ("-", "detect_negative")) if writer.integer(name, 1)]
    kind = CPP[writer.operand(0).type]
    tests = [f"{{x}} == {sign}std::numeric_limits<{kind}>::infinity()" for sign in signs]
    formula = " || ".join(tests) or "false"
    writer.elementwise(writer.result(), [writer.operand(0)], lambda x: formula.format(x=x))


def _where(writer: Writer, node: Node) -> None:
    values = [writer.operand(i) for i in range(3)]
    writer.elementwise(writer.result(), values, lambda condition, yes, no: f"{condition} ? {yes} : {no}")


def _clip(writer: Writer, node: Node) -> None:
    x = writer.operand(0)
    bounds = [(verb, writer.operand(place)) for verb, place in (("at_least", 1), ("at_most", 2)) if writer.has(place)]
    writer.use("bits")

    def formula(element: str, *limits: str) -> str:
        for (verb, value), limit in zip(bounds, limits, strict=True):
            element = f"detail::{verb}<{CPP[x.type]}>({element}, {_typed(value, limit)})"
        return element

    flat = [writer.scalar(value) for _, value in bounds]
    writer.elementwise(writer.result(), [x, *flat], formula)


def _prelu(writer: Writer, node: Node) -> None:
    x, slope = writer.operand(0), writer.operand(1)
    writer.elementwise(writer.result(), [x, slope], lambda v, a: f"{v} < 0 ? {a} * {v} : {v}")


def _pow(writer: Writer, node: Node) -> None:
    x, y = writer.operand(0), writer.operand(1)
    if not x.type.startswith("float"):
        writer.refuse(f"a header has no Pow of {x.type}")
    writer.use("powers")
    cast = "static_cast<float>" if x.type == "float32" else ""
    writer.elementwise(writer.result(), [x, y], lambda a, b: f"{cast}(detail::power(static_cast<double>({a}), "
                       f"static_cast<double>({b})))")  # fmt: skip


def _cast(writer: Writer, node: Node) -> None:
    x, to = writer.operand(0), writer.probes.types[node.outputs[0]]
    if x.type == to and x.text:
        return writer.view(x)
    writer.use("arithmetic")
    return writer.elementwise(writer.result(), [x], lambda v: f"detail::converted<{CPP[to]}>({_typed(x, v)})")


OPERATORS: dict[str, Callable[[Writer, Node], None]] = {
    **dict.fromkeys((*ARITHMETIC, "Min", "Max", "Mod"), _many),
    **dict.fromkeys(COMPARISONS, _comparison),
    **dict.fromkeys(LOGIC, _logic),
    "Not": _not, "IsNaN": _is_nan, "IsInf": _is_infinite, "Where": _where, "Clip": _clip, "PRelu": _prelu, "Pow": _pow,
    "Cast": _cast, "CastLike": _cast,
}  # fmt: skip
