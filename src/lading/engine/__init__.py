"""The thin Python side of the compiled engine: names and tables go in, named scores come out."""

from __future__ import annotations

from operator import index
from typing import TYPE_CHECKING, Any

import numpy as np

from ..errors import ValueRefused
from ..feed import Batch, batch_of
from ..feed.scores import Scores
from . import _lading
from .kept import kept_session
from .plain import plain
from .types import BFLOAT16, TYPES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from ..model import Model

#: Into how many parts a run is divided to tell how far it is, and how many entries a part has at least.
BLOCKS, SMALLEST_BLOCK = 100, 256

MOST_THREADS = (1 << 31) - 1  # more than a batch has entries for are never started


def isa() -> str:
    """The instruction set in use: "avx512", "avx2", "neon" or "baseline"."""
    return str(_lading.isa())


def numerics() -> int:
    """Version of the bits that the engine computes."""
    return int(_lading.numerics)


def compile(model: Model, memory_limit: int = 0) -> _lading.Model:
    """The compiled form of a model: checked by the C++ reader, planned and packed.

    Raises UnsupportedError if the engine lacks an operator, MemoryLimit beyond ``memory_limit`` bytes.
    """
    from ..bundle import to_engine

    limit = _whole("memory_limit", memory_limit, "say how many bytes, 0 for the library's own limit")
    if not 0 <= limit < 1 << 64:
        raise ValueRefused(f"memory_limit: {limit} bytes; say 1 or more, or 0 for the library's own limit")
    json, weights = to_engine(model)
    return _lading.Model.from_buffers(json, np.frombuffer(weights, np.uint8), model.where, limit)


def _whole(name: str, value: Any, what: str) -> int:
    try:
        return index(value)
    except TypeError:
        raise ValueRefused(f"{name}: {value!r} is no whole number; {what}") from None


class Session:
    """A reusable workspace for one model. Use one per thread; ``threads`` lets a single call use several.

    >>> session = model.session(threads=2)                                  # doctest: +SKIP
    >>> session.run({"jets": {"pt": pt, "eta": eta}})["flavour", "p_b"]      # doctest: +SKIP
    """

    def __init__(self, model: Model, threads: int = 1, memory_limit: int = 0) -> None:
        threads = _whole("threads", threads, "say how many run, 1 or more")
        if threads < 1:
            raise ValueRefused(f"threads: {threads}; at least one thread runs")
        self.model, self.threads = model, min(threads, MOST_THREADS)
        self._compiled = compile(model, memory_limit)
        self._session = _lading.Session(self._compiled)
        self._columns = self._compiled.columns()
        self._outputs = self._compiled.outputs()
        self._plain = plain(model, self._compiled)
        self._only = model.input_list[0].name if len(model.input_list) == 1 else None  # a bare array is this input

    def __reduce__(self) -> tuple[Any, ...]:
        raise ValueRefused(f"a session of {self.model.where} cannot be pickled: it is memory of this process; "
                           "pickle the model, and make a session where it arrives: model.session()")

    def run(
        self,
        events: Any,
        columns: Mapping[str, str] | None = None,
        units: Mapping[str, str] | None = None,
    ) -> Scores:
        """Scores of all entries in ``events``; see ``Model.run``."""
        if self._plain is not None and columns is None and units is None and events is not None:
            scores = self._run_plain(self._plain, events)
            if scores is not None:
                return scores
        return self.run_batch(batch_of(self.model, events, columns, units))

    def _run_plain(self, way: _lading.Plain, events: Any) -> Scores | None:
        """Scores by the short way; None where the long one is needed."""
        given = {self._only: events} if self._only and type(events) is np.ndarray else events
        scores: Scores | None = self._session.run_plain(way, given, self.threads)
        return scores

    def run_batch(self, batch: Batch, progress: Callable[[int], None] | None = None) -> Scores:
        """Scores of a batch that ``lading.feed`` made. ``progress(entries)`` is told now and then how many are done."""
        arrays, conversions = [], []
        for name, variable, *_ in self._columns:
            column = batch.columns[name, variable]
            arrays.append(column.values)
            conversions.append(self._conversion(name, variable, column.unit))
        empty = np.zeros(batch.entries + 1, np.int64)  # of sequences that no input has
        offsets: list[np.ndarray | None] = [empty] * self._compiled.axis_count
        for axis, counts in batch.counts.items():
            offsets[self._compiled.find_axis(axis)] = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
        self._refuse_short(batch)
        room = self._room(batch)
        results = list(room.values())
        for first, last in _blocks(batch.entries, progress is not None):
            self._session.run_batch(batch.entries, arrays, conversions, offsets, results, self.threads, first, last)
            if progress is not None:
                progress(last)
        return Scores(self.model, self._readable(room), self._kept(batch), batch)

    def run_graph(self, tensors: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        """Runs the main graph once on prepared tensors: no names, no preparation, no loop over entries."""
        given = [np.asarray(tensors[name], order="C") for name in self.model.inputs]  # a scalar stays one
        return dict(zip(self.model.outputs, self._session.run_graph(given), strict=True))

    def steps(self) -> list[tuple[str, str]]:
        """(nodes, operator) of every step that the main graph became: what is fused is one step."""
        return self._compiled.steps()

    def time_graph(self, tensors: Mapping[str, np.ndarray]) -> list[float]:
        """Nanoseconds that each step takes in one run on prepared tensors; 0 for what is only seen in another shape."""
        return self._session.time_graph([np.ascontiguousarray(tensors[name]) for name in self.model.inputs])

    @property
    def fed(self) -> list[tuple[str, str | None]]:
        """(input, variable, or None where its slots have no names) of everything that is fed."""
        return [(name, variable) for name, variable, *_ in self._columns]

    @property
    def memory(self) -> int:
        """Bytes of workspace, without the model's weights."""
        return int(self._session.memory)

    @property
    def flags(self) -> int:
        """Floating-point exceptions met inside runs so far (invalid 1, divide-by-zero 4, overflow 8)."""
        return int(self._session.flags)

    def _conversion(self, name: str, variable: str | None, unit: str | None) -> tuple[int, float]:
        if variable is None or unit is None:
            return 0, 1.0
        _, kind, factor = self._compiled.find_variable(name, variable, unit)
        return kind, factor

    def _kept(self, batch: Batch) -> dict[str, np.ndarray]:
        """Elements per entry and sequence axis that outputs have: min(n, max)."""
        kept = {}
        for axis, counts in batch.counts.items():
            most = self._compiled.axis_maximum(self._compiled.find_axis(axis))
            kept[axis] = counts if most < 0 else np.minimum(counts, most)
        return kept

    def _room(self, batch: Batch) -> dict[str, np.ndarray]:
        """One array (items, numbers of an item) per output."""
        kept = self._kept(batch)
        room = {}
        for name, type_number, _, width in self._outputs:
            axis = self.model.sequence_axis(self.model.outputs[name].axes)
            items = batch.entries if axis is None else int(kept[axis].sum())
            room[name] = np.empty((items, width), TYPES[type_number])
        return room

    def _refuse_short(self, batch: Batch) -> None:
        """The engine trusts what it is given: every column has a row for each entry or element."""
        for axis, counts in batch.counts.items():
            if counts.shape != (batch.entries,):
                raise ValueRefused(f"axis '{axis}': {len(counts)} counts for {batch.entries} entries")
            if len(wrong := np.flatnonzero(counts < 0)):
                raise ValueRefused(f"axis '{axis}': entry {wrong[0]} has {counts[wrong[0]]} elements: "
                                   "its count is negative, or its offsets go backwards")  # fmt: skip
        for name, variable, _, _, width in self._columns:
            values = batch.columns[name, variable].values
            along = self.model.sequence_axis(self.model.inputs[name].axes)
            rows = batch.entries if along is None else int(batch.counts[along].sum())
            text = f"input '{name}'" if variable is None else f"variable '{variable}' of input '{name}'"
            if len(values) != rows or values.size != rows * width or not (width == 1 or values.flags.c_contiguous):
                raise ValueRefused(f"{text}: the shape is {values.shape}, expected {rows} rows of {width}")

    def _readable(self, room: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
        """bfloat16 comes as bits, and goes out as the float32 that holds the same number."""
        for name, type_number, *_ in self._outputs:
            if type_number == BFLOAT16:
                room[name] = (room[name].astype(np.uint32) << 16).view(np.float32)
        return room


def _blocks(entries: int, several: bool) -> Iterator[tuple[int, int]]:
    """From where to where entries are run at once; in ``BLOCKS`` parts where somebody wants to be told."""
    parts = max(1, min(BLOCKS, entries // SMALLEST_BLOCK)) if several else 1
    for part in range(parts):
        yield entries * part // parts, entries * (part + 1) // parts


def run(
    model: Model,
    events: Any,
    columns: Mapping[str, str] | None = None,
    units: Mapping[str, str] | None = None,
    threads: int = 1,
) -> Scores:
    """Scores of ``events`` with a session that is kept for the next call; see ``Model.run``."""
    return kept_session(model, threads).run(events, columns, units)
