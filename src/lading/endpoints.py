"""What goes into a model and what comes out: axes, inputs with their variables, outputs with labels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from .errors import UnknownName, suggestion

Thing = TypeVar("Thing")

#: Axis names with a meaning of their own.
RESERVED_AXES = ("variable", "label")


class Named(Mapping[str, Thing], Generic[Thing]):
    """Things by name, in the model's order. A wrong name is refused with the nearest right ones.

    >>> model.inputs["jets"].variables["pt"].unit                        # doctest: +SKIP
    'MeV'
    """

    def __init__(self, kind: str, where: str, things: list[Thing], name: str = "name"):
        self._kind, self._where = kind, where
        self._things = {getattr(thing, name): thing for thing in things}

    def __getitem__(self, name: str) -> Thing:
        try:
            return self._things[name]
        except (KeyError, TypeError):
            raise UnknownName(
                f"{self._kind} '{name}' is not in {self._where} {suggestion(str(name), self._things)}"
            ) from None

    def __contains__(self, name: object) -> bool:
        return name in self._things

    def __iter__(self) -> Iterator[str]:
        return iter(self._things)

    def __len__(self) -> int:
        return len(self._things)

    def __repr__(self) -> str:
        return repr(list(self._things))

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._things)


@dataclass
class Axis:
    """A named axis. ``kind`` is "entry", "sequence" or "fixed"."""

    name: str
    kind: str
    size: int | None = None  # fixed
    of: str | None = None  # sequence: the entry axis it belongs to
    min: int = 0  # sequence: shorter ones are padded up to this length
    max: int | None = None  # sequence: longer ones are cut
    keep: str = "first"  # sequence: what a cut keeps, "first" or "last"
    pad: float = 0.0  # sequence: a prepared value
    order: str = ""  # sequence: text, the engine does not sort
    selection: str = ""
    description: str = ""


class ByFold(list[Any]):
    """A rule that differs by fold: one item for each graph of ``Model.folds``, in their order."""


def of_fold(rule: Any, fold: int) -> Any:
    """A rule as it is in one fold."""
    return rule[fold] if isinstance(rule, ByFold) else rule


@dataclass
class Missing:
    """Which values count as missing, and what stands in for them (in the model's unit, before ``prepare``).

    ``when`` holds "nan", "inf" (both signs), numbers, {"above": x}, {"below": x}, {"flag": variable}.
    """

    when: list[Any]
    value: Any  # a number, or a ByFold of them


@dataclass
class Variable:
    """One named slot on an input's variable axis, from the raw physics value to the number the graph sees."""

    name: str
    unit: str = ""
    description: str = ""
    raw: str | None = None  # float32, float64 or int64; None: usual_raw of the input's type
    missing: Missing | None = None
    prepare: list[Any] = field(default_factory=list)  # "log10", {"subtract": 4.3}, {"clip": [0, 5]}; or a ByFold
    categories: list[int] | None = None
    unknown: str | int | None = None  # "refuse" (default), or the index an unlisted category gets
    source: str | None = None  # "from" in the file: another variable, "tracks.d0"
    pad: float | ByFold | None = None


def valid_name(text: str) -> str:
    """``text`` as a name of format 1: printable, without '/', at most 256 characters."""
    clean = re.sub(r"[/\x00-\x1f\x7f-\x9f]+", "_", text)[:256]
    return clean or "unnamed"


def usual_raw(type_name: str) -> str:
    """The type of a slot whose variable says no ``raw``, for an input of type ``type_name``."""
    usual = {"float32": "float32", "float16": "float32", "bfloat16": "float32", "float64": "float64"}
    return usual.get(type_name, "int64")


@dataclass
class Mask:
    """An input that the engine makes: ``present`` for true elements of sequence ``of``, ``absent`` for padding."""

    of: str
    present: float = 1
    absent: float = 0


@dataclass
class Input:
    """A named tensor that goes in. ``axes`` is its true layout: axis names, "variable", or numbers."""

    name: str
    axes: list[str | int]
    type: str = "float32"
    variable_list: list[Variable] = field(default_factory=list)
    mask: Mask | None = None
    description: str = ""

    @property
    def is_fed(self) -> bool:
        """The caller gives it. A mask is made by the engine, and some inputs take all from others."""
        return self.mask is None and (not self.variable_list or any(v.source is None for v in self.variable_list))

    @property
    def variables(self) -> Named[Variable]:
        """The variables by name, in the order of the tensor; empty if the slots have no names."""
        return Named("variable", f"input '{self.name}'", self.variable_list)


@dataclass
class Label:
    """One named slot on an output's label axis ("label" in the file)."""

    name: str
    description: str = ""
    range: list[float] | None = None


@dataclass
class Output:
    """A named tensor that comes out. ``axes`` is its true layout."""

    name: str
    axes: list[str | int]
    type: str = "float32"
    label_list: list[Label] = field(default_factory=list)
    description: str = ""
    unit: str = ""
    range: list[float] | None = None
    when_empty: dict[str, list[Any]] = field(default_factory=dict)  # by axis: numbers, or a ByFold of them

    @property
    def labels(self) -> Named[Label]:
        """The labels by name, in the order of the tensor; empty if the slots have no names."""
        return Named("label", f"output '{self.name}'", self.label_list)
