# The types of cpp/bindings/module.cpp, kept by hand.
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..feed.scores import PlainScores

version: str
numerics: int

def isa() -> str:
    """The instruction set in use: 'avx512', 'avx2', 'neon' or 'baseline'."""

class Model:
    """A loaded model, immutable and shared by sessions."""

    @staticmethod
    def from_path(path: str, memory_limit: int = 0) -> Model: ...
    @staticmethod
    def from_buffers(model_json: bytes, weights: NDArray[np.uint8], where: str, memory_limit: int = 0) -> Model: ...
    def columns(self) -> list[tuple[str, str | None, int, int, int]]:
        """(input, variable or None, type, axis, width) of every column that is fed."""
    def outputs(self) -> list[tuple[str, int, int, int]]:
        """(name, type, axis, width) of every output."""
    def find_variable(self, input: str, name: str, unit: str) -> tuple[int, int, float]:
        """(column, conversion, factor)."""
    def find_label(self, output: str, name: str) -> tuple[int, int]:
        """(output, element)."""
    def find_axis(self, name: str) -> int: ...
    def axis_maximum(self, axis: int) -> int: ...
    def steps(self) -> list[tuple[str, str]]:
        """(nodes, operator) of every step that the graph became."""
    @property
    def axis_count(self) -> int: ...
    @property
    def memory(self) -> int: ...
    @property
    def name(self) -> str: ...

class Plain:
    """Inputs and outputs whose arrays the engine takes as they are: (name, type, NumPy's number, shape of an entry)."""

    def __init__(
        self,
        inputs: Sequence[tuple[str, int, int, Sequence[int]]],
        outputs: Sequence[tuple[str, int, int, Sequence[int]]],
        scores: type[PlainScores],
        origin: Callable[[int], object],
        /,
    ) -> None: ...

class Session:
    """The workspaces of one caller, one for each thread that it runs."""

    def __init__(self, model: Model, /) -> None: ...
    def run_batch(
        self,
        entries: int,
        columns: Sequence[NDArray[Any]],
        conversions: Sequence[tuple[int, float]],
        offsets: Sequence[NDArray[np.int64] | None],
        results: Sequence[NDArray[Any]],
        threads: int = 1,
        begin: int = 0,
        end: int = -1,
    ) -> None: ...
    def run_plain(self, plain: Plain, events: Any, threads: int) -> PlainScores | None: ...
    def run_graph(self, inputs: Sequence[NDArray[Any]]) -> list[NDArray[Any]]: ...
    def time_graph(self, inputs: Sequence[NDArray[Any]]) -> list[float]:
        """Nanoseconds of every step, of one run."""
    @property
    def memory(self) -> int: ...
    @property
    def flags(self) -> int: ...
