"""Trainings of one small tagger of jets with tracks, which differ in all that folds may differ in, and events."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from lading.bundle.evaluate import evaluate
from lading.endpoints import Axis, Input, Label, Missing, Output, Variable
from lading.graph import Graph, Node, Subgraph
from lading.model import Model, Samples

SHARED = np.array([[1, -1], [0.5, 2]], np.float32)


def training(seed: int, batched: bool = True, samples: int = 0) -> Model:
    """A deep set with numbers of its own; one weight is the same in all. ``samples``: entries of its self-test."""
    random = np.random.default_rng(seed)
    made = Model("tagger", "1.0", axes={"track": Axis("track", "sequence", of="jet", min=2, max=4),
                                        "jet": Axis("jet", "entry")})  # fmt: skip
    entry: list[str | int] = ["jet"] if batched else []
    shift = float(random.normal())
    made.input_list = [
        Input("jets", [*(entry or [1]), "variable"], "float32", [
            Variable("pt", "GeV", missing=Missing(["nan", -9], 20 + seed), prepare=["log1p", {"subtract": shift}]),
            Variable("eta", "1")]),
        Input("tracks", [*entry, "track", "variable"], "float32", [
            Variable("d0", "mm", prepare=[{"divide": 2 + seed}], pad=0.25 * seed),
            Variable("pt", source="jets.pt", prepare=[{"divide": 30 + seed}])]),
    ]  # fmt: skip
    made.output_list = [Output("flavour", [*(entry or [1]), "label"], "float32", [Label("p_b"), Label("p_u")],
                               when_empty={"track": [0.25, 0.75 + seed]})]  # fmt: skip
    made.weights = {"shared": SHARED, "dense.w": random.normal(size=(4, 2)).astype(np.float32)}
    made.graphs = {
        "main": Graph([
            Node("mix", "MatMul", ["tracks", "shared"], ["h"]),
            Node("pool", "ReduceSum", ["h", np.array([-2])], ["pooled"], {"keepdims": 0 if batched else 1}),
            Node("join", "Concat", ["jets", "pooled"], ["joined"], {"axis": 1}),
            Node("dense", "MatMul", ["joined", "dense.w"], ["logit"]),
            Node("choose", "If", [np.array(seed % 2 == 0)], ["flavour"],
                 {"then_branch": Subgraph("softly", ["a"]), "else_branch": Subgraph("hardly", ["b"])}),
        ]),
        "softly": Graph([Node("softmax", "Softmax", ["logit"], ["a"])]),
        "hardly": Graph([Node("sigmoid", "Sigmoid", ["logit"], ["b"])]),
    }  # fmt: skip
    made.names = {"from source": {}}
    made.record = {"licence": "CC-BY-4.0", "training": {"seed": seed}}
    if samples:
        fed, counts = events(samples, seed)
        given = {(name, variable): values for name, columns in fed.items() for variable, values in columns.items()}
        made.samples = Samples(given, counts, scores(made, fed, counts))
    return made


def events(entries: int, seed: int = 1) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
    """Values by input and variable, and the counts of tracks: some jets have none, some more than are kept."""
    random = np.random.default_rng(seed)
    counts = random.integers(0, 7, entries)
    pt = np.where(random.random(entries) < 0.2, -9, random.exponential(40, entries)).astype(np.float32)
    jets = {"pt": pt, "eta": random.normal(size=entries).astype(np.float32)}
    return {"jets": jets, "tracks": {"d0": random.normal(size=counts.sum()).astype(np.float32)}}, {"track": counts}


def scores(model: Model, fed: dict[str, Any], counts: dict[str, np.ndarray]) -> dict[str, np.ndarray]:
    """What the one-file evaluator gives."""
    from lading.bundle.encode import encode_model
    from lading.bundle.evaluate import Bundle

    return evaluate(Bundle(encode_model(model, None, None), model.weights), fed, counts)


def flavour_by_keys(model: Model, folder: Path) -> tuple[np.ndarray, np.ndarray]:
    """60 random keys, and what the saved model gives for the events with them."""
    (fed, counts), keys = events(60), np.random.default_rng(2).integers(-(2**62), 2**62, 60)
    model.save(folder)
    return keys, evaluate(folder, with_key(fed, keys), counts)["flavour"]


def with_key(fed: dict[str, Any], keys: np.ndarray) -> dict[str, Any]:
    return {**fed, "event": {"event_number": keys}}
