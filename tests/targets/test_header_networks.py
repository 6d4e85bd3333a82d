"""Networks as headers of C++: compiled with all warnings by GCC and Clang, they give the engine's bits."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import network_headers as headers
import numpy as np
import pytest
from networks import NETWORKS
from written_network import Network

from lading.errors import UnsupportedError
from lading.model import Model

#: Networks that a header cannot hold, and what is said of them.
REFUSED = {"choice": "has 3 graphs (main, then, else)", "half_precision": "'tracks' is float16",
           "walk_over_tracks": "has 3 graphs (main, walk, settle)", "turns_of_jets": "has 3 graphs (main, again, sums)"}
HELD = [name for name in NETWORKS if name not in REFUSED]
ENTRIES = 40

#: Ways to compile: as firmware would, and with fused products, which may not join what the header keeps apart.
WAYS = {"-O1": ("-O1",), "-O3 -march=native": ("-O3", "-march=native")}

#: Networks with much arithmetic that could be joined, and more ways for them.
TELLING = ["rows", "double_precision", "recurrent", "functions_float32", "functions_float64"]
MORE_WAYS = {"-O0": ("-O0",), "-O2": (), "-Os": ("-Os",), "-O3 -mfma": ("-O3", "-mfma"),
             "-fno-math-errno": ("-O3", "-march=native", "-fno-math-errno", "-fno-trapping-math")}  # fmt: skip
FUSED = ("-O3", "-march=native", "-ffp-contract=fast")


def entries(network: Network, most: dict[str, int]) -> tuple[headers.Columns, dict[str, np.ndarray], int]:
    """The first entries whose sequences a header has room for."""
    fits = np.ones(len(next(iter(network.columns.values()))) if not network.counts else 1000, bool)
    for axis, lengths in network.counts.items():
        fits &= lengths <= most[axis]
    kept = np.flatnonzero(fits)[:ENTRIES]
    columns = {}
    for (name, variable), values in network.columns.items():
        axis = network.model.sequence_axis(network.model.inputs[name].axes)
        if axis is None:
            columns[name, variable] = values[kept]
            continue
        begin = np.concatenate([[0], np.cumsum(network.counts[axis])])
        columns[name, variable] = np.concatenate([values[begin[e] : begin[e + 1]] for e in kept])
    return columns, {axis: lengths[kept] for axis, lengths in network.counts.items()}, len(kept)


def of_engine(model: Model, columns: headers.Columns, counts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    events: dict[str, Any] = {}
    for (name, variable), values in columns.items():
        axis = model.sequence_axis(model.inputs[name].axes)
        fed = (values, counts[axis]) if axis else values
        if variable is None:
            events[name] = fed
        else:
            events.setdefault(name, {})[variable] = fed
    scores = model.run(events)
    return {output.name: scores.flat(output.name) for output in model.output_list}


def check(network: Network, folder: Path, compiler: str = "c++", flags: tuple[str, ...] = ()) -> None:
    """The header gives the engine's bits."""
    most = headers.capacity(network.model, network.counts)
    columns, counts, count = entries(network, most)
    program = headers.Program(network.model, network.counts, folder, compiler, flags)
    found, expected = program.run(columns, counts, count), of_engine(network.model, columns, counts)
    for name, values in expected.items():
        assert values.size > 0 and np.isfinite(values).any()
        assert headers.bits(found[name]) == headers.bits(values), name


@pytest.mark.parametrize("way", ["-O3 -march=native", pytest.param("-O1", marks=pytest.mark.full)])
@pytest.mark.parametrize("compiler", headers.compilers())
@pytest.mark.parametrize("name", HELD)
def test_a_header_has_the_engines_bits(name: str, compiler: str, way: str, tmp_path: Path) -> None:
    check(NETWORKS[name](), tmp_path, compiler, WAYS[way])


@pytest.mark.parametrize("way", MORE_WAYS)
@pytest.mark.parametrize("compiler", headers.compilers())
@pytest.mark.parametrize("name", TELLING)
def test_the_bits_are_the_same_at_every_level(name: str, compiler: str, way: str, tmp_path: Path) -> None:
    if "-mfma" in MORE_WAYS[way] and not headers.defines(compiler, ["-march=native"], "__FMA__"):
        pytest.skip("this machine has no fused products of x86")
    check(NETWORKS[name](), tmp_path, compiler, MORE_WAYS[way])


@pytest.mark.parametrize("compiler", headers.compilers())
@pytest.mark.parametrize("name", TELLING)
def test_fused_products_are_kept_apart_or_said_to_be_there(name: str, compiler: str, tmp_path: Path) -> None:
    """GCC takes it from the header that it may not fuse; Clang takes its flag for more, and the header says so."""
    deaf = headers.defines(compiler, [], "__clang__") and (
        headers.defines(compiler, ["-march=native"], "__FMA__")
        or headers.defines(compiler, ["-march=native"], "__ARM_FEATURE_FMA"))  # fmt: skip
    if not deaf:
        return check(NETWORKS[name](), tmp_path, compiler, FUSED)
    with pytest.raises(AssertionError, match="products are not rounded before they are added to"):
        check(NETWORKS[name](), tmp_path, compiler, FUSED)
    return None


@pytest.mark.parametrize("flags", [["-ffast-math"], ["-Ofast"], ["-ffinite-math-only"]], ids=" ".join)
@pytest.mark.parametrize("compiler", headers.compilers())
def test_other_arithmetic_is_an_error_of_the_compiler(compiler: str, flags: list[str], tmp_path: Path) -> None:
    NETWORKS["rows"]().model.export(tmp_path / "model.hpp")
    (tmp_path / "main.cpp").write_text('#include "model.hpp"\nint main() {}\n')
    command = [compiler, "-std=c++17", "-fsyntax-only", "main.cpp"]
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    done = subprocess.run([*command[:2], *flags, *command[2:]], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode != 0 and "the results would be others" in done.stderr


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_cannot_hold_is_refused_and_nothing_written(name: str, tmp_path: Path) -> None:
    network = NETWORKS[name]()
    with pytest.raises(UnsupportedError) as refused:
        network.model.export(tmp_path / "model.hpp")
    assert REFUSED[name] in str(refused.value) and "\n" not in str(refused.value)
    assert not any(tmp_path.iterdir())
