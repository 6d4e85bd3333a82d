# The types of cpp/bindings/module.cpp, kept by hand.
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..feed.scores import PlainScores, PlainSequences

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
    """Inputs and outputs whose arrays the engine takes as they are.

    Columns are (input, variable or None, shape of an item, axis or -1), outputs (name, NumPy's type number, shape of
    an item, axis or -1), axes (name, most elements or -1).
    """

    def __init__(
        self,
        columns: Sequence[tuple[str, str | None, Sequence[int], int]],
        outputs: Sequence[tuple[str, int, Sequence[int], int]],
        axes: Sequence[tuple[str, int]],
        scores: type[PlainScores],
        sequences: type[PlainSequences],
        model: object,
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
