"""Functions of one number. float32 as the engine's kernels compute them, all else in float64, rounded once."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from ..literals import CPP, number

if TYPE_CHECKING:
    from .....graph import Node
    from ..writing import Writer

__all__ = ["OPERATORS"]

#: Formulas of x with parameters a and b, and the pieces that they need: for float32, or for float64.
FLOAT = {
    "Abs": ("std::fabs({x})", ""), "Neg": ("-{x}", ""), "Floor": ("std::floor({x})", ""),
    "Ceil": ("std::ceil({x})", ""), "Round": ("std::nearbyint({x})", ""), "Sqrt": ("std::sqrt({x})", ""),
    "Reciprocal": ("1.0f / {x}", ""),
    "Sign": ("{x} != {x} || {x} == 0 ? {x} : std::copysign(1.0f, {x})", ""),
    "Relu": ("{x} < 0 ? 0.0f : {x}", ""), "LeakyRelu": ("{x} < 0 ? {a} * {x} : {x}", ""),
    "ThresholdedRelu": ("{a} < {x} || {x} != {x} ? {x} : 0.0f", ""),
    "Elu": ("detail::elu({x}, {a}, 1.0f)", "squashing"), "Celu": ("detail::elu({x}, {a}, {a})", "squashing"),
    "Selu": ("{b} * detail::elu({x}, {a}, 1.0f)", "squashing"), "Sigmoid": ("detail::sigmoid({x})", "squashing"),
    "HardSigmoid": ("detail::within(std::fma({a}, {x}, {b}), 0.0f, 1.0f)", "bits"),
    "HardSwish": ("{x} * (detail::within({x} + 3.0f, 0.0f, 6.0f) * (1.0f / 6))", "bits"),
    "Swish": ("detail::swish({x}, {a})", "squashing"), "Mish": ("detail::mish({x})", "squashing"),
    "Softplus": ("detail::softplus({x})", "squashing"), "Softsign": ("{x} / (1.0f + std::fabs({x}))", ""),
    "Tanh": ("detail::tanh({x})", "squashing"), "Erf": ("detail::erf({x})", "error_function"),
    "Gelu": ("detail::gelu({x})", "error_function"), "Gelu tanh": ("detail::gelu_tanh({x})", "error_function"),
    "Exp": ("detail::exp({x})", "exponential"), "Log": ("detail::log({x})", "logarithm"),
}  # fmt: skip
DOUBLE = {
    "Abs": ("std::fabs({x})", ""), "Neg": ("-{x}", ""), "Floor": ("std::floor({x})", ""),
    "Ceil": ("std::ceil({x})", ""), "Round": ("std::nearbyint({x})", ""), "Sqrt": ("std::sqrt({x})", ""),
    "Reciprocal": ("1 / {x}", ""),
    "Sign": ("{x} > 0 ? 1 : {x} < 0 ? -1 : {x}", ""), "Relu": ("{x} < 0 ? 0 : {x}", ""),
    "LeakyRelu": ("{x} < 0 ? {a} * {x} : {x}", ""), "ThresholdedRelu": ("{x} > {a} || {x} != {x} ? {x} : 0", ""),
    "Elu": ("{x} < 0 ? {a} * detail::expm1({x}) : {x}", "double_exponential"),
    "Celu": ("{x} < 0 ? {a} * detail::expm1({x} / {a}) : {x}", "double_exponential"),
    "Selu": ("{b} * ({x} < 0 ? {a} * detail::expm1({x}) : {x})", "double_exponential"),
    "Sigmoid": ("detail::sigmoid({x})", "double_squashing"),
    "HardSigmoid": ("detail::within({a} * {x} + {b}, 0.0, 1.0)", "bits"),
    "HardSwish": ("{x} * detail::within(1.0 / 6 * {x} + 0.5, 0.0, 1.0)", "bits"),
    "Swish": ("{x} * detail::sigmoid({a} * {x})", "double_squashing"),
    "Mish": ("{x} * detail::tanh(detail::softplus({x}))", "double_squashing double_hyperbolic"),
    "Softplus": ("detail::softplus({x})", "double_squashing"), "Softsign": ("{x} / (1 + std::fabs({x}))", ""),
    "Gelu": ("0.5 * {x} * (1 + detail::erf({x} * 0.70710678118654752440))", "double_error_function"),
    "Gelu tanh": ("0.5 * {x} * (1 + detail::tanh(0.79788456080286535588 * ({x} + 0.044715 * {x} * {x} * {x})))",
                  "double_hyperbolic"),
    "Shrink": ("{x} < -{a} ? {x} + {b} : {x} > {a} ? {x} - {b} : {x} != {x} ? {x} : 0", ""),
    "Exp": ("detail::exp({x})", "double_exponential"), "Log": ("detail::log({x})", "double_exponential"),
    "Erf": ("detail::erf({x})", "double_error_function"),
    **{name: (f"detail::{name.lower()}({{x}})", "double_hyperbolic")
       for name in ("Sinh", "Cosh", "Tanh", "Asinh", "Acosh", "Atanh")},
    **{name: (f"detail::{name.lower()}({{x}})", "double_circular")
       for name in ("Sin", "Cos", "Tan", "Asin", "Acos", "Atan")},
}  # fmt: skip
WHOLE = {"Abs": ("{x} < 0 ? detail::subtract({zero}, {x}) : {x}", "arithmetic"), "Relu": ("{x} < 0 ? {zero} : {x}", ""),
         "Neg": ("detail::subtract({zero}, {x})", "arithmetic"),
         "Sign": ("static_cast<{type}>(({x} > 0) - ({x} < 0))", "")}  # fmt: skip

#: Attributes that are a and b, and their defaults.
PARAMETERS = {
    "LeakyRelu": (("alpha", 0.01),), "ThresholdedRelu": (("alpha", 1.0),), "Elu": (("alpha", 1.0),),
    "Celu": (("alpha", 1.0),), "Selu": (("alpha", 1.67326319217681884765625), ("gamma", 1.05070102214813232421875)),
    "HardSigmoid": (("alpha", 0.2), ("beta", 0.5)), "Swish": (("alpha", 1.0),),
    "Shrink": (("lambd", 0.5), ("bias", 0.0)),
}  # fmt: skip


def _function(writer: Writer, node: Node) -> None:
    x, name = writer.operand(0), node.operator
    if name == "Gelu" and writer.attribute("approximate", "none") == "tanh":
        name = "Gelu tanh"
    parameters = [writer.real(*each) for each in PARAMETERS.get(name, ())]
    formula = formula_of(writer, name, x.type, *parameters)
    writer.elementwise(writer.result(), [x], formula)


def formula_of(writer: Writer, name: str, type_: str, *parameters: object) -> Callable[[str], str]:
    """The function as text of the text of a number. Refuses types that it does not have."""
    through = type_ == "float32" and name not in FLOAT
    table = FLOAT if type_ == "float32" and not through else DOUBLE if type_.startswith("float") else WHOLE
    if name not in table:
        writer.refuse(f"a header has no {name} of {type_}")
    formula, pieces = table[name]
    writer.use(*pieces.split())
    literals = [number(each, "float64" if table is DOUBLE else "float32") for each in (*parameters, 0, 0)]
    fixed = {"a": literals[0], "b": literals[1], "zero": f"{CPP[type_]}(0)", "type": CPP[type_]}
    if through:
        return lambda x: f"static_cast<float>({formula.format(x=f'static_cast<double>({x})', **fixed)})"
    return lambda x: formula.format(x=x, **fixed)


OPERATORS: dict[str, Callable[[Writer, Node], None]] = dict.fromkeys(
    [name for name in {**FLOAT, **DOUBLE} if " " not in name], _function
)
