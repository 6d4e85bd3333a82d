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


def neighbours(type_name: str, raw: str) -> Network:
    """Variables side by side that are prepared by the same verbs, each with its own numbers: more than go at once."""
    net = Network(f"neighbours of {raw} to {type_name}", dtype=type_name)
    alike: list[list[Any]] = [
        [], [{"subtract": 0.3}, {"divide": 1.7}], [{"clip": [-0.5, 1.25]}, "float32", {"multiply": 3}],
        ["abs", {"add": 0.01}, "log", "abs", "sqrt"]]  # fmt: skip
    rules = [None, ["nan"], ["nan", "inf"]]
    variables: list[Variable] = []
    for steps, when in ((steps, when) for steps in alike for when in rules):
        for i in range(66 if steps is alike[1] and not when else 4):
            own = [_moved(step, i / 64) if isinstance(step, dict) else step for step in steps]
            name, values = f"v{len(variables)}", numbers(400 + len(variables), ENTRIES, low=-2, high=2)
            if when:
                values[i % 3 :: 7] = np.nan
            if when and "inf" in when:
                values[i % 5 :: 11] = np.inf
            variables.append(Variable(name, raw=raw, prepare=own, missing=when and Missing(when, i / 8)))
            net.columns["jets", name] = values.astype(raw)
    net.model.input_list.append(Input("jets", ["jet", "variable"], type_name, variables))
    net.output(net.node("Neg", "jets"), "jet", "label", labels=len(variables))
    return net


def _moved(step: dict[str, Any], by: float) -> dict[str, Any]:
    """The verb with other numbers."""
    ((verb, number),) = step.items()
    return {verb: [x + by for x in number] if isinstance(number, list) else number + by}


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
