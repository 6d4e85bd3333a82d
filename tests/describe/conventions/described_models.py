"""Models that do nothing to their inputs, so that what comes out is what was prepared."""

from __future__ import annotations

from lading.bundle import to_buffers
from lading.describe import apply_all
from lading.endpoints import Axis, Input, Output
from lading.graph import Graph, Node
from lading.model import Model


def flat(count, name="x", **record):
    """``count`` numbers for each entry, and the same ones out."""
    model = Model(name="net", origin="net.onnx", names={"from source": {}})
    model.graphs = {"main": Graph([Node("copy", "Identity", [name], ["y"])])}
    model.axes = {"entry": Axis("entry", "entry")}
    model.input_list, model.output_list = [Input(name, ["entry", count])], [Output("y", ["entry", count])]
    model.record = {"origin": {"format": "onnx", **record}}
    return model


def tagger(**inputs):
    """Inputs by name with their axes, each with an output ``NAME_out`` that holds the same; ``n`` are sequences."""
    model = Model(name="tagger", origin="tagger.onnx", names={"from source": {}})
    nodes = [Node(f"copy_{name}", "Identity", [name], [f"{name}_out"]) for name in inputs]
    model.graphs = {"main": Graph(nodes)}
    sequences = {use for axes in inputs.values() for use in axes if isinstance(use, str) and use != "entry"}
    model.axes = {"entry": Axis("entry", "entry"), **{n: Axis(n, "sequence", of="entry") for n in sorted(sequences)}}
    model.input_list = [Input(name, list(axes)) for name, axes in inputs.items()]
    model.output_list = [Output(f"{name}_out", list(axes)) for name, axes in inputs.items()]
    model.record = {"origin": {"format": "onnx"}}
    return model


def described(model, *papers):
    """The model under papers, good enough to be saved; and what was remarked."""
    remarks = []
    found = apply_all(model, list(papers), lambda text, _: remarks.append(text))
    to_buffers(found)
    return found, remarks
