"""What an estimator learned, as named numbers, texts, arrays and further estimators: one view of objects and files."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from ...errors import FormatError, suggestion

__all__ = ["LiveState", "State"]


class State:
    """The fitted state of one object: its class and what it holds, by attribute.

    Values are None, bool, int, float, str, arrays, lists (of tuples too), dictionaries, and other States; arrays of
    objects hold them. They are made when they are asked for.
    """

    kind: str  # "RandomForestClassifier"; of a function its name
    module: str = ""  # where its class, or the function, is from: "numpy"
    where: str  # begins messages
    thing: Any = None  # the object itself, if it is in memory

    def items(self) -> Mapping[str, Any]:
        """What is held, in the form of the object or file."""
        raise NotImplementedError

    def value_of(self, item: Any) -> Any:
        """An item of ``items()`` as a value."""
        raise NotImplementedError

    def get(self, name: str, otherwise: Any = None) -> Any:
        """The attribute ``name``, or ``otherwise`` if there is none."""
        items = self.items()
        return self.value_of(items[name]) if name in items else otherwise

    def __getitem__(self, name: str) -> Any:
        if name not in self.items():
            fitted = self.kind == "Pipeline" or any(each.endswith("_") for each in self.items())
            raise FormatError(f"{self.where}: the {self.kind} has no '{name}' {suggestion(name, self.items())}"
                              + ("" if fitted else "; it is not fitted"))  # fmt: skip
        return self.get(name)

    def array(self, name: str, axes: int, kinds: str = "biuf") -> np.ndarray:
        """An array of numbers with so many axes. Raises FormatError for anything else."""
        value = self[name]
        if not isinstance(value, np.ndarray) or value.ndim != axes or value.dtype.kind not in kinds:
            raise self.damaged(f"'{name}' is {_said(value)} instead of an array of {axes} axes")
        return value

    def whole(self, name: str, least: int = 0) -> int:
        """A whole number that is not below ``least``."""
        value = self[name]
        if isinstance(value, bool) or not isinstance(value, int) or value < least:
            raise self.damaged(f"'{name}' is {_said(value)} instead of a whole number from {least}")
        return value

    def number(self, name: str) -> float:
        """A finite number."""
        value = self[name]
        if isinstance(value, bool) or not isinstance(value, (int, float)) or not np.isfinite(value):
            raise self.damaged(f"'{name}' is {_said(value)} instead of a number")
        return float(value)

    def state(self, name: str) -> State:
        """A held object."""
        return self.of_state(self[name], name)

    def states(self, name: str) -> list[State]:
        """Held objects, of a list or an array of them in C order."""
        value = self[name]
        each = value.ravel().tolist() if isinstance(value, np.ndarray) else value
        if not isinstance(each, list):
            raise self.damaged(f"'{name}' is {_said(value)} instead of a list of estimators")
        return [self.of_state(one, name) for one in each]

    def of_state(self, value: Any, name: str) -> State:
        """``value``, which must be a held object."""
        if not isinstance(value, State):
            raise self.damaged(f"'{name}' is {_said(value)} instead of an estimator")
        return value

    def damaged(self, what: str) -> FormatError:
        """The error to raise for a value that no fitted estimator holds."""
        return FormatError(f"{self.where}: {self.kind}: {what}; not fitted, or a damaged file")

    def single_precision(self) -> bool:
        """Whether what it learned, or what something in it learned, is float32: then so was what it was fitted on."""
        pending = [self.value_of(item) for name, item in self.items().items() if _may_tell(name)]
        while pending:
            value = pending.pop()
            if isinstance(value, np.ndarray) and value.dtype == np.float32:
                return True
            if isinstance(value, State):
                if value.single_precision():
                    return True
            elif isinstance(value, list):
                pending += value
            elif isinstance(value, np.ndarray) and value.dtype == object:
                pending += value.ravel().tolist()
        return False

    @property
    def version(self) -> tuple[int, int]:
        """The scikit-learn that fitted it, (1, 9); that of today where it does not say."""
        found = re.match(r"(\d{1,6})\.(\d{1,6})", str(self.get("_sklearn_version", "")))
        return (int(found[1]), int(found[2])) if found else (1, 9)


#: What holds others that learned something, and what has a type of its own, whatever the events have.
HOLDERS = ("steps", "transformer_list", "estimator", "calibrators", "calibrated_classifiers_")
OF_OTHER_TYPES = ("categories_", "classes_", "tree_", "feature_importances_", "train_score_", "loss_curve_")


def _may_tell(name: str) -> bool:
    """Whether what an attribute holds has the type of the events."""
    return name in HOLDERS or (name.endswith("_") and name not in OF_OTHER_TYPES)


def _said(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} and shape {value.shape}"
    return f"a {value.kind}" if isinstance(value, State) else repr(value)[:60]


class LiveState(State):
    """The state of an object in memory."""

    def __init__(self, thing: Any):
        named = thing if callable(thing) and isinstance(getattr(thing, "__name__", None), str) else type(thing)
        self.kind, self.module = named.__name__, getattr(named, "__module__", None) or type(thing).__module__
        self.where = f"scikit-learn {self.kind}"
        self.thing = thing
        self._items: Mapping[str, Any] | None = None

    def items(self) -> Mapping[str, Any]:
        if self._items is None:
            held = self.thing.__getstate__() if hasattr(self.thing, "__getstate__") else vars(self.thing)
            self._items = held if isinstance(held, dict) else {}
        return self._items

    def value_of(self, item: Any) -> Any:
        if item is None or (isinstance(item, (bool, int, float, str)) and not isinstance(item, np.generic)):
            return item
        if isinstance(item, np.generic):
            return item.item()
        if isinstance(item, np.ndarray):
            return objects([self.value_of(each) for each in item.ravel()], item.shape) if item.dtype == object else item
        if isinstance(item, (list, tuple)):
            return [self.value_of(each) for each in item]
        if isinstance(item, dict):
            return {key: self.value_of(each) for key, each in item.items()}
        return LiveState(item)


def objects(values: list[Any], shape: tuple[int, ...]) -> np.ndarray:
    """An array of objects, in C order."""
    result = np.empty(len(values), object)
    result[:] = values
    return result.reshape(shape)
