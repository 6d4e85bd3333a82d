"""Runs of the engine on made-up entries, and what is kept of each: shapes, and what a header can make of numbers."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ....endpoints import Output
from ....errors import LadingError, UnsupportedError
from .lengths import said
from .moving import live_nodes
from .structs import axis_length

if TYPE_CHECKING:
    from ....endpoints import Input
    from ....model import Model

__all__ = ["Numbers", "Run", "Runner"]

#: Of how many numbers each may have a formula of its own.
FEW = 64


@dataclass(frozen=True)
class Numbers:
    """What is kept of a value: whether it is the same as another, filled with one number, or whole numbers."""

    digest: bytes
    empty: bool
    filled: np.generic | None
    few: tuple[int, ...] | None


@dataclass(frozen=True)
class Run:
    """One entry with sequences of these lengths."""

    lengths: dict[str, int]
    shapes: dict[str, tuple[int, ...]]
    numbers: dict[str, Numbers]


class Runner:
    """Runs entries of any lengths. ``types`` of all values and ``arrays`` of those not moving are the first run's."""

    def __init__(self, model: Model, moving: set[str], where: str):
        self.model, self.moving, self.where = model, moving, where
        self.types: dict[str, str] = {}
        self.arrays: dict[str, np.ndarray] = {}
        self._session = _session(model)

    def surely(self, lengths: Mapping[str, int]) -> Run:
        """Raises UnsupportedError if the engine refuses the entry."""
        try:
            return self._run(lengths)
        except LadingError as error:
            of_lengths = f" with {said(lengths)}" if lengths else ""
            raise UnsupportedError(f"{self.where}: a header needs the shapes of one entry{of_lengths}, which the "
                                   f"engine cannot run: {error}") from None

    def maybe(self, lengths: Mapping[str, int]) -> Run | None:
        try:
            return self._run(lengths)
        except LadingError:
            return None

    def _run(self, lengths: Mapping[str, int]) -> Run:
        random = np.random.default_rng(1)
        given = {each.name: _made_up(self.model, each, lengths, random) for each in self.model.input_list}
        values = {**given, **self._session.run_graph(given)}
        still = {name: array for name, array in values.items() if name not in self.moving}
        self.types = self.types or {name: str(array.dtype) for name, array in values.items()}
        self.arrays = self.arrays or still
        numbers = {name: _numbers(array) for name, array in still.items()}
        return Run(dict(lengths), {name: array.shape for name, array in values.items()}, numbers)


def _numbers(array: np.ndarray) -> Numbers:
    flat = np.ascontiguousarray(array).ravel()
    digest = hashlib.sha256(repr(array.shape).encode() + flat.tobytes()).digest()
    parts = flat.view(np.uint8).reshape(flat.size, flat.itemsize)
    filled = flat[0] if flat.size and (parts == parts[:1]).all() else None
    return Numbers(digest, flat.size == 0, filled, _few(flat))


def _few(flat: np.ndarray) -> tuple[int, ...] | None:
    """Its numbers, if they are few and whole; the sign of a zero would be lost."""
    if flat.size > FEW:
        return None
    if flat.dtype.kind == "f" and not (np.isfinite(flat) & (flat == np.rint(flat)) & ~((flat == 0) & np.signbit(flat))
                                       ).all():  # fmt: skip
        return None
    return tuple(int(each) for each in flat)


def _session(model: Model):  # type: ignore[no-untyped-def]
    """A session that gives all values of the graph that an output needs."""
    shadow = copy.copy(model)
    shadow.read_from, shadow.samples = None, None
    axes: list[str | int] = [model.entry_axis] if model.batched else [1]
    names = [name for node in live_nodes(model) for name in node.outputs if name]
    shadow.output_list = [Output(name, list(axes)) for name in names]
    return shadow.session()


def _made_up(model: Model, given: Input, lengths: Mapping[str, int], random: np.random.Generator) -> np.ndarray:
    shape = [axis_length(model, given, use, lengths).at(lengths) for use in given.axes]
    if given.type == "bool":
        return np.ones(shape, bool)
    made = random.normal(size=shape) if given.type.startswith("float") else np.zeros(shape)
    return made.astype(given.type)
