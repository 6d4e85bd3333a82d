"""The C and C++ interfaces: their own programs, and the same bits as Python."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import models
import numpy as np
import pytest
from building import run

import lading
from lading.bundle import evaluate
from lading.engine import isa

ISAS = ("baseline", "avx2", "avx512", "neon")


@pytest.mark.parametrize("program", ["api", "batch", "refusals", "c_api"])
def test_its_checks_hold(programs: Path, bundles: Path, program: str) -> None:
    assert ", 0 failures" in run(programs / program, bundles)


@pytest.mark.parametrize("program", ["kernels", "kernels_float64"])
def test_the_kernels(programs: Path, program: str) -> None:
    said = run(programs / program)
    assert said.splitlines()[-1].startswith("0 failures on ")


class Printed:
    """What the program ``scores`` fed and got."""

    def __init__(self, text: str, model: lading.Model) -> None:
        self.model = model
        self.columns: dict[tuple[str, str | None], np.ndarray] = {}
        self.counts: dict[str, np.ndarray] = {}
        self.outputs: dict[str, np.ndarray] = {}
        self.isa = ""
        for line in text.splitlines()[:-1]:
            kind, name, second, *numbers = line.split()
            if kind == "column":
                self.columns[name, None if second == "-" else second] = self.array(numbers, name, second)
            elif kind == "offsets":
                self.counts[name] = np.diff([int(n) for n in numbers])
            elif kind == "output":
                self.outputs[name] = np.array(*self.parse(numbers, model.outputs[name].type))
            else:
                self.isa = name

    @staticmethod
    def parse(numbers: list[str], kind: str) -> tuple[list[Any], str]:
        return ([int(n) for n in numbers] if "int" in kind else [float.fromhex(n) for n in numbers]), kind

    def array(self, numbers: list[str], name: str, variable: str) -> np.ndarray:
        given = self.model.inputs[name]
        raw = given.variables[variable].raw if variable != "-" else None
        flat = np.array(*self.parse(numbers, raw or given.type))
        return flat.reshape((-1, *[size for size in self.model.fixed_shape(given) if size != 1]))

    def events(self) -> dict[str, Any]:
        """The same for Model.run."""
        result: dict[str, Any] = {}
        for (name, variable), values in self.columns.items():
            axis = self.model.sequence_axis(self.model.inputs[name].axes)
            fed = values if axis is None else (values, self.counts[axis])
            if variable is None:
                result[name] = fed
            else:
                result.setdefault(name, {})[variable] = fed
        return result


@pytest.mark.parametrize("name", models.MODELS)
def test_the_same_bits_as_python_on_every_instruction_set(programs: Path, bundles: Path, name: str) -> None:
    model = lading.load(bundles / name)
    seen = {}
    for each in ISAS:
        environment = {**os.environ, "LADING_ISA": each}
        there = run(sys.executable, "-c", "from lading import engine; print(engine.isa())", env=environment)
        if there.strip() != each:
            print(f"NOT PROVEN {each}: not for this CPU")
            continue
        printed = Printed(run(programs / "scores", bundles / name, "23", env=environment), model)
        assert printed.isa == each
        seen[each] = printed
        scores = model.run(printed.events())
        for output, numbers in printed.outputs.items():
            assert scores.flat(output).tobytes() == numbers.tobytes(), (each, output)
    assert isa() in seen
    assert len({tuple(p.outputs[o].tobytes() for o in p.outputs) for p in seen.values()}) == 1


@pytest.mark.parametrize("name", models.MODELS)
def test_the_same_numbers_as_the_evaluator(programs: Path, bundles: Path, name: str) -> None:
    printed = Printed(run(programs / "scores", bundles / name, "12"), lading.load(bundles / name))
    fed: dict[str, Any] = {}
    for (given, variable), values in printed.columns.items():
        if variable is None:
            fed[given] = values
        else:
            fed.setdefault(given, {})[variable] = values
    for output, wanted in evaluate.evaluate(bundles / name, fed, printed.counts).items():
        expected = np.ravel(wanted[0] if isinstance(wanted, tuple) else wanted)
        scale = np.abs(expected).max(initial=0)
        assert np.allclose(printed.outputs[output], expected, rtol=0, atol=2e-6 * scale, equal_nan=True), output
