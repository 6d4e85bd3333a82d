"""The nearest points, found without a matrix of distances, are the very ones that the graph itself finds."""

from __future__ import annotations

import numpy as np
import pytest
from edge_networks import distances
from hypothesis import given, settings
from hypothesis import strategies as st
from joined_steps import both_ways, operators, tensors
from written_network import Network

from lading.endpoints import Output
from lading.errors import LadingError

ORDERS = ["own, products, others", "others, products, own", "own, others, products", "others, own, products"]


def neighbours(columns: bool, count: int, largest: bool, order: str, d: int) -> tuple[Network, str]:
    """Places of the nearest points, and the value that TopK reads."""
    net = Network("neighbours")
    net.sequence("track")
    points = net.input("points", "jet", d, "track") if columns else net.input("points", "jet", "track", d)
    found = distances(net, points, columns, order)
    asked = net.node("Neg", found) if largest else found
    _, places = net.node("TopK", asked, [count], results=2, axis=-1, largest=int(largest))
    net.output(net.node("Identity", places), "jet", "track", count, dtype="int64")
    return net, asked


def check_places(net: Network, found: str, given_tensors: dict[str, np.ndarray]) -> None:
    joined, apart = both_ways(net, found)
    assert operators(joined).count("Neighbours") == 1
    assert "TopK" not in operators(joined)
    assert "TopK" in operators(apart)
    name = joined.output_list[0].name
    try:
        expected = apart.session().run_graph(given_tensors)[name]
    except LadingError as error:
        with pytest.raises(LadingError) as refused:
            joined.session().run_graph(given_tensors)
        assert str(refused.value).split(": ", 1)[1] == str(error).split(": ", 1)[1]
        return
    np.testing.assert_array_equal(joined.session().run_graph(given_tensors)[name], expected)


@settings(max_examples=60, deadline=None)
@given(st.booleans(), st.integers(1, 20), st.booleans(), st.sampled_from(ORDERS), st.integers(1, 9), st.integers(1, 3),
       st.integers(0, 150), st.sampled_from([0, 2, 5]))  # fmt: skip
def test_neighbours_are_those_of_the_graph(columns: bool, count: int, largest: bool, order: str, d: int, entries: int,
                                           n: int, values: int) -> None:  # fmt: skip
    """All numbers, sizes, orders of adding and ties; and the same error where there are too few points."""
    net, found = neighbours(columns, count, largest, order, d)
    check_places(net, found, tensors(net.model, (entries, n), n, values))


@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("strange", [np.nan, np.inf, 1e19, 3e38])
def test_neighbours_of_strange_points(largest: bool, strange: float) -> None:
    """NaN is the largest number, so the nearest or the farthest; infinite distances are ordered like all others."""
    net, found = neighbours(False, 7, largest, ORDERS[0], 3)
    given_tensors = tensors(net.model, (2, 75))
    given_tensors["points"][0, [3, 30, 31, 70], 1] = strange
    check_places(net, found, given_tensors)


@pytest.mark.parametrize("change", ["factor", "rank", "sign", "squares", "axis", "values"])
def test_what_are_not_distances_stays(change: str) -> None:
    net, _ = neighbours(False, 4, True, ORDERS[0], 3)
    nodes = net.model.graphs["main"].nodes
    by = {node.operator: node for node in nodes}
    if change in ("factor", "rank"):
        factor = np.float32(3) if change == "factor" else np.full((1, 1, 1, 1), 2, np.float32)
        net.model.weights["factor"] = np.asarray(factor)
        next(node for node in nodes if node.operator == "Mul" and isinstance(node.inputs[1], np.ndarray)).inputs[1] = (
            "factor"
        )
    elif change == "sign":
        by["Add"].operator = "Sub"
    elif change == "squares":
        by["ReduceSum"].inputs[0] = net.model.input_list[0].name
    elif change == "axis":
        by["TopK"].attributes["axis"] = 1
    else:
        net.model.output_list.append(Output(by["TopK"].outputs[0], ["jet", "track", 4], "float32"))
    assert "Neighbours" not in operators(net.model)
