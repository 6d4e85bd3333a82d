"""A formula as people write it, ``log(p_b / (f_c * p_c + (1 - f_c) * p_u))``, as a tree of steps.

1. Names are outputs, labels, ``output.label``, ``output["label"]``, ``output[3]``; or constants.
2. There are ``+ - * / **``, and the functions of ``FUNCTIONS``. All else is refused: nothing is ever executed.
3. What holds constants alone is computed here, in double precision, as Python does.
"""

from __future__ import annotations

import ast
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import NoReturn

from ..errors import LadingError, UnknownName, ValueRefused, suggestion

#: By name: the operator of ONNX, how many operands it takes at least and at most, and what it makes of constants.
FUNCTIONS: dict[str, tuple[str, int, int, Callable[..., float]]] = {
    "log": ("Log", 1, 1, math.log),
    "exp": ("Exp", 1, 1, math.exp),
    "sqrt": ("Sqrt", 1, 1, math.sqrt),
    "abs": ("Abs", 1, 1, abs),
    "min": ("Min", 2, 64, min),
    "max": ("Max", 2, 64, max),
}

_SIGNS: dict[type[ast.operator], tuple[str, Callable[[float, float], float]]] = {
    ast.Add: ("Add", lambda a, b: a + b),
    ast.Sub: ("Sub", lambda a, b: a - b),
    ast.Mult: ("Mul", lambda a, b: a * b),
    ast.Div: ("Div", lambda a, b: a / b),
    ast.Pow: ("Pow", math.pow),
}

#: Characters of the longest formula.
LONGEST = 2000


@dataclass(frozen=True)
class Name:
    """What stands for an output or a label: ``p_b``, ``flavour.p_b``; ``part`` is what stands in brackets."""

    text: str
    part: str | int | None = None

    def __str__(self) -> str:
        return self.text if self.part is None else f"{self.text}[{self.part!r}]"


@dataclass(frozen=True)
class Step:
    """One operator of ONNX on what its operands give."""

    operator: str
    operands: tuple[Tree, ...]


Tree = float | Name | Step


def parsed(text: str, constants: Mapping[str, float]) -> Tree:
    """The formula ``text``; ``constants`` by name.

    Raises ValueRefused for what is no formula and for a constant that it does not use, UnknownName for an unknown
    function.
    """
    return _Formula(text, constants).tree()


class _Formula:
    def __init__(self, text: str, constants: Mapping[str, float]):
        if not isinstance(text, str):
            raise ValueRefused(f"a formula is a text, not {type(text).__name__}")
        self.text, self.used = text, dict.fromkeys(constants, False)
        self.constants = {name: self._constant(name, value) for name, value in constants.items()}

    def tree(self) -> Tree:
        if len(self.text) > LONGEST:
            self._fail(f"a formula of more than {LONGEST} characters")
        try:
            tree = self._visit(ast.parse(self.text.strip(), mode="eval").body)
        except SyntaxError as error:
            self._fail(f"is no formula: {error.msg}")
        except (RecursionError, MemoryError, ValueError) as error:
            if isinstance(error, LadingError):
                raise
            self._fail("is no formula, or nested too deeply")
        for name, used in self.used.items():
            if not used:
                names = {each.id for each in ast.walk(ast.parse(self.text.strip())) if isinstance(each, ast.Name)}
                self._fail(f"does not use the constant '{name}' {suggestion(name, sorted(names))}")
        return tree

    def _constant(self, name: str, value: float) -> float:
        if isinstance(value, bool) or not isinstance(value, Real) or not math.isfinite(value):
            self._fail(f"the constant '{name}' should be a finite number, is {value!r}")
        return float(value)

    def _visit(self, node: ast.expr) -> Tree:
        if isinstance(node, ast.BinOp) and type(node.op) in _SIGNS:
            operator, compute = _SIGNS[type(node.op)]
            return self._step(node, operator, compute, [node.left, node.right])
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, (ast.USub, ast.UAdd)):
            if isinstance(node.op, ast.UAdd):
                return self._visit(node.operand)
            return self._step(node, "Neg", lambda x: -x, [node.operand])
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Constant) and type(node.value) in (int, float):
            return self._number(node)
        return self._name(node)

    def _number(self, node: ast.Constant) -> float:
        try:
            value = float(node.value)  # type: ignore[arg-type]
        except OverflowError:
            value = math.inf
        return value if math.isfinite(value) else self._fail(f"{self._said(node)} is beyond double precision")

    def _call(self, node: ast.Call) -> Tree:
        name = dotted(node.func) or self._said(node.func)
        if name not in FUNCTIONS:
            self._fail(f"there is no function '{name}' {suggestion(name.rpartition('.')[2], FUNCTIONS)}", UnknownName)
        operator, least, most, compute = FUNCTIONS[name]
        if node.keywords or any(isinstance(each, ast.Starred) for each in node.args):
            self._fail(f"{self._said(node)}: functions take plain operands")
        if not least <= len(node.args) <= most:
            wanted = "one operand" if most == 1 else f"{least} to {most} operands"
            self._fail(f"{self._said(node)}: {name} takes {wanted}, not {len(node.args)}")
        return self._step(node, operator, compute, node.args)

    def _step(self, node: ast.expr, operator: str, compute: Callable[..., float], operands: list[ast.expr]) -> Tree:
        trees = [self._visit(each) for each in operands]
        numbers = [each for each in trees if isinstance(each, float)]
        if len(numbers) < len(trees):
            if operator == "Div" and trees[1] == 0:
                self._fail(f"{self._said(node)} divides by zero, whatever the model gives")
            return Step(operator, tuple(trees))
        try:
            result = float(compute(*numbers))
        except (ArithmeticError, ValueError):
            result = math.nan
        return result if math.isfinite(result) else self._fail(f"{self._said(node)} of constants is no finite number")

    def _name(self, node: ast.expr) -> Tree:
        text, part = dotted(node), None
        if isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            text, part = dotted(node.value), node.slice.value
        if not text or not (part is None or type(part) in (str, int)):
            self._fail(f"'{self._said(node)}' is no arithmetic; a formula has names, numbers, + - * / ** and "
                       f"{', '.join(FUNCTIONS)}")
        if part is None and text in self.constants:
            self.used[text] = True
            return self.constants[text]
        return Name(text, part)  # type: ignore[arg-type]

    def _said(self, node: ast.AST) -> str:
        return _short(ast.get_source_segment(self.text.strip(), node) or type(node).__name__, 60)

    def _fail(self, why: str, kind: type[LadingError] = ValueRefused) -> NoReturn:
        raise kind(f'"{_short(self.text, 100)}": {why}')


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 3]}..."


def dotted(node: ast.expr) -> str:
    """``a.b.c``; "" for what is no such name."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return before and f"{before}.{node.attr}"
    return ""
