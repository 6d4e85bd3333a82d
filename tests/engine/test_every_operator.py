"""Every operator of the ONNX suite on every path: each instruction set, and many entries beside each other.

The cases of the suite are taken as they are, and once more with an axis of their first input as the entry axis: then
a batch must give each entry what it gets alone, whether the engine proves the entries apart or runs them one by one.
"""

from __future__ import annotations

import functools
import os
import pickle
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import backend_suite as suite
import numpy as np
import onnx
import pytest

from lading.engine import _lading
from lading.errors import LadingError

HERE = Path(__file__).parent
SETS = ("baseline", "avx2", "avx512", "neon")


@functools.cache
def cases() -> list[tuple[str, suite.SuiteModel, suite.Tensors]]:
    """The cases of one operator that the engine takes, of all types: name, bundle, feeds."""
    found = []
    for case in suite.load(("node", "pytorch-operator")):
        if "_expanded" in case.name:
            continue
        try:
            model, feeds, _ = suite.translate(case)
            suite.compiled_engine(model, feeds)
        except Exception:  # listed in tests/operators/refused.txt
            continue
        found.append((case.name, model, feeds))
    return found


def table() -> set[str]:
    """The operators of ONNX in the engine's table."""
    lines = (HERE.parents[1] / "cpp" / "src" / "operators" / "operators.inc").read_text(encoding="utf-8").splitlines()
    names = {line.split("(")[1].split(",")[0] for line in lines if line.startswith("LADING_OPERATOR(")}
    return names & suite.pinned_operators()


def test_the_table_of_operators_says_what_the_specification_says() -> None:
    """How many inputs an operator needs, how many inputs and outputs it has at most, the names of its attributes."""
    text = (HERE.parents[1] / "cpp" / "src" / "operators" / "operators.inc").read_text(encoding="utf-8")
    lines = re.findall(r'^LADING_OPERATOR\((\w+), (\d+, \w+, \w+),[^"]*((?:"[^"]*"\s*)+)\)', text, re.M)
    found = {name: (counts, "".join(re.findall('"([^"]*)"', names)).split()) for name, counts, names in lines}
    known = {name: onnx.defs.get_schema(name, suite.OPSET) for name in table()}
    optional = onnx.defs.OpSchema.FormalParameterOption.Optional

    def counts(schema: onnx.defs.OpSchema) -> str:
        least = sum(each.option != optional for each in schema.inputs[: schema.min_input])
        outputs = 1 if schema.name == "BatchNormalization" else schema.max_output  # others are of training
        inputs = schema.max_input if schema.name != "If" else 10_000  # and what its branches read
        return ", ".join("any" if n > 1000 else str(n) for n in (least, inputs, outputs))

    assert {name: found[name] for name in known} == {
        name: (counts(schema), sorted(schema.attributes)) for name, schema in known.items()
    }


# ---- instruction sets


def all_bits(items: list[tuple[str, suite.SuiteModel, suite.Tensors]]) -> dict[str, list[bytes]]:
    """What each case gives, the sign and payload of NaN apart."""
    return {name: [bits(y) for y in suite.compiled_engine(model, feeds).values()] for name, model, feeds in items}


def bits(values: np.ndarray) -> bytes:
    if values.dtype.kind == "f":
        values = np.where(np.isnan(values), np.array(np.nan, values.dtype), values)
    return values.tobytes()


CHILD = """
import pickle, sys
from pathlib import Path
sys.path[:0] = [{here!r}, {operators!r}]
from lading.engine import isa
found = None
if isa() == {isa!r}:  # else nothing can be loaded
    import test_every_operator as t
    found = t.all_bits(pickle.loads(Path({cases!r}).read_bytes()))
Path({results!r}).write_bytes(pickle.dumps((isa(), found)))
"""


@functools.cache
def own_bits() -> dict[str, list[bytes]]:
    return all_bits(cases())


@pytest.mark.parametrize("isa", SETS)
def test_same_bits_on_every_instruction_set(isa: str, tmp_path: Path) -> None:
    given, results = tmp_path / "cases", tmp_path / "results"
    given.write_bytes(pickle.dumps(cases()))
    code = CHILD.format(
        here=str(HERE), operators=str(HERE.parent / "operators"), cases=str(given), results=str(results), isa=isa
    )
    made = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "LADING_ISA": isa}, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr
    used, found = pickle.loads(results.read_bytes())
    if used != isa:
        pytest.skip(f"NOT PROVEN on {isa}: this CPU has not got it")
    assert [name for name, values in own_bits().items() if found[name] != values] == []
    assert len(cases()) > 900


# ---- entries

MANY, FEW = 70, 7  # beyond a block of the engine, and within
LARGE = 20_000  # numbers of an input: slow, and nothing new


class Entries:
    """A case in which one axis of some inputs is the entry axis; all other inputs are weights."""

    def __init__(self, model: suite.SuiteModel, feeds: suite.Tensors, fed: list[str], axis: int):
        self.document, self.axis, self.fed = model.document, axis, {name: feeds[name] for name in fed}
        self.weights = model.weights | {name: value for name, value in feeds.items() if name not in fed}

    def tensors(self, entries: int) -> list[np.ndarray]:
        """The case's numbers, entries first; where they come again they are turned, so that all entries differ."""
        moved = [np.moveaxis(value, self.axis, 0) for value in self.fed.values()]
        turned = [[np.roll(x[k % len(x)], k // len(x)) for k in range(entries)] for x in moved]
        return [np.array(rows, x.dtype) for rows, x in zip(turned, moved, strict=True)]

    def model(self, outputs: list[dict[str, Any]]) -> Any:
        inputs = [suite.endpoint(name, value) for name, value in self.fed.items()]
        for given in inputs:
            given["axes"][self.axis] = "entry"
        nodes = [node for graph in self.document["graphs"].values() for node in graph]
        read = {x for node in nodes for x in node["inputs"] if isinstance(x, str)}
        weights = {name: value for name, value in self.weights.items() if name in read}
        axes = {"entry": {"kind": "entry"}}
        made = suite.SuiteModel({**self.document, "axes": axes, "inputs": inputs, "outputs": outputs}, weights)
        document, data = made.to_buffers()
        return _lading.Model.from_buffers(document, np.frombuffer(data, np.uint8), "case")

    def names(self) -> list[str]:
        return [item["name"] for item in self.document["outputs"]]

    def at_once(self, session: Any, tensors: list[np.ndarray]) -> list[np.ndarray]:
        return session.run_graph([np.ascontiguousarray(np.moveaxis(x, 0, self.axis)) for x in tensors])

    def outputs(self) -> list[dict[str, Any]] | None:
        """Declared as they are found to be; None if the entry axis is not to be seen in each."""
        anything = [{"name": name, "axes": ["entry"], "type": "float32"} for name in self.names()]
        try:
            session = _lading.Session(self.model(anything))
            one, two = (self.at_once(session, self.tensors(entries)) for entries in (1, 2))
        except LadingError:  # made for one length
            return None
        found = []
        for name, a, b in zip(self.names(), one, two, strict=True):
            grown = [i for i, (p, q) in enumerate(zip(a.shape, b.shape, strict=False)) if p != q]
            if a.ndim != b.ndim or len(grown) != 1 or (a.shape[grown[0]], b.shape[grown[0]]) != (1, 2) or not a.size:
                return None
            axes: list[Any] = list(a.shape)
            axes[grown[0]] = "entry"
            found.append({"name": name, "axes": axes, "type": str(a.dtype)})
        return found

    def unlike(self, outputs: list[dict[str, Any]]) -> str:
        """What differs between entries alone and in a batch."""
        model, tensors = self.model(outputs), self.tensors(MANY)
        session = _lading.Session(model)
        try:
            alone = [self.at_once(session, [x[e : e + 1] for x in tensors]) for e in range(MANY)]
        except LadingError:  # an entry that it refuses
            with pytest.raises(LadingError):
                self.batch(model, tensors, 1, outputs, [1] * len(outputs))
            return ""
        sizes = [y.size for y in alone[0]]
        if any([y.size for y in entry] != sizes for entry in alone):
            return ""  # lengths that depend on the numbers cannot be declared
        wanted = [np.array([entry[o].ravel() for entry in alone]) for o in range(len(outputs))]
        for entries, threads in ((MANY, 1), (FEW, 2)):
            found = self.batch(model, [x[:entries] for x in tensors], threads, outputs, sizes)
            if [bits(y) for y in found] != [bits(y[:entries]) for y in wanted]:
                return f"{entries} entries on {threads} threads"
        return ""

    def batch(
        self, model: Any, tensors: list[np.ndarray], threads: int, outputs: list[Any], sizes: list[int]
    ) -> list[np.ndarray]:
        entries = len(tensors[0])
        results = [np.empty((entries, n), o["type"]) for n, o in zip(sizes, outputs, strict=True)]
        fed = [np.ascontiguousarray(x if x.dtype in (np.float32, np.float64) else slots_of(x)) for x in tensors]
        offsets = [None] * model.axis_count
        _lading.Session(model).run_batch(entries, fed, [(0, 1.0)] * len(fed), offsets, results, threads)
        return results


def slots_of(values: np.ndarray) -> np.ndarray:
    """In the type of the slots that hold such numbers."""
    return values.astype(np.float32 if values.dtype == np.float16 else np.int64)


def by_entry() -> Iterator[tuple[str, Entries]]:
    """Every case with every axis of its first input: that input alone, and with all that have such an axis."""
    for name, model, feeds in cases():
        first = next(iter(feeds.values()), np.zeros(()))
        for axis in range(first.ndim if 0 < first.size < LARGE else 0):
            like = [n for n, x in feeds.items() if x.ndim == first.ndim and x.shape[axis] == first.shape[axis]]
            for fed in [like[:1]] + [like] * (len(like) > 1):
                yield f"{name}, axis {axis} of {', '.join(fed)}", Entries(model, feeds, fed, axis)


#: Operators without a case whose outputs all keep an axis of the first input, and why.
NOT_BY_ENTRY = {
    "ConstantOfShape": "reads a shape", "Shape": "gives a shape", "Size": "gives a number", "Range": "reads numbers",
    "If": "reads one condition", "NonZero": "gives as many as there are",
    "DeformConv": "its offsets are made for one entry", "GlobalLpPool": "has no case in the suite",
    "ReverseSequence": "its lengths are made for all entries", "Loop": "runs turn by turn", "Scan": "runs turn by turn",
}  # fmt: skip


def test_entries_beside_each_other_change_nothing() -> None:
    wrong, tried = {}, set()
    for name, case in by_entry():
        if outputs := case.outputs():
            tried |= {node["operator"] for graph in case.document["graphs"].values() for node in graph}
            if text := case.unlike(outputs):
                wrong[name] = text
    assert wrong == {}
    assert table() - tried == set(NOT_BY_ENTRY)
