"""Numbers and types of C++."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator

import numpy as np

from ..names import comment

__all__ = ["CPP", "array_text", "number", "quoted"]

#: Types of C++ by those of the format; half precision has none.
CPP = {"float32": "float", "float64": "double", "bool": "bool",
       **{f"{sign}int{bits}": f"std::{sign}int{bits}_t" for sign in ("", "u") for bits in (8, 16, 32, 64)}}  # fmt: skip

A_LINE = 112  # characters


def number(value: object, type_: str) -> str:
    """A literal that is read back to the same bits: real numbers in hexadecimal, with the shortest mantissa."""
    if type_ == "bool":
        return "true" if value else "false"
    if not type_.startswith("float"):
        return _whole(int(value), type_)  # type: ignore[call-overload]
    return _real(float(np.dtype(type_).type(value)), CPP[type_], "f" if type_ == "float32" else "")


def _real(real: float, name: str, suffix: str) -> str:
    """Of a number that its type holds."""
    if real != real:
        return f"std::numeric_limits<{name}>::quiet_NaN()"
    if math.isinf(real):
        return f"{'-' * (real < 0)}std::numeric_limits<{name}>::infinity()"
    if abs(real) < 1e6 and real == int(real):
        return f"{real:.0f}.0{suffix}"
    mantissa, power = real.hex().split("p")
    return f"{mantissa.rstrip('0').rstrip('.') if '.' in mantissa else mantissa}p{power}{suffix}"


def _whole(value: int, type_: str) -> str:
    if value == -(1 << 63):
        return "(-9223372036854775807 - 1)"
    return f"{value}u" if type_.startswith("u") else str(value)


def _items(values: list[object], type_: str) -> Iterator[str]:
    """A literal of each number; there are millions."""
    if not type_.startswith("float"):
        return (number(each, type_) for each in values)
    name, suffix = CPP[type_], "f" if type_ == "float32" else ""
    return (_real(each, name, suffix) for each in values)  # type: ignore[arg-type]


def quoted(text: str) -> str:
    """A text as a literal: one line, so JSON's escapes are those of C++."""
    return json.dumps(comment(text), ensure_ascii=False)


def array_text(name: str, array: np.ndarray) -> str:
    """A constant array; C++ knows none without items, so an empty one has an item that nobody reads."""
    type_ = str(array.dtype)
    lines, line = [], ""
    for item in _items(array.ravel().tolist() or [0], type_):
        if len(line) + len(item) > A_LINE:
            lines.append(line)
            line = ""
        line += item + ", "
    body = "\n".join(each.rstrip() for each in [*lines, line])
    return f"inline constexpr {CPP[type_]} {name}[] = {{\n{body}\n}};"
