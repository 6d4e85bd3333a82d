"""Models that give back what they are fed: what comes out is what the engine took in."""

from __future__ import annotations

from lading.endpoints import Axis, Input, Label, Output, Variable
from lading.graph import Graph, Node
from lading.model import Model


def jets_and_tracks(**sequence) -> Model:
    """Jets with pt and eta, tracks with d0 and z0; ``out_jets`` and ``out_tracks`` are the same numbers."""
    made = Model("mirror")
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", **sequence)}
    made.input_list = [
        Input("jets", ["jet", "variable"], "float32", [Variable("pt", "MeV"), Variable("eta", "1")]),
        Input("tracks", ["jet", "track", "variable"], "float32", [Variable("d0", "mm"), Variable("z0", "mm")]),
    ]
    made.output_list = [
        Output("out_jets", ["jet", "label"], "float32", [Label("p_pt"), Label("p_eta")]),
        Output("out_tracks", ["jet", "track", "label"], "float32", [Label("p_d0"), Label("p_z0")]),
    ]
    made.graphs["main"] = Graph([
        Node("a", "Identity", ["jets"], ["out_jets"]),
        Node("b", "Identity", ["tracks"], ["out_tracks"]),
    ])
    return made


def one_input(*variables: Variable, type: str = "float32", name: str = "jets") -> Model:
    """One input per entry; ``out`` holds its numbers, a label for each variable."""
    made = Model("mirror")
    made.axes = {"jet": Axis("jet", "entry")}
    made.input_list = [Input(name, ["jet", "variable"], type, list(variables))]
    made.output_list = [Output("out", ["jet", "label"], type, [Label(f"p_{v.name}") for v in variables])]
    made.graphs["main"].nodes = [Node("a", "Identity", [name], ["out"])]
    return made


def one_sequence(*variables: Variable, type: str = "float32", **sequence) -> Model:
    """One input along a sequence; ``out`` holds its numbers."""
    made = Model("mirror")
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", **sequence)}
    made.input_list = [Input("tracks", ["jet", "track", "variable"], type, list(variables))]
    made.output_list = [Output("out", ["jet", "track", "label"], type, [Label(f"p_{v.name}") for v in variables])]
    made.graphs["main"].nodes = [Node("a", "Identity", ["tracks"], ["out"])]
    return made


def nameless(*shape: int, type: str = "float32") -> Model:
    """One input ``x`` whose slots have no names."""
    made = Model("mirror")
    made.axes = {"jet": Axis("jet", "entry")}
    made.input_list = [Input("x", ["jet", *shape], type)]
    made.output_list = [Output("out", ["jet", *shape], type)]
    made.graphs["main"].nodes = [Node("a", "Identity", ["x"], ["out"])]
    return made
