"""The one way in which a model.json is written: the same model gives the same bytes, and a diff reads well.

Keys come in the order of the format, one variable, label or node stands on a line, numbers are the shortest
decimals that read back the same, and real numbers always carry a '.' or an 'e'.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import FormatError

#: What is broken over lines, one item or member a line: the file itself, and lists and objects on these
#: paths. All others stand on one line. "*" is any key or item.
_BROKEN = (
    ("axes",), ("inputs",), ("inputs", "*", "variables"), ("outputs",), ("outputs", "*", "labels"),
    ("graphs",), ("graphs", "*"),
)  # fmt: skip

#: What people write freely: objects are broken however deep they stand.
_FREE = ("names", "record")


def to_bytes(model: Mapping[str, Any], free: Sequence[str] = _FREE) -> bytes:
    """The canonical bytes of a model.json. Objects below the keys ``free`` are broken at any depth."""
    lines = _broken(model, (), 0, frozenset(free))
    try:
        return f"{lines}\n".encode()
    except UnicodeEncodeError as error:
        raise FormatError(f"a text holds half a character: {error.object[:60]!r}") from None


def compact(value: Any) -> bytes:
    """One line without spaces, keys sorted: the form that is hashed for the function digest."""
    return json.dumps(
        value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False
    ).encode()


def _broken(value: Any, path: tuple[str, ...], depth: int, free: frozenset[str]) -> str:
    inner = "  " * (depth + 1)
    if isinstance(value, Mapping):
        items = [
            f"{inner}{_text(key)}: {_value(item, (*path, key), depth + 1, free)}"
            for key, item in value.items()
        ]
        opening, closing = "{}"
    else:
        items = [f"{inner}{_value(item, (*path, '*'), depth + 1, free)}" for item in value]
        opening, closing = "[]"
    return f"{opening}\n" + ",\n".join(items) + f"\n{'  ' * depth}{closing}"


def _is_broken(value: Any, path: tuple[str, ...], free: frozenset[str]) -> bool:
    if not isinstance(value, (Mapping, list, tuple)) or not value:
        return False
    if path[0] in free:
        return isinstance(value, Mapping) or any(isinstance(item, Mapping) for item in value)
    return any(
        len(path) == len(form) and all(b in (a, "*") for a, b in zip(path, form, strict=True))
        for form in _BROKEN
    )


def _value(value: Any, path: tuple[str, ...], depth: int, free: frozenset[str]) -> str:
    if _is_broken(value, path, free):
        return _broken(value, path, depth, free)
    if isinstance(value, Mapping):
        members = (f"{_text(key)}: {_value(item, (*path, key), depth, free)}" for key, item in value.items())
        return "{" + ", ".join(members) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_value(item, (*path, "*"), depth, free) for item in value) + "]"
    return _scalar(value)


def _scalar(value: Any) -> str:
    if value is None or isinstance(value, (bool, str)):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, int):
        if not -(1 << 63) <= value < 1 << 63:
            raise FormatError(f"the integer {value} does not fit into 64 bits")
        return str(value)
    if isinstance(value, np.float32):
        return decimal32(value)
    if isinstance(value, float):
        return decimal(value)
    raise FormatError(f"{type(value).__name__} is no value of a model.json: {str(value)[:60]}")


def _text(key: str) -> str:
    if not isinstance(key, str):
        raise FormatError(f"keys of a model.json are text, not {key!r}")
    return json.dumps(key, ensure_ascii=False)


def decimal(value: float) -> str:
    """The shortest decimal that reads back as this float64; "nan", "inf" and "-inf" in quotes."""
    return repr(value) if math.isfinite(value) else f'"{value}"'


def decimal32(value: np.float32) -> str:
    """The shortest decimal that reads back as this float32 (through a float64, as readers read it)."""
    if not math.isfinite(value):
        return f'"{value}"'
    mantissa = np.format_float_scientific(value, unique=True, trim="-")
    near = float(mantissa)
    return repr(near if np.float32(near) == value else float(value))
