"""Which things are functions of JAX, and how lengths are written down; without JAX."""

from __future__ import annotations

import importlib.util
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import lading
from lading import FormatError, MissingPackage, UnsupportedError
from lading.bundle.evaluate import OPERATORS
from lading.endpoints import Input, Output
from lading.evaluation import evaluator
from lading.graph import Graph
from lading.model import Model
from lading.sources import jax, recognise_object
from lading.sources.jax_file.lowering import Lowering
from lading.sources.jax_file.rules import RULES
from lading.sources.wiring import Wiring


def thing_of(package: str):
    return type("Thing", (), {"__module__": f"{package}.nn", "__call__": lambda self, x: x})()


def test_things_of_jax_are_told(monkeypatch):
    for package in ("flax", "equinox", "jaxlib"):
        assert jax.holds(thing_of(package))
    assert jax.holds((thing_of("flax"), {"params": {}})) and not jax.holds((1, 2)) and not jax.holds(thing_of("keras"))
    monkeypatch.delitem(sys.modules, "jax", raising=False)
    assert not jax.holds(lambda x: x)
    monkeypatch.setitem(sys.modules, "jax", SimpleNamespace())
    assert recognise_object(lambda x: x) is jax


def test_no_file_is_of_jax(tmp_path):
    (tmp_path / "file").write_bytes(b"jax")
    assert not jax.recognises(tmp_path / "file")
    with pytest.raises(FormatError, match="models of JAX are read from memory"):
        jax.read(tmp_path / "file")


def test_the_missing_package_is_named(monkeypatch):
    here = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, *rest: None if name == "jax" else here(name, *rest))
    with pytest.raises(MissingPackage, match="needs the package jax: pip install jax"):
        lading.convert(thing_of("equinox"), np.ones(3))


class Length:
    """A symbolic length, as JAX prints it."""

    def __init__(self, text):
        self.text = text

    def __str__(self):
        return self.text


def lowering() -> Lowering:
    model = Model()
    inputs = [SimpleNamespace(aval=SimpleNamespace(shape=(Length("batch"), Length("track"), 5)))]
    return Lowering(Wiring(model, []), ["tracks"], inputs, "here")


@pytest.mark.parametrize(("text", "expected"), [
    ("batch", 3), ("track", 7), ("batch*track", 21), ("2*track - 1", 13), ("-1*batch + track", 4), ("track + 1", 8),
])  # fmt: skip
def test_lengths_are_written_as_arithmetic(text, expected):
    writing = lowering()
    writing.give("length", writing.length(Length(text)))
    model = writing.wiring.model
    model.input_list, model.output_list = [Input("tracks", ["entry", "track", 5])], [Output("length", [1], "int64")]
    model.graphs = {"main": Graph(writing.wiring.nodes)}
    assert evaluator(model)({"tracks": np.zeros((3, 7, 5), np.float32)})["length"].tolist() == [expected]


def test_lengths_beyond_arithmetic_are_refused():
    with pytest.raises(UnsupportedError, match=r"a length of it is mod\(track, 4\), which is more than sums"):
        lowering().length(Length("mod(track, 4)"))


def test_rules_are_known_operators_or_functions():
    assert len(RULES) > 70
    assert {"Einsum", "MatMul", "Relu", "TopK", "Expand"} <= set(OPERATORS)


def test_primitives_without_a_rule_are_named():
    primitive = SimpleNamespace(primitive=SimpleNamespace(name="sort"), params={}, source_info=None)
    with pytest.raises(UnsupportedError, match="here: the primitive 'sort' has no counterpart here"):
        lowering().equation(primitive, [])
    loop = SimpleNamespace(primitive=SimpleNamespace(name="scan"), params={"jaxpr": None}, source_info=None)
    with pytest.raises(UnsupportedError, match=r"a loop .* has no counterpart here"):
        lowering().equation(loop, [])
