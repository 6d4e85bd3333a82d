"""The pairs of two models: which input, variable, output and label of the one is which of the other."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .slots import Key, Slot

if TYPE_CHECKING:
    from ...model import Model


@dataclass
class Matching:
    """Pairs (of a, of b). ``inputs`` and ``outputs`` pair endpoints whose properties can be compared."""

    a: Model
    b: Model
    inputs: list[tuple[str, str]] = field(default_factory=list)
    variables: list[tuple[Key, Key]] = field(default_factory=list)
    by_place: list[tuple[str, str]] = field(default_factory=list)  # inputs whose columns stand in the same order
    outputs: list[tuple[str, str]] = field(default_factory=list)
    slots: list[tuple[Slot, Slot]] = field(default_factory=list)

    @property
    def axes(self) -> dict[str, str]:
        """Sequence axes of a, and those of b that their inputs run along."""
        found: dict[str, str] = {}
        for one, other in [*self.inputs, *((x[0], y[0]) for x, y in self.variables)]:
            first = self.a.sequence_axis(self.a.inputs[one].axes)
            second = self.b.sequence_axis(self.b.inputs[other].axes)
            if first is not None and second is not None:
                found.setdefault(first, second)
        return found

    def other(self, one: str) -> str | None:
        """The input of b that an input of a is paired with."""
        return dict(self.inputs).get(one)


def of_the_same_file(a: Model, b: Model, kind: str) -> list[tuple[str, str]]:
    """Pairs of endpoints that are the same tensor of the same file."""
    origins = [model.came_from for model in (a, b)]
    if not origins[0].get("sha256") or origins[0].get("sha256") != origins[1].get("sha256"):
        return []
    before = [source_names(model, kind) for model in (a, b)]
    return [(one, other) for one, tensor in before[0] for other, same in before[1] if tensor == same]


def source_names(model: Model, kind: str) -> list[tuple[str, Any]]:
    """Endpoints and what they are called in the file, a list for several outputs that were joined."""
    listed: list[Any] = model.input_list if kind == "inputs" else model.output_list
    said = model.came_from.get(kind, {})
    return [(each.name, said.get(each.name, each.name)) for each in listed]
