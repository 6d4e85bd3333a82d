"""Numbers of float16 and bfloat16 at the edges of a graph: fed, rounded once, refused where they do not fit."""

from __future__ import annotations

import numpy as np
import pytest
from written_network import ENTRIES, Network

from lading.errors import ValueRefused


def network(type_name: str) -> Network:
    net = Network("halves", dtype=type_name)
    net.dtype = "float32"  # of the numbers that are fed
    net.input("x", "jet", "variable", width=1)
    net.model.input_list[0].type = type_name
    net.output(net.node("Cast", "x", to="float32"), "jet", "label", labels=1)
    return net


def test_numbers_are_rounded_once_to_the_type_of_the_tensor():
    values = np.float32([0.1, -2.0005, 6e-8, 65504, np.inf, np.nan])
    found = network("float16").model.run({"x": {"v0": values}})["p0"]
    np.testing.assert_array_equal(found, values.astype(np.float16).astype(np.float32))
    found = network("bfloat16").model.run({"x": {"v0": np.float32([1, 1.00390625, 1.01171875])}})["p0"]
    np.testing.assert_array_equal(found, np.float32([1, 1, 1.015625]))  # ties to even


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64, np.int64])
def test_any_numbers_are_taken(dtype):
    values = np.arange(ENTRIES).astype(dtype)
    np.testing.assert_array_equal(network("float16").model.run({"x": {"v0": values}})["p0"], values)


@pytest.mark.parametrize(("type_name", "number"), [("float16", 65520.0), ("bfloat16", 3.4e38)])
def test_what_would_become_infinite_is_refused(type_name, number):
    with pytest.raises(ValueRefused, match=rf"variable 'v0' of input 'x': .* does not fit into {type_name}"):
        network(type_name).model.run({"x": {"v0": np.float32([1, number])}})
