"""Opens and runs, in a process of its own, files that nobody should trust, and prints what it is told.

    python child.py MEMORY KIND PATH...      as cpp/tests/hostile.cpp, whose lines these are

KIND is "bundle", to be opened and run, or "source", a file of another format, to be converted; "shown" is one to be
looked at.
"""

from __future__ import annotations

import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import lading
from lading.engine import Session
from lading.engine import compile as compiled
from lading.engine.types import TYPES
from lading.examine.show import facts_of

PATIENCE = 10
ENTRIES, ELEMENTS = 2, 3


def ones(name: str, *shape: int) -> np.ndarray:
    if name == "bfloat16":
        return np.full(shape, 0x3F80, np.uint16).view(TYPES[3])
    return np.ones(shape, name)


def mixed(total: int, data: bytes) -> int:
    for byte in data:
        total = (total ^ byte) * 1099511628211 & (1 << 64) - 1
    return total


START = 14695981039346656037


def lengths(model: lading.Model, axes: list[Any]) -> list[int]:
    """Of a prepared tensor: two entries, sequences of three elements."""
    found = []
    for axis in axes:
        if isinstance(axis, int):
            found.append(axis)
        elif axis in ("variable", "label"):
            found.append(-1)
        elif axis not in model.axes or model.axes[axis].kind == "entry":
            found.append(ENTRIES)
        else:
            found.append(ELEMENTS if model.axes[axis].kind == "sequence" else model.axes[axis].size)
    return found


def run_graph(model: lading.Model, session: Session) -> int:
    tensors = {}
    for given in model.input_list:
        shape = [len(given.variables) if size < 0 else size for size in lengths(model, given.axes)]
        tensors[given.name] = ones(given.type, *shape)
    total = START
    for array in session.run_graph(tensors).values():
        total = mixed(mixed(total, np.array(array.shape, np.int64).tobytes()), array.tobytes())
    return total


def numbers_of(model: lading.Model, path: Path) -> tuple[dict[tuple[str, str | None], Any], dict[str, Any], Any]:
    """feed.txt: columns, counts, units."""
    columns: dict[tuple[str, str | None], Any] = {}
    counts: dict[str, Any] = {}
    units = {}
    for line in path.read_text().splitlines() if path.exists() else ():
        kind, name, *words = line.split()
        if kind == "counts":
            counts[name] = np.array([int(word) for word in words])
            continue
        variable, unit, *words = words
        columns[name, None if variable == "-" else variable] = np.array([float(word) for word in words])
        if unit != "-":
            units[variable] = unit
    return columns, counts, units


def events(model: lading.Model, path: Path) -> tuple[dict[str, Any], dict[str, str]]:
    """Two entries, all ones but for what feed.txt says."""
    columns, counts, units = numbers_of(model, path)
    made: dict[str, Any] = {}
    for given in model.input_list:
        if given.mask is not None:
            continue
        axis = model.sequence_axis(given.axes)
        along = counts.get(axis, np.full(ENTRIES, ELEMENTS)) if axis else None
        rows = ENTRIES if along is None else max(int(along.sum()), 0)
        fixed = [n for a, n in zip(given.axes, lengths(model, given.axes), strict=True)
                 if isinstance(a, int) or (n > 0 and a in model.axes and model.axes[a].kind == "fixed")]  # fmt: skip

        def column(name: str | None, raw: str, given: Any = given, rows: int = rows, fixed: Any = fixed) -> np.ndarray:
            return columns.get((given.name, name), ones(raw, rows, *fixed))

        raw = given.type if given.type in ("float32", "float64", "int64") else "float32"
        if given.variables:
            values: Any = {v.name: column(v.name, v.raw or raw) for v in given.variable_list if not v.source}
            values = {name: (array, along) if axis else array for name, array in values.items()}
        else:
            values = column(None, raw)
            values = (values, along) if axis else values
        made[given.name] = values
    for name, variable in columns:  # also what the model does not have
        if variable is not None and variable not in made.setdefault(name, {}):
            made[name][variable] = columns[name, variable]
    for axis in set(counts) - set(model.axes):
        compiled(model).find_axis(axis)
    return {name: value for name, value in made.items() if not (isinstance(value, dict) and not value)}, units


def bundle(path: Path, memory: int) -> str:
    model = lading.load(path)
    session = Session(model, 1, memory)
    graph = 0
    if not (path / "feed.txt").exists() and model.folds is None:
        graph = run_graph(model, session)
    made, units = events(model, path / "feed.txt")
    scores = session.run(made, units=units or None)
    total = START
    for name in model.outputs:
        total = mixed(total, scores.flat(name).tobytes())
    return f"computed {graph:016x} {total:016x}"


def source(path: Path, memory: int) -> str:
    model = lading.convert(path)
    return f"read {len(model.graphs['main'].nodes)} nodes"


def shown(path: Path, memory: int) -> str:
    return f"read {len(facts_of(str(path))['inputs'])} inputs"


KINDS: dict[str, Callable[[Path, int], str]] = {"bundle": bundle, "source": source, "shown": shown}


def main(memory: int, kind: str, paths: list[str]) -> None:
    lading.errors  # noqa: B018
    begun = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (begun + 4 * memory,) * 2)
    for at, path in enumerate(paths):
        print("begin", at, flush=True)
        signal.alarm(20 * PATIENCE)  # of the clock, for whoever waits; of the processor, for whoever computes
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        start = time.process_time()
        try:
            text = KINDS[kind](Path(path), memory)
        except lading.LadingError as error:
            text = str(error)
        except Exception as error:
            text = f"{type(error).__name__}: {error}"
        print("end", at, f"{time.process_time() - start:.3f}", text.replace("\n", "\\n"), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2], sys.argv[3:])
