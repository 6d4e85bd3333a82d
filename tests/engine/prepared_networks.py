"""Networks that show their inputs: preparation, missing values, categories."""

from __future__ import annotations

from typing import Any

import numpy as np
from written_network import ENTRIES, Network, numbers

from lading.endpoints import Input, Missing, Variable

STEPS: list[list[Any]] = [
    [],
    [{"subtract": 0.3}, {"divide": 1.7}],
    [{"add": 0.1}, {"multiply": 0.7}],
    ["abs", "sqrt"],
    ["abs", {"add": 0.01}, "log"],
    ["abs", {"add": 0.01}, "log10", {"subtract": 4.3}],
    ["abs", "log1p"],
    [{"clip": [-0.5, 1.25]}, "float32", {"divide": 3}],
]
MISSING = [None, Missing(["nan", -1.0], 0.5), Missing([{"above": 1.5}, {"below": -1.25}], 0.25), Missing(["inf"], 3)]


def preparation(type_name: str, raw: str) -> Network:
    """All steps and rules for missing values, with slots of one type and a tensor of another."""
    net = Network(f"preparation of {raw} to {type_name}", dtype=type_name)
    net.sequence("track", 9, min=2, max=6, keep="last", pad=-1)
    for name, axes in (("jets", ["jet", "variable"]), ("tracks", ["jet", "track", "variable"])):
        variables, items = [], ENTRIES if name == "jets" else int(net.counts["track"].sum())
        for i, (steps, missing) in enumerate((s, m) for s in STEPS for m in MISSING):
            if raw == "int64":
                missing = None if missing is None else Missing([{"above": 5}, -3], 2)
            variables.append(Variable(f"v{i}", raw=raw, prepare=steps, missing=missing))
            values = numbers(200 + i, items, low=-2, high=2)
            values[1::7], values[2::11] = (-1, np.nan) if missing and "nan" in missing.when else (1, 0)
            if missing and "inf" in missing.when:
                values[3::13] = -np.inf
            net.columns[name, f"v{i}"] = (values * 4 if raw == "int64" else values).astype(raw)
        net.model.input_list.append(Input(name, axes, type_name, variables))
        net.output(net.node("Neg", name), *axes[:-1], "label", labels=len(variables))
    return net


def categories() -> Network:
    """Integers that become places, flags that hide, a value per jet given to each track, with rules of its own."""
    net = Network("categories", dtype="int64")
    net.sequence("track", 9)
    items, hidden = int(net.counts["track"].sum()), numbers(6, ENTRIES) > 0.3
    charge = Variable("charge", raw="int64", categories=[-1, 0, 1], unknown=3)
    net.model.input_list = [
        Input("jets", ["jet", "variable"], "float32", [
            Variable("pt", missing=Missing([-999, {"flag": "bad"}], 0.5), prepare=[{"multiply": 3}]), Variable("bad")]),
        Input("tracks", ["jet", "track", "variable"], "float32", [
            Variable("d0"), Variable("bad"), Variable("jet_pt", source="jets.pt", prepare=["abs", "sqrt"]),
            Variable("other_pt", source="jets.pt", missing=Missing([-998, {"flag": "bad"}], 2))]),
        Input("kinds", ["jet", "track", "variable"], "int64", [charge]),
    ]  # fmt: skip
    net.columns = {
        ("jets", "pt"): np.where(hidden, np.resize([-999, -998], ENTRIES), numbers(1, ENTRIES)).astype(np.float32),
        ("jets", "bad"): (numbers(2, ENTRIES) > 0.5).astype(np.float32),
        ("tracks", "d0"): numbers(3, items).astype(np.float32),
        ("tracks", "bad"): (numbers(5, items) > 0.5).astype(np.float32),
        ("kinds", "charge"): numbers(4, items, low=-3, high=4).astype(np.int64),
    }
    net.output(net.node("Identity", "jets"), "jet", "label", labels=2, dtype="float32")
    net.output(net.node("Identity", "tracks"), "jet", "track", "label", labels=4, dtype="float32")
    table = net.node("Gather", np.float32([0.5, -2, 3, 7]), "kinds", axis=0)
    net.output(table, "jet", "track", "label", labels=1, dtype="float32")
    return net
