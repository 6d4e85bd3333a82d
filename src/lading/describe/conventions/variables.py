"""Variables of papers, from the numbers that conventions write."""

from __future__ import annotations

import math
from typing import Any

from ...bundle.place import Place

Number = float


def number(place: Place) -> float:
    """A finite number, also one written as text, as Boost's writer of JSON does."""
    value = place.value
    if isinstance(value, str):
        try:
            value = float(value)
        except ValueError:
            place.expected("a number")
    elif type(value) not in (int, float):
        place.expected("a number")
    if not math.isfinite(value):
        place.fail(f"should be a finite number, is {value}")
    return float(value)


def name_of(place: Place) -> str:
    """The name that an object gives itself under "name"."""
    text = place["name"].text()
    if not text:
        place["name"].fail("is empty")
    return text


def divisor(place: Place, why: str = "divides by it") -> float:
    """A number that is not 0."""
    value = number(place)
    if value == 0:
        place.fail(f"is 0, and the formula {why}")
    return value


def steps(*pairs: tuple[str, Any]) -> list[Any]:
    """Steps of ``prepare``; those that change no number are left out: x + 0, x - 0, x * 1, x / 1."""
    idle = {("add", 0.0), ("subtract", 0.0), ("multiply", 1.0), ("divide", 1.0)}
    return [{verb: value} for verb, value in pairs if not (isinstance(value, float) and (verb, value) in idle)]


def offset_then_scale(item: Place) -> dict[str, Any]:
    """``{name, offset, scale, default?}`` of lwtnn and ATLAS: (x + offset) * scale in double precision."""
    prepare = steps(("add", number(item["offset"])), ("multiply", number(item["scale"])))
    variable: dict[str, Any] = {"name": name_of(item), "raw": "float64", "prepare": prepare}
    default = item.find("default")
    if default is not None and default.value is not None:
        variable["missing"] = {"when": ["nan", "inf"], "value": number(default)}
    return variable
