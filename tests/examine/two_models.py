"""A small tagger of jets with tracks, which tests change in one place, and events for it."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from lading.endpoints import Axis, Input, Label, Mask, Missing, Output, Variable
from lading.graph import Graph, Node
from lading.model import Model

RANDOM = np.random.default_rng(17)
WEIGHTS = {"w": RANDOM.normal(size=(2, 6)).astype(np.float32), "v": RANDOM.normal(size=(9, 3)).astype(np.float32)}


def tagger(change: Callable[[Model], object] | None = None) -> Model:
    """A deep set of tracks beside three numbers of the jet; ``change`` edits it before it is given."""
    made = Model("tagger", "1.0", axes={
        "jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", max=5, order="pt descending")})
    made.input_list = [
        Input("jets", ["jet", "variable"], "float32", [
            Variable("pt", "GeV", prepare=["log1p", {"subtract": 1.5}]),
            Variable("eta", "1", "pseudorapidity"),
            Variable("mass", "GeV", missing=Missing(["nan", -9], 5), prepare=[{"divide": 7}])]),
        Input("tracks", ["jet", "track", "variable"], "float32", [
            Variable("d0", "mm", prepare=[{"divide": 0.5}]), Variable("z0", "mm", prepare=[{"clip": [-2, 2]}])]),
    ]
    made.output_list = [Output("flavour", ["jet", "label"], "float32", [Label(n) for n in ("p_b", "p_c", "p_u")],
                               when_empty={"track": [0.2, 0.3, 0.5]})]
    made.weights = dict(WEIGHTS)
    made.graphs["main"] = Graph([
        Node("1", "MatMul", ["tracks", "w"], ["h"]),
        Node("2", "Tanh", ["h"], ["t"]),
        Node("3", "ReduceSum", ["t", np.array([1])], ["s"], {"keepdims": 0}),
        Node("4", "Concat", ["jets", "s"], ["c"], {"axis": 1}),
        Node("5", "MatMul", ["c", "v"], ["l"]),
        Node("6", "Softmax", ["l"], ["flavour"]),
    ])
    if change is not None:
        change(made)
    return made


def jets(model: Model) -> list[Variable]:
    return model.input_list[0].variable_list


def tracks(model: Model) -> list[Variable]:
    return model.input_list[1].variable_list


def plain(*names: str, shape: int = 3, output: str = "out", axis: str = "entry", type: str = "float32",
          name: str = "values") -> Model:
    """Numbers that are doubled: named, or ``shape`` columns without names."""
    made = Model("plain", axes={axis: Axis(axis, "entry")})
    made.input_list = [Input(name, [axis, "variable" if names else shape], type, [Variable(n) for n in names])]
    made.output_list = [Output(output, [axis, len(names) or shape], type)]
    made.graphs["main"] = Graph([Node("double", "Add", [name, name], [output])])
    return made


def masked(present: float = 1.0) -> Model:
    """Tracks and a mask, counted."""
    made = Model("masked", axes={"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", min=3)})
    made.input_list = [Input("tracks", ["jet", "track", "variable"], "float32", [Variable("d0", "mm")]),
                       Input("here", ["jet", "track"], "float32", mask=Mask("track", present, 0))]
    made.output_list = [Output("count", ["jet"], "float32")]
    made.graphs["main"] = Graph([Node("sum", "ReduceSum", ["here", np.array([1])], ["count"], {"keepdims": 0})])
    return made


def events(entries: int = 60) -> dict[str, object]:
    random = np.random.default_rng(3)
    counts = random.integers(0, 9, entries)
    of_jets = {"pt": random.exponential(40, entries), "eta": random.normal(0, 1, entries),
               "mass": random.exponential(7, entries)}
    of_tracks = {name: (random.normal(0, 1, counts.sum()), counts) for name in ("d0", "z0")}
    return {"jets": of_jets, "tracks": of_tracks}
