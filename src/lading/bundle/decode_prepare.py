"""``prepare`` of a variable: an ordered list of one-verb steps."""

from __future__ import annotations

from typing import Any

from ..errors import suggestion
from .place import Place
from .values import decode_number

#: Verbs and the numbers they take.
VERBS = {"add": 1, "subtract": 1, "multiply": 1, "divide": 1, "abs": 0, "sqrt": 0, "log": 0, "log10": 0,
         "log1p": 0, "clip": 2, "float32": 0}  # fmt: skip


def decode_prepare(list_place: Place, raw: str) -> list[Any]:
    """Steps as they stand in the file: "log10", {"subtract": 4.3}. Integers continue as float64."""
    type_name = "float64" if raw == "int64" else raw
    return [_decode_step(place, type_name) for place in list_place]


def _decode_step(place: Place, type_name: str) -> Any:
    bare = isinstance(place.value, str)
    if not bare and len(place.object()) != 1:
        place.fail("should be one verb")
    verb = place.text() if bare else next(iter(place.value))
    if verb not in VERBS:
        place.fail(f"no verb '{verb}' {suggestion(verb, VERBS)}")
    if bare and VERBS[verb]:
        place.fail(f"'{verb}' takes a value: {{\"{verb}\": ...}}")
    if not bare and not VERBS[verb]:
        place.fail(f"'{verb}' takes no value: write \"{verb}\"")
    return verb if bare else {verb: _decode_operand(place[verb], verb, type_name)}


def _decode_operand(operand: Place, verb: str, type_name: str) -> Any:
    if verb == "clip":
        if len(operand.list()) != 2:
            operand.fail("should be the lowest and the highest value, [0, 5]")
        lowest, highest = decode_number(operand[0], type_name), decode_number(operand[1], type_name)
        if not lowest <= highest:
            operand.fail("the lowest value should not be above the highest")
        return [lowest, highest]
    value = decode_number(operand, type_name)
    if verb == "divide" and value == 0:
        operand.fail("division by zero")
    return value
