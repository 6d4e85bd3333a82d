"""Every convention to the bit: engine and evaluator against the formula computed number by number.

The formulas below are written from the code of the experiments, value by value, and share nothing with lading.
"""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from described_models import described, flat, tagger

from lading.bundle.evaluate import evaluate

F, D = np.float32, np.float64
RNG = np.random.default_rng(5)


def float32s(count):
    """Ordinary numbers, any bits at all, and the ones that trouble people."""
    one_more = np.nextafter(F(1e32), F(0))
    special = [np.nan, np.inf, -np.inf, 0.0, -0.0, 1e-45, -1e-40, 1e32, -1e32, one_more, -one_more, 3.4e38, -3.4e38]
    any_bits = RNG.integers(0, 2**32, count, dtype=np.uint32).view(F)
    return np.concatenate([np.array(special, F), RNG.normal(0, 5, count).astype(F), any_bits])


def same_bits(got, wanted):
    """Equal bits; a NaN is a NaN."""
    got, wanted = np.asarray(got, F).ravel(), np.asarray(wanted, F).ravel()
    assert got.shape == wanted.shape
    differ = (got.view(np.uint32) != wanted.view(np.uint32)) & ~(np.isnan(got) & np.isnan(wanted))
    assert not differ.any(), (got[differ][:3], wanted[differ][:3])


@pytest.fixture(autouse=True)
def quiet():
    with np.errstate(all="ignore"):
        yield


def cut(y, low, high):
    return low if y < low else high if high < y else y


# ------------------------------------------------------------------------------------------------------- CMS


def of_cms(x, info):
    """center_norm_pad and catch_infs of cmssw, for one float."""
    instead = not np.isfinite(x) or float(x) < -1e32 or float(x) > 1e32
    v = F(info["replace_inf_value"]) if instead else x
    y = F(F(v - F(info["median"])) * F(info["norm_factor"]))
    return cut(y, F(info["lower_bound"]), F(info["upper_bound"]))


def info(median, factor, instead, low, high, **pad):
    return {"median": median, "norm_factor": factor, "replace_inf_value": instead, "lower_bound": low,
            "upper_bound": high, **pad}  # fmt: skip


INFOS = {
    "pt_log": info(1.0969, 1.7012345, 0, -5, 5), "charge": info(0, 1, 0, -1e32, 1e32, pad=0),
    "dz": info(-0.003, 1e-3, -1.5, -1e32, 1e32, pad=-1), "odd": info(0, 1, 7, -1e32, 5, pad=0.1),
}  # fmt: skip


def preprocess(least=2, most=6, **groups):
    groups = groups or {"pf_features": list(INFOS)}
    lengths = {"min_length": least, "max_length": most}
    return {"input_names": list(groups), "output_names": []} | {
        group: {"var_names": names, "var_infos": {n: INFOS[n] for n in names}, **lengths}
        for group, names in groups.items()}  # fmt: skip


def tensor_of_cms(values, infos, least, most):
    """[variables, elements] as make_inputs of cmssw fills it."""
    n = len(next(iter(values.values())))
    length = min(max(n, least), most)
    return np.array([[of_cms(values[v][i], info) if i < n else F(info.get("pad", 0)) for i in range(length)]
                     for v, info in infos.items()], F)  # fmt: skip


def test_the_preparation_of_cms():
    model, _ = described(tagger(pf_features=["entry", 4, "n"]), preprocess(1, 100000))
    x = float32s(20000)
    values = {"pt_log": x, "charge": x[::-1].copy(), "dz": np.roll(x, 5), "odd": np.roll(x, 9)}
    out = model.run({"pf_features": {name: (v, [len(x)]) for name, v in values.items()}})["pf_features_out"]
    wanted = tensor_of_cms(values, INFOS, 1, 100000)
    same_bits(out[0], wanted.T)
    assert np.isnan(x).any() and (np.abs(x) > 1e32).sum() > 100


@pytest.mark.parametrize("count", [0, 1, 2, 5, 6, 9])
def test_the_lengths_of_cms(count):
    """Padded to min_length after the preparation, cut to max_length, the first ones kept."""
    model, _ = described(summing(), preprocess(2, 6))
    values = {name: RNG.normal(0, 2, count).astype(F) for name in INFOS}
    total = model.run({"pf_features": {name: (v, [count]) for name, v in values.items()}})
    same_bits(total["first"], tensor_of_cms(values, INFOS, 2, 6)[:, 0])
    same_bits(total["last"], tensor_of_cms(values, INFOS, 2, 6)[:, -1])


def summing():
    """The first and the last element of a sequence, as the network sees them."""
    from lading.endpoints import Output
    from lading.graph import Graph, Node

    model = tagger(pf_features=["entry", 4, "n"])
    model.graphs = {"main": Graph([
        Node(name, "Gather", ["pf_features", np.int64(at)], [name], {"axis": 2})
        for name, at in (("first", 0), ("last", -1))])}  # fmt: skip
    model.output_list = [Output("first", ["entry", 4]), Output("last", ["entry", 4])]
    return model


def test_scaler_txt_of_cms():
    text = ("fbrem stdscale -0.32872911078570327 0.42746289760691814\n"
            "r9 minmax 0.1 2.3000000000000003\n  abs(deta)  custom1 -1.7 0.33\nn other 3 4\n\n")  # fmt: skip
    x = float32s(20000)
    model, _ = described(flat(4), write("scaler.txt", text))
    out = model.run({"x": {"fbrem": x, "r9": x, "abs(deta)": x, "n": x}})["y"]
    p1, p2 = F("-0.32872911078570327"), F("0.42746289760691814")
    same_bits(out[:, 0], [F(F(v - p1) / p2) for v in x])
    p1, p2 = F("0.1"), F("2.3000000000000003")
    same_bits(out[:, 1], [F(F(v - p1) / F(p2 - p1)) for v in x])
    p1, p2 = F("-1.7"), F("0.33")  # the last difference is one of doubles, rounded to a float
    same_bits(out[:, 2], [F(D(F(F(F(2) * F(v - p1)) / F(p2 - p1))) - 1.0) for v in x])
    same_bits(out[:, 3], x)


def test_decimals_of_scaler_txt_are_read_as_floats():
    """A stream rounds a decimal once, to float; by way of double this one comes out one float lower."""
    halfway = "1.00000005960464477539062500000000001"
    assert F(float(halfway)) == 1
    model, _ = described(flat(1), write("scaler.txt", f"a stdscale {halfway} 2\n"))
    assert model.inputs["x"].variables["a"].prepare[0] == {"subtract": float(np.nextafter(F(1), F(2)))}


def test_limits_of_cms_l2tau():
    papers = {"a": {"mean": 2.4827, "std": 242.7794, "min": -5.0, "max": 5.0},
              "b": {"mean": 0.0, "std": 0.4999, "min": -1.0, "max": 1.0}}  # fmt: skip
    x = float32s(20000)
    model, remarks = described(flat(2), write("NormalizationDict.json", json.dumps(papers)))
    out = model.run({"x": {"a": x, "b": x}})["y"]
    for at, p in enumerate(papers.values()):
        wanted = [F(F(v - F(p["mean"])) / F(p["std"])) for v in x]
        same_bits(out[:, at], [cut(y, F(p["min"]), F(p["max"])) for y in wanted])
    assert any("in which order" in text for text in remarks)


# ----------------------------------------------------------------------------------------- in double precision


def doubles(count):
    return np.concatenate([[0.0, -0.0, 1e-320, 1e30, -1e30], RNG.normal(0, 300, count)])


def test_lwtnn_and_gnn_config_add_then_multiply():
    variables = [{"name": "pt", "offset": -41234.5678901, "scale": 2.345e-5}, {"name": "eta", "offset": 0, "scale": 1}]
    x = doubles(20000)
    for papers in ({"inputs": [{"name": "x", "variables": variables}], "input_sequences": [], "outputs": []},
                   {"inputs": variables, "class_labels": []},
                   {"inputs": [{"name": "x", "variables": variables}], "input_sequences": [], "layers": [],
                    "nodes": [], "onnx_model_version": "v1"}):  # fmt: skip
        model, _ = described(flat(2), papers)
        out = model.run({"x": {"pt": x, "eta": x}})["y"]
        same_bits(out[:, 0], [F(D(v + D(-41234.5678901)) * D(2.345e-5)) for v in x])
        same_bits(out[:, 1], x.astype(F))


def test_sidecars_subtract_then_divide():
    papers = {"variables": ["m", "r"], "scale": [47.20694643363743, 0.8563803577167377], "offset": [59.4, -0.1375]}
    x = doubles(20000)
    model, _ = described(flat(2), papers)
    out = model.run({"x": {"m": x, "r": x}})["y"]
    for at in (0, 1):
        same_bits(out[:, at], [F(D(v - D(papers["offset"][at])) / D(papers["scale"][at])) for v in x])


def test_metadata_add_the_mean_and_multiply_by_the_std():
    papers = {"input_0": "m", "m_mean": "-47.20694643363743", "m_std": "0.0168347833409116", "input_1": "r"}
    x = doubles(20000)
    model, _ = described(flat(2), papers)
    out = model.run({"x": {"m": x, "r": x}})["y"]
    same_bits(out[:, 0], [F(D(v + D(-47.20694643363743)) * D(0.0168347833409116)) for v in x])
    same_bits(out[:, 1], x.astype(F))


def test_defaults_stand_in_before_the_scaling():
    papers = {"inputs": [{"name": "a", "offset": 1.0, "scale": 2.0, "default": 5.0}]}
    model, _ = described(flat(1), papers)
    assert model.run({"x": {"a": [np.nan, np.inf, -np.inf, 3.0]}})["y"].ravel().tolist() == [12, 12, 12, 8]
    papers = {"inputs": [{"name": "a", "offset": 1.0, "scale": 2.0}], "defaults": {"a": -1}}
    assert described(flat(1), papers)[0].run({"x": {"a": [np.nan, 3.0]}})["y"].ravel().tolist() == [0, 8]


def test_a_table_prepares_in_the_order_of_its_columns():
    table = "name,unit,divide,subtract,missing\npt,GeV,3,0.1,7\neta,1,,,\n"
    x = doubles(2000)
    model, _ = described(flat(2), write("names.csv", table))
    assert model.inputs["x"].variables["pt"].unit == "GeV"
    out = model.run({"x": {"pt": x, "eta": x}})["y"]
    same_bits(out[:, 0], [F(F(F(v) / F(3)) - F(0.1)) for v in x])


def test_the_evaluator_gives_the_same_bits():
    """The second reader of the format prepares the values as the engine does, in a saved bundle."""
    model, _ = described(summing(), preprocess(2, 6))
    model.save("bundle")
    counts = [0, 1, 3, 6, 9]
    values = {name: float32s(6)[:19] for name in INFOS}
    wanted = evaluate("bundle", {"pf_features": values}, counts={"n": counts})
    got = model.run({"pf_features": {name: (v, counts) for name, v in values.items()}})
    for output in ("first", "last"):
        same_bits(got[output], wanted[output])


@pytest.fixture(autouse=True)
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)


def write(name, text):
    Path(name).write_text(text, encoding="utf-8")
    return name
