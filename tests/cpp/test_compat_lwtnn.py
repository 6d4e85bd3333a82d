"""lading/compat/lwtnn.hpp gives lwtnn's numbers, called as code calls lwtnn."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from building import ROOT
from compat import Shim, numbers

import lading

sys.path.insert(0, str(ROOT / "tests" / "sources" / "lwtnn"))
from lwtnn_formulas import evaluate
from lwtnn_networks import NETWORKS


def bundle(name: str, tmp_path: Path, type: str = "float64") -> Path:
    (tmp_path / "net.json").write_text(json.dumps(NETWORKS[name]))
    lading.convert(tmp_path / "net.json", compare=False, type=type).save(tmp_path / "net.lading")
    return tmp_path / "net.lading"


def value_of(variable: int, step: int = 0) -> float:
    return 0.5 * variable - 1 + 0.25 * step


def values_of(variables: list[Any]) -> dict[str, float]:
    return {each["name"]: value_of(at) for at, each in enumerate(variables)}


def steps_of(variables: list[Any], steps: int) -> dict[str, np.ndarray]:
    return {each["name"]: np.array([value_of(at, step) for step in range(steps)]) for at, each in enumerate(variables)}


def by_name(labels: list[str], values: np.ndarray) -> list[float]:
    """As std::map has them: in the order of the names; of sequences one after the other."""
    return np.asarray(values)[..., np.argsort(labels)].T.ravel().tolist()


def close(given: list[str], expected: list[list[float]]) -> None:
    for line, wanted in zip(numbers(given), expected, strict=True):
        np.testing.assert_allclose(line, wanted, rtol=1e-6, atol=1e-7)


@pytest.mark.parametrize("name", ["dense", "maxout_highway"])
def test_a_neural_network(name: str, shim: Shim, tmp_path: Path) -> None:
    network = NETWORKS[name]
    expected = evaluate(network, {"inputs": values_of(network["inputs"])}, {})["compute/outputs"]
    close(shim("lwtnn", "sequential", bundle(name, tmp_path)), [by_name(network["outputs"], expected)])


def test_a_recurrent_network(shim: Shim, tmp_path: Path) -> None:
    network = NETWORKS["reordered"]
    expected = evaluate(network, {}, {"inputs": steps_of(network["inputs"], 4)})["compute/outputs"]
    close(shim("lwtnn", "recurrent", bundle("reordered", tmp_path)), [by_name(network["outputs"], expected) * 2])


def graph_numbers(steps: int) -> dict[str, list[float]]:
    network = NETWORKS["disordered"]
    given = evaluate(
        network,
        {each["name"]: values_of(each["variables"]) for each in network["inputs"]},
        {each["name"]: steps_of(each["variables"], steps) for each in network["input_sequences"]},
    )
    return {name: by_name(network["outputs"][name.partition("/")[2]]["labels"], each) for name, each in given.items()}


def test_a_graph(shim: Shim, tmp_path: Path) -> None:
    keys = ("compute/vector", "compute/both", "scan/both", "scan/each")
    expected = [[each for key in keys for each in graph_numbers(steps)[key]] for steps in (3, 0)]
    for line, wanted in zip(shim("lwtnn", "graph", bundle("disordered", tmp_path)), expected, strict=True):
        close([line], [wanted])


@pytest.mark.parametrize("kind", ["fast_float", "fast_double"])
def test_a_fast_graph(kind: str, shim: Shim, tmp_path: Path) -> None:
    """Its labels stand in the order of the file; those of this network are sorted."""
    expected = graph_numbers(3)
    close(shim("lwtnn", kind, bundle("disordered", tmp_path)), [expected["compute/vector"] + expected["compute/both"]])


@pytest.mark.parametrize("kind", ["fast_again_float", "fast_again_double"])
@pytest.mark.parametrize("type", ["float32", "float64"])
def test_calls_of_a_fast_graph_do_not_see_each_other(kind: str, type: str, shim: Shim, tmp_path: Path) -> None:
    said = shim("lwtnn", kind, bundle("disordered", tmp_path, type))
    for steps, (line, short, missing) in zip((3, 0, 5, 3), zip(*[iter(said)] * 3, strict=True), strict=True):
        np.testing.assert_allclose(numbers([line])[0], graph_numbers(steps)["compute/vector"], rtol=1e-5, atol=1e-6)
        assert short.startswith("variable 'b' of 'node_0' is beyond what was given: vectors are as long as")
        assert missing.startswith("variable 'x' of 'node_0' is beyond what was given")
    assert said[0] == said[9]


def test_what_is_refused(shim: Shim, tmp_path: Path) -> None:
    path = bundle("disordered", tmp_path)
    outputs = ("(has: 'vector' (compute), 'both' (compute), 'both' (scan), 'each' (scan), 'hits_out' (compute), "
               "'hits_out' (scan))")  # fmt: skip
    assert shim("lwtnn", "refusals", path) == [
        f"'{path}' has several outputs, and no default was named {outputs}",
        f"'{path}' has no output 'vektor' {outputs}",
        f"'{path}' has no output 'vector' to scan {outputs}",
        "variable 'b' of 'node_0' was not given (given: 'a')",
        "input 'node_0' was not given; all inputs of a bundle are set, whichever output is asked for",
        "variable 'y' of 'node_0' has 3 steps, those before it 4",
        "variable 'd' of 'other' is not in the order of inputs",
        "'node_0' is a sequence: use LightweightRNN or LightweightGraph",
        "-0x1p+0 -0x1p+1 0x1.8p+1 0x1p-1 ",
    ]
