"""An EdgeConv whose edges are never all there gives the numbers of the graph itself."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from edge_networks import edge_conv, edge_convolutions, edge_features, nearest
from joined_steps import both_ways, operators, tensors
from written_network import Network


def edges(pool: str, activations: str, parts: str, widths: list[int], k: int) -> tuple[Network, str]:
    net = Network("edges")
    net.sequence("track")
    points, x = net.input("points", "jet", "track", 2), net.input("x", "jet", "track", widths[0])
    found = edge_conv(net, x, nearest(net, points, k), widths, k, pool, activations, parts)
    net.output(net.node("Identity", found), "jet", "track", widths[-1])
    features = next(node.outputs[0] for node in net.model.graphs["main"].nodes if node.operator == "Concat"
                    and node.attributes["axis"] == -1)  # fmt: skip
    return net, features


@pytest.mark.parametrize("pool", ["ReduceMean", "ReduceMax"])
@pytest.mark.parametrize("parts", ["centre, difference", "difference, centre", "centre, neighbour",
                                   "neighbour, centre"])  # fmt: skip
@pytest.mark.parametrize(("widths", "k"), [([5, 9], 1), ([3, 16, 32], 7), ([17, 40, 33, 65], 20), ([1, 1, 1], 70)])
def test_edges_are_those_of_the_graph(pool: str, parts: str, widths: list[int], k: int) -> None:
    """Another order of adding in the first layer: 2e-6 of the largest result."""
    for activations in ("Relu", ""):
        net, features = edges(pool, activations, parts, widths, k)
        joined, apart = both_ways(net, features)
        assert "EdgeConvolution" in operators(joined)
        assert not {"Concat", "GatherElements", "Expand"} & set(operators(joined))
        assert "EdgeConvolution" not in operators(apart)
        name = joined.output_list[0].name
        given_tensors = tensors(joined, (3, k + 2))
        expected = apart.session().run_graph(given_tensors)[name]
        found = joined.session().run_graph(given_tensors)[name]
        assert np.abs(expected).max() > 0.01
        np.testing.assert_allclose(found, expected, rtol=0, atol=2e-6 * np.abs(expected).max())


@pytest.mark.parametrize("n", [6, 7, 40])
def test_edges_are_those_of_onnx_runtime(n: int, tmp_path: Path) -> None:
    """Two EdgeConvs one behind the other, written as ONNX."""
    onnxruntime = pytest.importorskip("onnxruntime", reason="ONNX Runtime is the judge")
    model = edge_convolutions().model
    model.export(tmp_path / "edges.onnx")
    fed = {each.name: values for each, values in zip(model.input_list, _normal(n, 2, 5), strict=True)}
    outputs = [each.name for each in model.output_list]
    expected = onnxruntime.InferenceSession(tmp_path / "edges.onnx").run(outputs, fed)
    found = model.session().run_graph(fed)
    for name, values in zip(outputs, expected, strict=True):
        np.testing.assert_allclose(found[name], values, rtol=0, atol=1e-6 * np.abs(values).max())


def _normal(n: int, *widths: int) -> list[np.ndarray]:
    random = np.random.default_rng(n)
    return [random.normal(size=(5, n, width)).astype(np.float32) for width in widths]


def near_misses() -> dict[str, Network]:
    """Networks that look alike, and that may not be joined."""
    made = {}
    for name in ("rows of another axis", "places of other points", "leaky", "kept dimensions", "a sum"):
        net = Network(name)
        net.sequence("track"), net.sequence("flow")
        points = net.input("points", "jet", "flow" if name == "places of other points" else "track", 2)
        x = net.input("x", "jet", "track", 4)
        places = nearest(net, points, 3)
        if name == "rows of another axis":
            places = net.node("Reshape", places, net.node("Shape", places))
        features = edge_features(net, x, places, 4, 3)
        y = net.dense(features, 8, 5, "LeakyRelu" if name == "leaky" else "Relu")
        kept = int(name == "kept dimensions")
        y = net.node("ReduceSum" if name == "a sum" else "ReduceMean", y, [2], keepdims=kept)
        net.output(net.node("Identity", y), "jet", "track", *([1] * kept), 5)
        made[name] = net
    return made


@pytest.mark.parametrize("name", near_misses())
def test_what_is_not_an_edge_conv_stays(name: str) -> None:
    found = operators(near_misses()[name].model)
    assert "EdgeConvolution" not in found
    assert "Neighbours" in found
