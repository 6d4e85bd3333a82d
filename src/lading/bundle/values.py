"""Names, choices, numbers of a given type, and small tensors written in place."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Any

import numpy as np

from ..errors import suggestion
from ..graph import TYPES
from .place import Place

LONGEST_NAME = 256
LONGEST_CONSTANT = 64

_NO_NAME = re.compile(r"[/\x00-\x1f\x7f-\x9f]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]")

#: Smallest magnitude that rounds to infinity.
_TOO_LARGE = {"float16": 65520.0, "bfloat16": float.fromhex("0x1.FFp+127"),
              "float32": float.fromhex("0x1.FFFFFFp+127"), "float64": math.inf}  # fmt: skip


def is_name(text: str) -> bool:
    """1 to 256 characters, no '/' and no control characters."""
    return 1 <= len(text) <= LONGEST_NAME and not _NO_NAME.search(text)


def check_name(place: Place, text: str) -> str:
    if not is_name(text):
        quoted = "" if len(text.encode()) > LONGEST_NAME or _CONTROL.search(text) else f"'{text}' is "
        place.fail(f"{quoted}not a name: names have 1 to 256 characters, no '/' and no control characters")
    return text


def decode_name(place: Place) -> str:
    return check_name(place, place.text())


def add_name(place: Place, name: str, names: set[str]) -> None:
    """Refuses a name that is in ``names`` already."""
    if name in names:
        place.fail(f"the name '{name}' stands twice")
    names.add(name)


def decode_choice(place: Place, what: str, names: Sequence[str]) -> str:
    text = place.text()
    if text not in names:
        place.fail(f"no such {what} '{text}' {suggestion(text, names)}")
    return text


def decode_type(place: Place) -> str:
    return decode_choice(place, "type", TYPES)


def decode_text(place: Place, key: str) -> str:
    """Optional text that only people read."""
    found = place.find(key)
    return "" if found is None else found.text()


def holds(type_name: str, value: float) -> bool:
    """Float types hold NaN and infinities, none holds what overflows."""
    if type_name in _TOO_LARGE:
        return not math.isfinite(value) or abs(value) < _TOO_LARGE[type_name]
    if type_name == "bool":
        return value in (0, 1)
    limits = np.iinfo(type_name)
    return math.isfinite(value) and value == int(value) and int(limits.min) <= value <= int(limits.max)


def decode_number(place: Place, type_name: str) -> int | float:
    """A number (or "nan", "inf", "-inf") that a tensor of this type can hold."""
    value = place.number()
    if not holds(type_name, value):
        place.fail(f"does not fit into {type_name}")
    return value


def decode_constant(place: Place) -> np.ndarray:
    """A small tensor, {"int64": [0, -1]} or {"float32": 0.5}."""
    if len(place.object()) != 1:
        place.fail('should be a tensor with its type as the only key, {"int64": [0, -1]}')
    type_name, numbers = next(place.members())
    if type_name not in TYPES:
        place.fail(f"no such type '{type_name}' {suggestion(type_name, TYPES)}")
    if type_name in ("float16", "bfloat16"):
        place.fail(f"a {type_name} tensor is a weight")
    if not isinstance(numbers.value, list):
        return np.array(_decode_element(numbers, type_name), type_name)
    if len(numbers) > LONGEST_CONSTANT:
        numbers.fail(f"more than {LONGEST_CONSTANT} numbers; a larger tensor is a weight")
    return np.array([_decode_element(item, type_name) for item in numbers], type_name)


def _decode_element(place: Place, type_name: str) -> Any:
    if type_name == "bool":
        return place.boolean()
    if type_name in ("float32", "float64"):
        return decode_number(place, type_name)
    if not holds(type_name, place.integer()):
        place.fail(f"does not fit into {type_name}")
    return place.value
