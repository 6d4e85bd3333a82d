"""An entry's result has the same bits on every path and every instruction set, and in every version of `numerics`.

``networks.py`` makes the networks, ``paths.py`` runs them on every path, here in one process for each instruction set.
"""

from __future__ import annotations

import copy
import functools
import json
import os
import platform
import subprocess
import sys
from pathlib import Path
from typing import Any

import golden
import numpy as np
import pytest
from networks import NETWORKS
from written_network import Network

from lading.bundle import evaluate
from lading.engine import numerics

HERE = Path(__file__).parent
SETS = ("baseline", "avx2", "avx512", "neon")


@functools.cache
def reports(isa: str) -> dict[str, Any] | str | None:
    """What paths.py says with this instruction set, or its error; None if the CPU has not got it."""
    environment = {**os.environ, "LADING_ISA": isa}
    made = subprocess.run([sys.executable, HERE / "paths.py"], env=environment, capture_output=True, text=True)
    if made.returncode:
        return made.stderr
    found = json.loads(made.stdout)
    return found["networks"] if found["isa"] == isa else None


def on(isa: str, name: str) -> dict[str, Any]:
    found = reports(isa)
    if found is None:
        pytest.skip(f"NOT PROVEN on {isa}: this CPU ({platform.machine()}) has not got it")
    assert isinstance(found, dict), found
    return found[name]


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("isa", SETS)
def test_every_path_gives_the_same_bits(isa: str, name: str) -> None:
    report = on(isa, name)
    assert report["unlike"] == []
    assert len(report["paths"]) >= 10


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("isa", SETS)
def test_the_bits_are_those_of_this_version_of_numerics(isa: str, name: str) -> None:
    kept = golden.golden()
    assert kept["numerics"] == numerics(), "make golden.json anew: python tests/engine/golden.py"
    assert on(isa, name)["bits"] == kept["networks"].get(name), (
        "bits change only with LADING_NUMERICS in cpp/src/version.hpp; a new network: python tests/engine/golden.py"
    )


@pytest.mark.parametrize("isa", SETS)
def test_ordinary_numbers_raise_no_floating_point_flag(isa: str) -> None:
    assert {name: on(isa, name)["flags"] for name in NETWORKS} == dict.fromkeys(NETWORKS, 0)


def test_golden_bits_are_not_replaced_under_the_same_number() -> None:
    before = golden.golden()
    bits = copy.deepcopy(before["networks"])
    assert golden.changed(before, bits) == []
    output = next(iter(bits["deep_sets"].values()))
    output["first"][0] = f"{int(output['first'][0][:2], 16) ^ 1:02x}" + output["first"][0][2:]
    assert golden.changed(before, bits) == ["deep_sets"]


# ---- the bits are right, too


FEW = 30


def first_entries(network: Network) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Feeds of the first entries for the NumPy evaluator, and the lengths of their sequences."""
    counts = {axis: lengths[:FEW] for axis, lengths in network.counts.items()}
    feeds: dict[str, Any] = {}
    for (name, variable), values in network.columns.items():
        axis = network.model.sequence_axis(network.model.inputs[name].axes)
        part = values[: FEW if axis is None else int(counts[axis].sum())]
        if variable is None:
            feeds[name] = part
        else:
            feeds.setdefault(name, {})[variable] = part
    return feeds, counts


def fed(network: Network, feeds: dict[str, Any], counts: dict[str, np.ndarray]) -> dict[str, Any]:
    """The same as ``Model.run`` takes it: sequences as (values, counts)."""
    axes = {name: network.model.sequence_axis(given.axes) for name, given in network.model.inputs.items()}
    return {
        name: {key: (x, counts[axes[name]]) if axes[name] else x for key, x in given.items()}
        if isinstance(given, dict)
        else given
        for name, given in feeds.items()
    }


@pytest.mark.parametrize("name", NETWORKS)
def test_the_numbers_are_right(name: str, tmp_path: Path) -> None:
    """Against the NumPy evaluator, which rounds each node once: 1e-6 of the scale, float16 1e-3, others 1e-12."""
    network = NETWORKS[name]()
    network.model.save(tmp_path / "b")
    feeds, counts = first_entries(network)
    scores = network.model.run(fed(network, feeds, counts))
    with np.errstate(all="ignore"):
        expected = evaluate.evaluate(tmp_path / "b", feeds, counts)
    for output, values in expected.items():
        found = scores.flat(output)
        wanted = np.asarray(values[0] if isinstance(values, tuple) else values).reshape(found.shape)
        finite = np.isfinite(wanted)
        scale = np.abs(wanted[finite]).max(initial=1e-30)
        assert found.dtype == wanted.dtype
        np.testing.assert_array_equal(found[~finite], wanted[~finite])
        tolerance = {"float32": 1e-6, "float16": 1e-3}.get(found.dtype.name, 1e-12)
        np.testing.assert_allclose(found[finite], wanted[finite], rtol=0, atol=scale * tolerance)
