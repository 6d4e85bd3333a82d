"""Cuts as people type them, ``abs(eta) < 2.5 && pt >= 20``: comparisons of float64 numbers, as TTreeFormula makes them.

Read are numbers, names, ``+ - * /``, comparisons, ``&& || !``, parentheses, and the absolute value.
"""

from __future__ import annotations

import re
from collections.abc import Callable

import numpy as np

from ...errors import UnsupportedError
from ..wiring import Wiring

__all__ = ["Cut", "names_in"]

TOKEN = re.compile(r"\s*(?:(?P<number>(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?)(?![\w.])"
                   r"|(?P<name>[A-Za-z_][\w.]*(?:::\w+)?)|(?P<sign><=|>=|==|!=|&&|\|\||[-+*/()<>!]))")  # fmt: skip
ABSOLUTE = ("abs", "fabs", "TMath::Abs")
COMPARISONS = {"<": "Less", "<=": "LessOrEqual", ">": "Greater", ">=": "GreaterOrEqual", "==": "Equal", "!=": "Equal"}
ARITHMETIC = {"+": "Add", "-": "Sub", "*": "Mul", "/": "Div"}
LEVELS = (("||",), ("&&",), ("==", "!="), ("<", "<=", ">", ">="), ("+", "-"), ("*", "/"))  # as in C, the loosest first
LONGEST, DEEPEST = 10_000, 50

#: A value of the graph, or a number; and whether it is a truth value.
Value = tuple["str | np.ndarray", bool]


def _tokens(text: str, where: str) -> list[tuple[str, str]]:
    at, found = 0, []
    text = text[:LONGEST].rstrip() if len(text) <= LONGEST else "?"
    while at < len(text):
        token = TOKEN.match(text, at)
        if token is None:
            raise UnsupportedError(f"{where}: the cut '{text[:200]}' holds '{text[at:].strip()[:20]}'; read are "
                                   "numbers, names, + - * /, comparisons, && || ! and abs")  # fmt: skip
        found.append((str(token.lastgroup), token[0].strip()))
        at = token.end()
    return found


def names_in(text: str, where: str) -> list[str]:
    """The variables that a cut looks at."""
    return [text for kind, text in _tokens(text, where) if kind == "name" and text not in ABSOLUTE]


class Cut:
    """A cut that becomes nodes. ``value_of(name)`` gives the float64 value of a variable, one number per entry."""

    def __init__(self, text: str, wiring: Wiring, value_of: Callable[[str], str], where: str):
        self.text, self.wiring, self.value_of, self.where = text, wiring, value_of, where
        self.tokens, self.at, self.depth = _tokens(text, where), 0, 0

    def passed(self) -> str:
        """A bool per entry: the value of the cut is above 0.5."""
        value, is_bool = self._binary(0)
        if self.at < len(self.tokens):
            self._fail(f"'{self.tokens[self.at][1]}' stands where the cut should end")
        if isinstance(value, np.ndarray):
            self._fail("it looks at no variable")
        return str(value) if is_bool else self.wiring.add("Greater", value, np.float64(0.5))

    def _fail(self, why: str) -> None:
        raise UnsupportedError(f"{self.where}: the cut '{self.text[:200]}' is not read: {why}")

    def _next(self, *signs: str) -> str:
        """Takes the next token if it is one of ``signs``."""
        if self.at < len(self.tokens) and self.tokens[self.at][1] in signs:
            self.at += 1
            return self.tokens[self.at - 1][1]
        return ""

    def _binary(self, level: int) -> Value:
        if level == len(LEVELS):
            return self._unary()
        left = self._binary(level + 1)
        while sign := self._next(*LEVELS[level]):
            left = self._joined(sign, left, self._binary(level + 1))
        return left

    def _joined(self, sign: str, left: Value, right: Value) -> Value:
        if sign in ("&&", "||"):
            return self.wiring.add("And" if sign == "&&" else "Or", self._bool(left), self._bool(right)), True
        if sign == "*" and left[1] and right[1]:
            return self.wiring.add("And", left[0], right[0]), True
        operands = self._number(left), self._number(right)
        if sign in ARITHMETIC:
            return self.wiring.add(ARITHMETIC[sign], *operands), False
        compared = self.wiring.add(COMPARISONS[sign], *operands)
        return (self.wiring.add("Not", compared) if sign == "!=" else compared), True

    def _unary(self) -> Value:
        self.depth += 1
        if self.depth > DEEPEST:
            self._fail(f"it is nested more than {DEEPEST} deep")
        sign = self._next("-", "+", "!")
        value = self._signed(sign) if sign else self._atom()
        self.depth -= 1
        return value

    def _signed(self, sign: str) -> Value:
        value = self._unary()
        if sign == "!":
            return self.wiring.add("Not", self._bool(value)), True
        if isinstance(value[0], np.ndarray):
            return (-value[0] if sign == "-" else value[0]), False
        return (self.wiring.add("Neg", self._number(value)), False) if sign == "-" else value

    def _atom(self) -> Value:
        kind, text = self.tokens[self.at] if self.at < len(self.tokens) else ("end", "")
        self.at += 1
        if kind == "number":
            return np.asarray(float(text)), False
        if text == "(" or text in ABSOLUTE:
            if text != "(" and not self._next("("):
                self._fail(f"'{text}' without an argument")
            inside = self._binary(0)
            if not self._next(")"):
                self._fail("a parenthesis is not closed")
            return inside if text == "(" else (self.wiring.add("Abs", self._number(inside)), False)
        if kind != "name":
            self._fail(f"'{text}' stands where a number or name should" if text else "it ends too early")
        return self.value_of(text), False

    def _number(self, value: Value) -> str | np.ndarray:
        return self.wiring.add("Cast", value[0], to="float64") if value[1] else value[0]

    def _bool(self, value: Value) -> str | np.ndarray:
        return value[0] if value[1] else self.wiring.add("Not", self.wiring.add("Equal", value[0], np.asarray(0.0)))
