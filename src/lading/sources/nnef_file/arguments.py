"""Arguments of operations, each of the kind that the parameter's annotation names."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .building import Builder

#: What a parameter takes, in messages.
KINDS = {"Tensor": "a tensor", "Tensors": "a list of tensors", "Operand": "a tensor or a number", "Ints": "a list of "
         "integers", "Pairs": "a list of pairs of integers", "int": "an integer", "float": "a number",
         "bool": "true or false", "str": "a text"}  # fmt: skip

LARGEST = 1 << 40  # of integers: lengths and places


def converted(build: Builder, name: str, value: Any, kind: str) -> Any:
    """``value`` as a parameter takes it. Raises FormatError."""
    if not _is(value, kind):
        build.fail(f"'{name}' should be {KINDS[kind]}, is {_shown(value)}")
    if kind == "float":
        return float(value)
    if kind in ("Ints", "Pairs"):
        return list(value)
    return value


def _is(value: Any, kind: str) -> bool:
    from .building import Tensor

    if kind == "Tensor":
        return isinstance(value, Tensor)
    if kind == "Tensors":
        return isinstance(value, list) and bool(value) and all(isinstance(each, Tensor) for each in value)
    if kind == "Operand":
        return isinstance(value, (Tensor, int, float))
    if kind == "Ints":
        return isinstance(value, (list, tuple)) and all(_is(each, "int") for each in value)
    if kind == "Pairs":
        return isinstance(value, list) and all(_is(each, "Ints") and len(each) == 2 for each in value)
    if kind == "int":
        return isinstance(value, int) and not isinstance(value, bool) and abs(value) < LARGEST
    if kind == "float":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, {"bool": bool, "str": str}[kind])


def _shown(value: Any) -> str:
    from .building import Tensor

    if isinstance(value, Tensor):
        return f"a tensor of shape {list(value.shape)}"
    text = repr(value)
    return text if len(text) < 60 else text[:57] + "…"
