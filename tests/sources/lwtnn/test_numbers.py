"""Converted networks give lwtnn's numbers: by its formulas on raw events, and by lwtnn itself inside correctionlib."""

from __future__ import annotations

import json

import correctionlib
import numpy as np
import pytest
from lwtnn_events import entry_of, events_for
from lwtnn_formulas import evaluate
from lwtnn_networks import NETWORKS, Maker

import lading

NEEDS_STEPS = {"valid_convolution": 3}


def scores_of(scores, output, at):
    """What one entry got; per-step results come back as (values, counts)."""
    values = scores[output]
    if isinstance(values, tuple):
        ends = np.cumsum(values[1])
        return values[0][ends[at] - values[1][at] : ends[at]]
    return values[at]


@pytest.mark.parametrize(("type_", "near"), [("float32", 1e-6), ("float64", 1e-7), (None, 1e-6)])
@pytest.mark.parametrize("name", NETWORKS)
def test_numbers_are_those_of_the_formulas(file_of, name, type_, near):
    network = NETWORKS[name]
    model = lading.convert(file_of(network), type=type_)
    events = events_for(model, NEEDS_STEPS.get(name, 0))
    scores = model.run(events)
    expected = [evaluate(network, *entry_of(model, events, at)) for at in range(6)]
    for output, source in model.record["origin"]["outputs"].items():
        scale = max(np.abs(each[source]).max(initial=0) for each in expected)
        for at, each in enumerate(expected):
            given = scores_of(scores, output, at)
            assert given.shape == each[source].shape
            assert np.abs(given - each[source]).max(initial=0) <= near * scale


@pytest.mark.parametrize("name", NETWORKS)
def test_the_bundle_says_the_same_everywhere(file_of, tmp_path, name):
    model = lading.convert(file_of(NETWORKS[name]))
    model.save(tmp_path / "bundle")
    again = lading.load(tmp_path / "bundle")
    assert again.check().passed
    assert model.agreement["with"] == "lwtnn's formulas in double precision"
    assert max(each["difference"] for each in model.agreement["outputs"].values()) <= 1e-6


@pytest.mark.parametrize("name", ["activations", "dense", "maxout_highway", "defaults"])
def test_lwtnn_itself_inside_correctionlib_agrees(file_of, name):
    network = NETWORKS[name]
    names = [each["name"] for each in network["inputs"]]
    corrections = [
        {"name": label, "version": 1, "inputs": [{"name": each, "type": "real"} for each in names],
         "output": {"name": label, "type": "real"},
         "data": {"nodetype": "lwtnn", "opaque": network,
                  "finalizer": {"nodetype": "formula", "parser": "TFormula", "expression": "x", "variables": [label]}}}
        for label in network["outputs"]
    ]  # fmt: skip
    text = json.dumps({"schema_version": 2, "corrections": corrections})
    model = lading.convert(file_of(text), type="float64")
    events = events_for(model)
    scores = model.run(events)
    loaded = correctionlib.CorrectionSet.from_string(text)
    for label in network["outputs"]:
        expected = loaded[label].evaluate(*(events["inputs"][each] for each in names))
        assert np.abs(scores[label] - expected).max() <= 1e-8 * np.abs(expected).max()
    assert model.record["origin"]["correction"] == network["outputs"][0]


def test_a_network_that_loses_too_much_in_float32_is_computed_in_float64(file_of):
    network = NETWORKS["dense"]
    shift = {"architecture": "normalization", "weights": [1.0] * 4, "bias": [3e5] * 4}
    back = {"architecture": "normalization", "weights": [1.0] * 4, "bias": [-3e5] * 4}
    cancelling = {**network, "layers": [network["layers"][0], shift, back, *network["layers"][1:]]}
    assert lading.convert(file_of(network)).inputs["inputs"].type == "float32"
    said = []
    model = lading.convert(file_of(cancelling), progress=lambda text, found=False: said.append(text))
    assert model.inputs["inputs"].type == "float64"
    assert any("computes in float64 as lwtnn does" in text for text in said)


def test_float64_keeps_weights_beyond_float32(file_of):
    network = json.loads(json.dumps(NETWORKS["dense"]))
    network["layers"][0]["weights"][0] = 1e60
    assert lading.convert(file_of(network)).inputs["inputs"].type == "float64"
    with pytest.raises(lading.FormatError, match=r"dense\.w has numbers beyond float32; convert with type float64"):
        lading.convert(file_of(network), type="float32")


def test_categories_that_do_not_exist_are_refused(file_of):
    model = lading.convert(file_of(NETWORKS["embedded"]))
    row = {"grade": ([2.0], [1]), "d0": ([0.1], [1]), "z0": ([0.2], [1])}
    model.run({"inputs": row})
    for wrong in (4.0, -1.0, 0.5):
        with pytest.raises(lading.ValueRefused, match=r"is not one of its categories \(0, 1, 2, 3\)"):
            model.run({"inputs": row | {"grade": ([wrong], [1])}})


def test_a_category_behind_an_offset_is_fed_as_it_is(file_of):
    network = json.loads(json.dumps(NETWORKS["embedded"]))
    network["inputs"][0] |= {"offset": -1, "scale": 0.5}
    model = lading.convert(file_of(network))
    assert model.inputs["inputs"].variables["grade"].categories == [1, 3, 5, 7]
    network["inputs"][0] |= {"offset": 0.3}
    with pytest.raises(lading.UnsupportedError, match="'grade' of 'inputs' is a category"):
        lading.convert(file_of(network))


def test_missing_values_become_the_defaults(file_of):
    model = lading.convert(file_of(NETWORKS["defaults"]))
    nan, inf = np.nan, np.inf
    given = model.run({"inputs": {"a": [1.0, 1.0, 1.0], "b": [nan, -inf, inf], "c": [inf, 2.0, nan]}})["outputs"]
    expected = model.run({"inputs": {"a": [1.0] * 3, "b": [-1.5] * 3, "c": [2.0] * 3}})["outputs"]
    assert np.array_equal(given, expected)
    assert np.isnan(model.run({"inputs": {"a": [nan], "b": [1.0], "c": [1.0]}})["outputs"]).all()


def test_a_variable_that_stands_there_twice_is_fed_once(file_of):
    make = Maker(30)
    network = {"inputs": make.variables("a", "b", "a"), "layers": [make.dense(3, 2)], "outputs": ["x", "y"]}
    model = lading.convert(file_of(network))
    given = model.run({"inputs": {"a": [0.5], "b": [-2.0]}})["outputs"][0]
    expected = evaluate(network, {"inputs": {"a": 0.5, "b": -2.0}}, {})["compute/outputs"]
    assert np.abs(given - expected).max() <= 1e-6 * np.abs(expected).max()
