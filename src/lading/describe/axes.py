"""The axes that papers give to tensors, and whether they fit."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..bundle.place import Place
from ..endpoints import RESERVED_AXES, Axis, Input, Output

if TYPE_CHECKING:
    from ..model import Model

Axes = list[str | int]


def size_of(endpoint: Input | Output, use: str | int, axes: Mapping[str, Axis]) -> int | None:
    """The length of an axis; None if it is open."""
    if isinstance(use, int):
        return use
    if use == "variable" and isinstance(endpoint, Input):
        return len(endpoint.variable_list)
    if use == "label" and isinstance(endpoint, Output):
        return len(endpoint.label_list)
    axis = axes.get(use)
    if axis is None or axis.kind == "entry":
        return None
    return axis.size if axis.kind == "fixed" else (axis.min if axis.min == axis.max else None)


class Renaming:
    """New names of a model's axes, as papers give them by writing axes down or by declaring them.

    1. Axes written down for a tensor name its axes one by one.
    2. An entry axis that is declared is the entry axis.
    3. A sequence axis that is declared is the model's, where both have but one.
    """

    def __init__(self, model: Model):
        self._model = model
        self.new: dict[str, str] = {}
        self._split: set[str] = set()  # axes that got two names: what has them must say which

    def learn(self, place: Place, old: Axes) -> None:
        """From the ``axes`` of one tensor in the papers."""
        if len(place.list()) != len(old):
            place.fail(f"names {len(place)} axes, the tensor has {len(old)}: {text(old)}")
        for before, item in zip(old, place, strict=True):
            if before not in self._model.axes or not isinstance(item.value, str) or item.value in RESERVED_AXES:
                continue
            if self.new.setdefault(str(before), item.value) != item.value:
                self._split.add(str(before))

    def learn_declared(self, declared: Mapping[str, Any]) -> None:
        """From ``axes`` of the papers as a whole."""
        for kind in ("entry", "sequence"):
            here = [name for name, item in declared.items() if isinstance(item, dict) and item.get("kind") == kind]
            there = [axis.name for axis in self._model.axes.values() if axis.kind == kind]
            if len(here) == len(there) == 1 and here[0] not in self._model.axes:
                self.new.setdefault(there[0], here[0])

    def apply(self, old: Axes, place: Place) -> Axes:
        """The axes of a tensor that the papers do not write down."""
        for use in old:
            if use in self._split:
                place.fail(f"its axis '{use}' has several names in these papers; write its \"axes\"")
        return [self.new.get(use, use) if isinstance(use, str) else use for use in old]

    def declarations(self, declared: dict[str, Any], used: set[str], encoded: dict[str, Any]) -> dict[str, Any]:
        """All axes in the form of the file: those declared, and those in use that only the model knows."""
        entries = (n for n, item in declared.items() if isinstance(item, dict) and item.get("kind") == "entry")
        entry = next(entries, None)
        old_names = {new: old for old, new in self.new.items()}
        result: dict[str, Any] = {}
        for name in [*(old_names_first(encoded, self.new)), *declared]:
            known = encoded.get(old_names.get(name, name), {})
            given = declared.get(name, {})
            if name in result or (name not in used and name not in declared and known.get("kind") != "entry"):
                continue
            result[name] = {**known, **given} if isinstance(given, dict) else given
        entry = entry or next((n for n, item in result.items() if item.get("kind") == "entry"), "entry")
        for item in result.values():
            if isinstance(item, dict) and item.get("kind") == "sequence" and (item.get("of") not in result):
                item["of"] = entry if "of" not in item or item["of"] in self.new else item["of"]
        return result


def old_names_first(encoded: dict[str, Any], new: Mapping[str, str]) -> list[str]:
    """The model's axes in their order, under their new names."""
    return [new.get(name, name) for name in encoded]


def text(axes: Axes) -> str:
    """``[entry, 21]``."""
    return "[" + ", ".join(str(axis) for axis in axes) + "]"


def with_reserved(place: Place, old: Axes, sizes: list[int | None], count: int, reserved: str) -> Axes:
    """``axes`` with "variable" or "label" on the only axis of length ``count``."""
    if reserved in old:
        return list(old)
    where = [i for i, size in enumerate(sizes) if size == count and isinstance(old[i], int)]
    if len(where) > 1 and count > 1:
        place.fail(f"several axes of {text(old)} have the length {count}; write its \"axes\", with \"{reserved}\" "
                   f"where the {reserved}s are")
    if not where:
        lengths = [use for use in old if isinstance(use, int) and use > 1]
        hint = f": {lengths[0] - count} more must be described" if len(lengths) == 1 and lengths[0] > count else ""
        place.fail(f"{count} {reserved}s, but no axis of the tensor {text(old)} has that length{hint}")
    return [reserved if i == where[-1] else use for i, use in enumerate(old)]


def check_fit(place: Place, endpoint: Input | Output, axes: Mapping[str, Axis], old: Axes, sizes: list[int | None]
              ) -> None:
    """Refuses axes that the tensor does not have. ``sizes`` are the lengths in the source, None for open ones."""
    named = "variable" if isinstance(endpoint, Input) else "label"
    for i, (use, size) in enumerate(zip(endpoint.axes, sizes, strict=True)):
        new = size_of(endpoint, use, axes)
        kind = axes[use].kind if isinstance(use, str) and use in axes else ""
        what = f"axis {i} ('{use}') of '{endpoint.name}'"
        if size is None and use == named:
            place.fail(f"{what} has an open length in the source; {named}s are of a fixed number")
        if size is None or new == size:
            continue
        if kind == "entry":
            place.fail(f"{what} is fixed to {size} in the source; write {size}"
                       + (" (the graph runs once per entry)" if size == 1 else ""))
        if kind == "sequence":
            place.fail(f"{what} is fixed to {size} in the source; declare it with \"min\" and \"max\" {size}")
        if use == named:
            place.fail(f"{new} {named}s, but {what} is {size} long; the tensor is {text(old)}")
        place.fail(f"{what} is {size} long in the source, here {new}")
