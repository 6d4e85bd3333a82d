"""Networks as headers of C++: compiled with all warnings by GCC and Clang, they give the engine's bits."""

from __future__ import annotations

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
REFUSED = {"choice": "has 3 graphs (main, then, else)", "half_precision": "'tracks' is float16"}
HELD = [name for name in NETWORKS if name not in REFUSED]
ENTRIES = 40

#: Ways to compile: as firmware would, and with fused products, which may not join what the header keeps apart.
WAYS = {"-O1": ("-O1",), "-O3 -march=native": ("-O3", "-march=native")}


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


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("compiler", headers.compilers())
@pytest.mark.parametrize("name", HELD)
def test_a_header_has_the_engines_bits(name: str, compiler: str, way: str, tmp_path: Path) -> None:
    check(NETWORKS[name](), tmp_path, compiler, WAYS[way])


@pytest.mark.parametrize("name", REFUSED)
def test_what_it_cannot_hold_is_refused_and_nothing_written(name: str, tmp_path: Path) -> None:
    network = NETWORKS[name]()
    with pytest.raises(UnsupportedError) as refused:
        network.model.export(tmp_path / "model.hpp")
    assert REFUSED[name] in str(refused.value) and "\n" not in str(refused.value)
    assert not any(tmp_path.iterdir())
