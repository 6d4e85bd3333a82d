"""One layer of a Keras model: what its configuration says, its arrays, and the nodes it becomes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ...errors import FormatError, LadingError, UnsupportedError
from ...graph import Attribute, Node
from ...model import Model
from ..wiring import Wiring
from .values import ENTRY, Shape, Value

if TYPE_CHECKING:
    from .architecture import Architecture, Call

__all__ = ["Layer", "PlacedWiring"]

MISSING: Any = object()

#: The most numbers that one axis of an array may have: beyond it a file is damaged.
LARGEST = 1 << 31


class PlacedWiring(Wiring):
    """A graph whose nodes say in which layer they stand: ``encoder/dense_1/Gemm``."""

    def __init__(self, model: Model, nodes: list[Node], reserved: Sequence[str] = (), place: str = ""):
        super().__init__(model, nodes, reserved, prefix=place.replace("/", ".") + "." if place else "")
        self.place = place
        self.same: list[tuple[str, str]] = []  # open lengths that must be equal

    def at(self, place: str) -> PlacedWiring:
        """The same graph, for the layer at ``place``."""
        inner = PlacedWiring(self.model, self.nodes, place=place)
        inner.taken, inner.same = self.taken, self.same
        return inner

    def add(self, operator: str, *inputs: str | np.ndarray, gives: str = "", **attributes: Attribute) -> str:
        output = super().add(operator, *inputs, gives=gives, **attributes)
        self.nodes[-1].name = f"{self.place}/{operator}" if self.place else output
        return output


@dataclass(eq=False)
class Layer:
    """A layer as the file has it. ``arrays`` are its weights by their names in Keras ("kernel", "gamma")."""

    kind: str
    name: str
    config: dict[str, Any]
    era: int  # the first number of the version of Keras: 1, 2 or 3
    where: str  # the file
    module: str = ""
    calls: list[Call] = field(default_factory=list)
    first_call: int = 0  # the number that the file gives to the first of them
    inner: Architecture | None = None  # of a model as a layer
    parts: dict[str, Layer] = field(default_factory=dict)  # of a layer around others: {"layer": ...}
    arrays: dict[str, np.ndarray] = field(default_factory=dict)
    path: str = ""
    wiring: PlacedWiring = field(init=False, repr=False)
    _weights: dict[str, str] = field(default_factory=dict)

    # What its configuration says.

    def option(self, name: str, default: Any = MISSING) -> Any:
        """A key of its configuration. Raises FormatError if it is not there and there is no default."""
        value = self.config.get(name, MISSING)
        if value is MISSING:
            value = default
        if value is MISSING:
            self.fail(f"its configuration has no '{name}'")
        return value

    def integer(self, name: str, default: Any = MISSING, least: int = 1) -> int:
        """A whole number of its configuration."""
        value = self.option(name, default)
        if isinstance(value, (list, tuple)) and len(value) == 1:
            value = value[0]
        if isinstance(value, bool) or not isinstance(value, int) or not least <= value < LARGEST:
            self.fail(f"its '{name}' is {value!r}; it must be an integer from {least}")
        return int(value)

    def number(self, name: str, default: Any = MISSING) -> float:
        """A real number of its configuration; Keras writes some of them as arrays."""
        value = self.option(name, default)
        if isinstance(value, dict):  # {"class_name": "__numpy__", "config": {"value": 0.3}} and its like
            value = value.get("value", value.get("config", value))
            value = value.get("value") if isinstance(value, dict) else value
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not abs(value) < 1e300:
            self.fail(f"its '{name}' is {value!r}; it must be a number")
        return float(value)

    def flag(self, name: str, default: Any = MISSING) -> bool:
        value = self.option(name, default)
        if not isinstance(value, (bool, int)):
            self.fail(f"its '{name}' is {value!r}; it must be true or false")
        return bool(value)

    def text(self, name: str, default: Any = MISSING, among: Sequence[str] = ()) -> str:
        value = self.option(name, default)
        if not isinstance(value, str) or (among and value not in among):
            self.fail(f"its '{name}' is {value!r}; read are {', '.join(among)}" if among else
                      f"its '{name}' is {value!r}; it must be a text")  # fmt: skip
        return value

    def integers(self, name: str, count: int, default: Any = MISSING, least: int = 1) -> list[int]:
        """``count`` whole numbers: a list of them, or one for all."""
        value = self.option(name, default)
        value = [value] * count if isinstance(value, int) and not isinstance(value, bool) else value
        if not isinstance(value, (list, tuple)) or len(value) != count or not all(_is_length(v, least) for v in value):
            self.fail(f"its '{name}' is {value!r}; it must be {count} integers from {least}")
        return list(value)

    # Its arrays.

    def array(self, name: str, *shape: int) -> np.ndarray:
        """One of its weights, which must have this shape (-1: any length). Raises FormatError."""
        if name not in self.arrays:
            self.fail(f"the file holds no weight '{name}' of it (has: {', '.join(self.arrays) or 'none'})")
        array = self.arrays[name]
        if len(array.shape) != len(shape) or any(a != b for a, b in zip(array.shape, shape, strict=True) if b != -1):
            wanted = [each if each != -1 else "?" for each in shape]
            text = str(wanted).replace("'?'", "?")
            self.fail(f"its weight '{name}' has the shape {list(array.shape)}; it must be {text}")
        return array

    def weight(self, name: str, array: np.ndarray, short: str = "", type_: str = "float32") -> str:
        """The name of a weight of the graph; one that was put there already is used again."""
        if name not in self._weights:
            self._weights[name] = self.wiring.weight(short or name, np.ascontiguousarray(array, type_))
        return self._weights[name]

    # Its nodes.

    def add(self, operator: str, *inputs: str | np.ndarray | Value, **attributes: Any) -> str:
        """Appends a node of this layer."""
        plain = [each.name if isinstance(each, Value) else each for each in inputs]
        return self.wiring.add(operator, *plain, **attributes)

    def constant(self, value: Any, type_: str = "float32") -> str | np.ndarray:
        """A number or small list in place, larger ones as a weight."""
        array = np.asarray(value, type_)
        if array.ndim == 0 or (array.ndim == 1 and array.size <= 64):
            return array
        return self.wiring.weight("constant", array)

    def fixed(self, x: Value, *axes: int) -> list[int]:
        """The lengths of these axes (default: all but the entries). Raises UnsupportedError for an open one."""
        lengths = [x.shape[axis] for axis in axes or range(1, x.rank)]
        for length in lengths:
            if not isinstance(length, int):
                given = length.rpartition(".")[0] or length
                raise OpenLength(
                    f"{self.label}: it needs a fixed length, and that of '{given}' is open; give the Input of the "
                    "model its length (shape=(20, 4) instead of (None, 4)) and save it again")
        return [int(each) for each in lengths]

    def reshape(self, name: str, shape: Shape) -> Value:
        """A value in another shape; at most one length may be open, besides the entries."""
        target = [0] + [each if isinstance(each, int) else -1 for each in shape[1:]]
        if target.count(-1) > 1:
            self.fail(f"two open lengths in the shape {list(shape)}", UnsupportedError)
        if target.count(-1) == 0:
            target[0] = -1
        return Value(self.add("Reshape", name, np.array(target)), shape)

    # Its faults.

    @property
    def label(self) -> str:
        return f"{self.where}: layer '{self.path or self.name}' ({self.kind})"

    def fail(self, text: str, kind: type[LadingError] = FormatError) -> NoReturn:
        """Raises an error that names the layer."""
        raise kind(f"{self.label}: {text}")

    def refuse(self, text: str) -> NoReturn:
        self.fail(text, UnsupportedError)

    def rank(self, x: Value, *ranks: int) -> None:
        """Raises FormatError if a value has not one of these numbers of axes."""
        if x.rank not in ranks:
            wanted = " or ".join(map(str, ranks))
            self.fail(f"what goes in has the shape {shown(x.shape)}; it must have {wanted} axes")


class OpenLength(UnsupportedError):
    """A layer that needs a fixed length has an open one."""


def shown(shape: Shape) -> str:
    return "(" + ", ".join("None" if each == ENTRY else str(each) for each in shape) + ")"


def _is_length(value: object, least: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and least <= value < LARGEST
