"""The library for ARM64, built by a cross compiler and run by an emulator, gives the bits of this machine.

Needs a cross compiler and an emulator, which PyPI does not have; Debian calls them g++-aarch64-linux-gnu and qemu-user.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import models
import numpy as np
import pytest
from building import ROOT, Build, run
from test_ragged import STAGES
from test_sanitizers import broken_paths

from lading.engine import TYPES

sys.path.insert(0, str(ROOT / "tests" / "engine"))
sys.path.insert(0, str(ROOT / "tests" / "trees"))
sys.path.insert(0, str(ROOT / "tests" / "targets"))
import network_headers
import random_forests
from golden import golden
from networks import NETWORKS
from paths import Runner, bits_of, by_entry
from test_header_networks import HELD, entries, of_engine

COMPILER, EMULATOR = "aarch64-linux-gnu-g++", "qemu-aarch64"
MISSING = [program for program in (COMPILER, EMULATOR) if shutil.which(program) is None]
ISAS = ("neon", "baseline")
ENTRIES = 45
ROWS = 700  # of a forest: several blocks and what is left of one

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(bool(MISSING), reason=f"NOT PROVEN on ARM64: no {' and no '.join(MISSING)} on this machine "
                                             "(Debian: apt install g++-aarch64-linux-gnu qemu-user)"),
]  # fmt: skip
on_both = pytest.mark.parametrize("isa", ISAS)


@pytest.fixture(scope="module")
def arm(build: Build) -> Path:
    """The folder of the test programs, built for ARM64."""
    target = ("-DCMAKE_SYSTEM_NAME=Linux", "-DCMAKE_SYSTEM_PROCESSOR=aarch64")
    compilers = (f"-DCMAKE_CXX_COMPILER={COMPILER}", f"-DCMAKE_C_COMPILER={COMPILER.replace('g++', 'gcc')}")
    return build("cpp-arm", *target, *compilers) / "cpp" / "tests"


def emulated(program: Path, *arguments: object, isa: str = "neon") -> str:
    """What a program prints that runs as on ARM64: on a CPU of ARMv8.0, which has the fewest instructions."""
    command = [EMULATOR, "-cpu", "cortex-a57", "-L", "/usr/aarch64-linux-gnu", "-E", f"LADING_ISA={isa}", program]
    return run(*map(str, command), *map(str, arguments))


def bits(printed: str) -> list[str]:
    """All that ``scores`` printed but the name of the instruction set. All NaN are one: CPUs differ in their sign."""
    return [line.replace(" -nan", " nan") for line in printed.splitlines() if not line.startswith("isa ")]


def assert_the_same_bits(programs: Path, arm: Path, isa: str, *arguments: object) -> list[str]:
    """Holds what ``scores`` prints there against what it prints here, and gives it."""
    there = emulated(arm / "scores", *arguments, isa=isa)
    assert f"isa {isa} -" in there.splitlines()
    assert bits(there) == bits(run(programs / "scores", *map(str, arguments)))
    return bits(there)


def test_the_programs_are_for_arm(arm: Path) -> None:
    for program in ("scores", "kernels"):
        assert "AArch64" in run("readelf", "-h", arm / program)


@on_both
@pytest.mark.parametrize("name", NETWORKS)
def test_networks_give_the_bits_of_this_machine(name: str, isa: str, programs: Path, arm: Path, tmp_path: Path) -> None:
    NETWORKS[name]().model.save(tmp_path / name)
    assert_the_same_bits(programs, arm, isa, tmp_path / name, ENTRIES)


@pytest.mark.parametrize("name", NETWORKS)
def test_networks_give_the_frozen_bits(name: str, arm: Path, tmp_path: Path) -> None:
    """Those of tests/engine/golden.json, on the same numbers."""
    network = NETWORKS[name]()
    network.model.save(tmp_path / name)
    runner = Runner(tmp_path / name, network)
    events = runner.events()
    offsets = [np.append(0, np.cumsum(events.counts[axis])) for _, axis in sorted(runner.axis_names.items())]
    (tmp_path / "numbers").write_bytes(b"".join(part.tobytes() for part in [*offsets, *events.columns]))
    printed = emulated(arm / "scores", tmp_path / name, events.entries, tmp_path / "numbers")
    outputs = [line.split()[3:] for line in printed.splitlines() if line.startswith("output ")]
    found = {}
    for (output, kind, axis, width), given in zip(runner.model.outputs(), outputs, strict=True):
        type_ = np.dtype(TYPES[kind])
        if type_ in (np.float32, np.float64):
            rows = np.array([float.fromhex(number) for number in given], type_)
        else:
            rows = np.array([int(number) for number in given]).astype(f"u{type_.itemsize}").view(type_)
        found[output] = bits_of(by_entry(rows.reshape(-1, width), runner.kept(events, axis)))
    assert found == golden()["networks"][name]


@pytest.mark.parametrize("name", HELD)
def test_headers_of_networks_give_the_bits_of_this_machine(name: str, tmp_path: Path) -> None:
    """With fused products, which every CPU of ARM64 has and the compiler takes by itself."""
    network = NETWORKS[name]()
    columns, counts, count = entries(network, network_headers.capacity(network.model, network.counts))
    program = network_headers.Program(network.model, network.counts, tmp_path, COMPILER, ("-O3", "-static"))
    (tmp_path / "main").rename(tmp_path / "program")
    (tmp_path / "main").write_text(f'#!/bin/sh\nexec {EMULATOR} ./program "$@"\n')
    (tmp_path / "main").chmod(0o755)
    found = program.run(columns, counts, count)
    for output, values in of_engine(network.model, columns, counts).items():
        assert network_headers.bits(found[output]) == network_headers.bits(values), output


@on_both
@pytest.mark.parametrize("name", models.MODELS)
def test_models_give_the_bits_of_this_machine(name: str, isa: str, programs: Path, arm: Path, bundles: Path) -> None:
    assert_the_same_bits(programs, arm, isa, bundles / name, ENTRIES)


@on_both
@pytest.mark.parametrize("kind", random_forests.KINDS)
def test_forests_give_the_margins_of_the_evaluator(kind: str, isa: str, programs: Path, arm: Path,
                                                   tmp_path: Path) -> None:  # fmt: skip
    random_forests.model(kind).save(tmp_path / "forest")
    rows = random_forests.rows(kind, ROWS)
    rows.tofile(tmp_path / "rows")
    expected = random_forests.expected(kind, rows)["margin"]
    for some in (ROWS, 100, 9):
        printed = assert_the_same_bits(programs, arm, isa, tmp_path / "forest", some, tmp_path / "rows")
        margins = next(line.split()[3:] for line in printed if line.startswith("output margin "))
        assert [float.fromhex(number).hex() for number in margins] == [float(x).hex() for x in expected[:some].flat]


@on_both
@pytest.mark.parametrize("link_type", ["float32", "float64", "float32_exp"])
@pytest.mark.parametrize("link", ["logistic", "softmax", "exp", "tmva_gradient"])
def test_links_give_the_bits_of_this_machine(link: str, link_type: str, isa: str, programs: Path, arm: Path,
                                             tmp_path: Path) -> None:  # fmt: skip
    for kind in ("three outputs", "double"):
        made = random_forests.model(kind)
        made.graphs["main"].nodes[0].attributes |= {"link": link, "link_type": link_type, "link_scale": 0.7}
        made.save(tmp_path / kind)
        assert_the_same_bits(programs, arm, isa, tmp_path / kind, ENTRIES)


@pytest.mark.parametrize("program", ["api", "batch", "refusals", "c_api"])
def test_the_checks_of_the_interfaces_hold(program: str, arm: Path, bundles: Path) -> None:
    assert ", 0 failures" in emulated(arm / program, bundles)


@pytest.mark.parametrize("program", ["threads", "allocations", "float_environment"])
def test_the_guarantees_hold(program: str, arm: Path, bundles: Path) -> None:
    assert ", 0 failures" in emulated(arm / program, *(bundles / name for name in models.MODELS))


@pytest.mark.parametrize("program", ["kernels", "kernels_float64"])
def test_the_kernels(program: str, programs: Path, arm: Path) -> None:
    """A digest of all bits, where one is printed, is that of this machine."""
    there, here = (said.splitlines()[-1].partition(" instruction sets") for said in
                   (emulated(arm / program), run(programs / program)))  # fmt: skip
    assert there[0] == "0 failures on 2" and there[2] == here[2]


@pytest.mark.parametrize("name", STAGES)
def test_the_same_steps_run_at_once(name: str, arm: Path, tmp_path: Path) -> None:
    NETWORKS[name]().model.save(tmp_path / name)
    assert emulated(arm / "ragged", tmp_path / name).strip() == STAGES[name]


def test_mistakes_are_told_in_the_same_words(programs: Path, arm: Path, bundles: Path) -> None:
    """All but the one that lists the instruction sets that there are."""
    there, here = (said.splitlines() for said in (emulated(arm / "texts", bundles), run(programs / "texts", bundles)))
    listed = [line for line in there if line.startswith("instruction set\t")]
    assert len(listed) == 1 and "(has: 'neon', 'baseline')" in listed[0]
    assert [line for line in there if line not in listed] == [line for line in here if "instruction set\t" not in line]


def test_broken_bundles_are_refused_in_the_same_words(programs: Path, arm: Path, tmp_path: Path) -> None:
    """Among them bytes beyond 127, which are negative numbers here and positive ones on ARM64."""
    paths = broken_paths(tmp_path)
    assert emulated(arm / "read_bundle", "--all", *paths) == run(programs / "read_bundle", "--all", *paths)
