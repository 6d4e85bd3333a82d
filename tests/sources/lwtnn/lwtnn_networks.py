"""Networks of lwtnn's format with random weights, one for each thing that the format can say."""

from __future__ import annotations

from typing import Any

import numpy as np


class Maker:
    """Layers with random weights, as the format writes them."""

    def __init__(self, seed: int):
        self.random = np.random.default_rng(seed)

    def list_of(self, *shape: int, scale: float = 1.0) -> list[float]:
        return [float(each) for each in np.round(self.random.normal(size=shape) * scale, 6).ravel()]

    def affine(self, inputs: int, outputs: int) -> dict[str, Any]:
        return {"weights": self.list_of(outputs, inputs, scale=inputs**-0.5), "bias": self.list_of(outputs)}

    def dense(self, inputs: int, outputs: int, activation: Any = "tanh") -> dict[str, Any]:
        return {"architecture": "dense", "activation": activation, **self.affine(inputs, outputs)}

    def activation(self, activation: Any) -> dict[str, Any]:
        return {"architecture": "dense", "activation": activation, "weights": [], "bias": []}

    def normalization(self, values: int) -> dict[str, Any]:
        return {"architecture": "normalization", "activation": "linear", "weights": self.list_of(values),
                "bias": self.list_of(values)}  # fmt: skip

    def maxout(self, inputs: int, outputs: int, pieces: int) -> dict[str, Any]:
        return {"architecture": "maxout", "sublayers": [self.affine(inputs, outputs) for _ in range(pieces)]}

    def highway(self, values: int, activation: str = "rectified") -> dict[str, Any]:
        return {"architecture": "highway", "activation": activation,
                "components": {key: self.affine(values, values) for key in ("t", "carry")}}  # fmt: skip

    def recurrent(self, kind: str, inputs: int, units: int, activation: Any = "tanh", inner: str = "sigmoid") -> Any:
        gates = {"lstm": "ifoc", "gru": "zrh", "simplernn": "h"}[kind]
        parts = {gate: {**self.affine(inputs, units), "U": self.list_of(units, units, scale=0.5)} for gate in gates}
        return {"architecture": kind, "activation": activation, "inner_activation": inner, "components": parts}

    def conv1d(self, inputs: int, outputs: int, width: int, padding: str, dilation: int = 1,
               activation: Any = "rectified") -> dict[str, Any]:  # fmt: skip
        return {"architecture": "conv1d", "activation": activation, "padding": padding, "dilation_rate": dilation,
                "weights": self.list_of(outputs, inputs, width, scale=0.5), "bias": self.list_of(outputs)}  # fmt: skip

    def embedding(self, *pieces: tuple[int, int, int]) -> dict[str, Any]:
        """Pieces of (index, categories, outputs)."""
        return {"architecture": "embedding", "activation": "linear",
                "sublayers": [{"index": index, "n_out": outputs, "weights": self.list_of(outputs, categories)}
                              for index, categories, outputs in pieces]}  # fmt: skip

    def variables(self, *names: str) -> list[dict[str, Any]]:
        shifts, scales = self.list_of(len(names), scale=20), np.exp(self.random.normal(size=len(names)))
        return [{"name": name, "offset": shift, "scale": round(float(scale), 4)}
                for name, shift, scale in zip(names, shifts, scales, strict=True)]  # fmt: skip


def categories(variable: dict[str, Any]) -> dict[str, Any]:
    """A variable that is a category as it is fed."""
    return {**variable, "offset": 0, "scale": 1}


def node(kind: str, *sources: int, layer: int | None = None) -> dict[str, Any]:
    return {"type": kind, "sources": list(sources)} | ({} if layer is None else {"layer_index": layer})


def sequential(variables: list[Any], layers: list[Any], outputs: list[str]) -> dict[str, Any]:
    return {"inputs": variables, "layers": layers, "outputs": outputs}


def graph(inputs: dict[str, Any], sequences: dict[str, Any], nodes: list[Any], layers: list[Any],
          outputs: dict[str, tuple[int, list[str]]]) -> dict[str, Any]:  # fmt: skip
    given = {key: [{"name": name, "variables": each} for name, each in side.items()]
             for key, side in (("inputs", inputs), ("input_sequences", sequences))}  # fmt: skip
    said = {name: {"node_index": at, "labels": labels} for name, (at, labels) in outputs.items()}
    return {**given, "nodes": nodes, "layers": layers, "outputs": said}


# ------------------------------------------------------------------------------------------ sequential

ALPHA = {"elu": 0.7, "leakyrelu": 0.3, "swish": 1.3}


def activations(make: Maker) -> dict[str, Any]:
    names = ["linear", "sigmoid", "rectified", "tanh", "abs", "hard_sigmoid", "elu"]
    names += ["sigmoid_legacy", "tanh_legacy", "hard_sigmoid_legacy", "rectified_legacy"]
    names += [{"function": function, "alpha": alpha} for function, alpha in ALPHA.items()]
    layers = [make.dense(3, 6, names[0])]
    layers += [make.dense(6, 6, each) for each in names[1:]]
    return sequential(make.variables("a", "b", "c"), [*layers, make.activation("softmax")], [*"uvwxyz"])


def dense(make: Maker) -> dict[str, Any]:
    only_bias = {"architecture": "dense", "activation": "linear", "weights": [], "bias": make.list_of(4)}
    no_bias = {**make.dense(4, 4), "bias": []}
    layers = [make.dense(2, 4), only_bias, no_bias, make.dense(4, 1, "sigmoid")]
    return sequential(make.variables("pt", "eta"), layers, ["signal"])


def maxout_highway(make: Maker) -> dict[str, Any]:
    layers = [make.normalization(4), make.maxout(4, 5, 3), make.highway(5), make.highway(5, "tanh"), make.dense(5, 2)]
    return sequential(make.variables(*"abcd"), layers, ["x", "y"])


def reordered(make: Maker) -> dict[str, Any]:
    """Recurrent layers behind others in the file run first."""
    layers = [make.dense(4, 3), make.recurrent("lstm", 3, 5), make.normalization(3), make.recurrent("gru", 5, 4)]
    return sequential(make.variables("d0", "z0", "dr"), layers, [*"uvw"]) | {
        "miscellaneous": {"sort_order": "absSd0sort"}}  # fmt: skip


def embedded(make: Maker) -> dict[str, Any]:
    variables = [categories(make.variables("grade")[0]), *make.variables("d0", "z0")]
    layers = [make.embedding((0, 4, 2)), make.recurrent("simplernn", 4, 3), make.dense(3, 2)]
    return sequential(variables, layers, ["x", "y"])


def defaults(make: Maker) -> dict[str, Any]:
    """Numbers as texts; the default of a variable does not count beside ``defaults``."""
    variables = [{key: str(each) for key, each in v.items()} for v in make.variables("a", "b", "c")]
    variables[0]["default"] = "9"
    layer = make.dense(3, 2)
    layer["weights"], layer["bias"] = ([str(each) for each in layer[key]] for key in ("weights", "bias"))
    return sequential(variables, [layer], ["x", "y"]) | {"defaults": {"b": "-1.5", "c": 2}}


# ----------------------------------------------------------------------------------------------- graphs


def deep_sets(make: Maker) -> dict[str, Any]:
    nodes = [node("input", 0), node("input_sequence", 0), node("time_distributed", 1, layer=0),
             node("time_distributed", 2, layer=1), node("sum", 3), node("concatenate", 0, 4),
             node("feed_forward", 5, layer=2)]  # fmt: skip
    layers = [make.dense(3, 4), make.normalization(4), make.dense(6, 3, "softmax")]
    return graph({"jet": make.variables("pt", "eta")}, {"tracks": make.variables("d0", "z0", "dr")}, nodes, layers,
                 {"flavour": (6, ["p_u", "p_c", "p_b"])})  # fmt: skip


def disordered(make: Maker) -> dict[str, Any]:
    """Nodes in no order, a layer that two share, an input and a sequence of one name, outputs of every form."""
    nodes = [node("add", 6, 2, 6), node("sequence", 4, layer=0), node("feed_forward", 7, layer=1), node("input", 1),
             node("input_sequence", 0), node("time_distributed", 1, layer=1), node("feed_forward", 1, layer=1),
             node("concatenate", 8, 3), node("input", 0), node("sequence", 10, layer=2),
             node("input_sequence", 1)]  # fmt: skip
    layers = [make.recurrent("gru", 2, 4, inner="hard_sigmoid"), make.dense(4, 3), make.recurrent("lstm", 1, 2)]
    return graph({"node_0": make.variables("a", "b", "c"), "other": make.variables("d")},
                 {"node_0": make.variables("x", "y"), "hits": make.variables("q")}, nodes, layers,
                 {"vector": (0, ["u", "v", "w"]), "both": (1, ["h0", "h1", "h2", "h3"]), "each": (5, ["u", "v"]),
                  "hits_out": (9, ["m", "n"])})  # fmt: skip


def convolutions(make: Maker) -> dict[str, Any]:
    nodes = [node("input_sequence", 0), node("sequence", 0, layer=0), node("sequence", 1, layer=1),
             node("sequence", 2, layer=2), node("sequence", 3, layer=3), node("feed_forward", 4, layer=4)]  # fmt: skip
    layers = [make.conv1d(2, 3, 4, "same"), make.conv1d(3, 3, 2, "same", 3, "tanh"), make.conv1d(3, 4, 3, "causal", 2),
              make.conv1d(4, 2, 2, "same", 1, "softmax"), make.dense(2, 2)]  # fmt: skip
    return graph({}, {"steps": make.variables("a", "b")}, nodes, layers, {"seq": (4, ["s", "t"]), "end": (5, ["y"])})


def valid_convolution(make: Maker) -> dict[str, Any]:
    nodes = [node("input_sequence", 0), node("sequence", 0, layer=0), node("sum", 1), node("concatenate", 1, 2)]
    return graph({}, {"steps": make.variables("a", "b")}, nodes, [make.conv1d(2, 3, 3, "valid")],
                 {"pooled": (3, [*"uvwxyz"])})  # fmt: skip


def embedding_twice(make: Maker) -> dict[str, Any]:
    """The second index means the rows as the first left them."""
    layers = [make.embedding((1, 3, 2), (3, 5, 3)), make.recurrent("lstm", 6, 3)]
    names = make.variables("a", "kind", "layer")
    nodes = [node("input_sequence", 0), node("sequence", 0, layer=0), node("sequence", 1, layer=1)]
    return graph({}, {"hits": [names[0], categories(names[1]), categories(names[2])]}, nodes, layers,
                 {"rows": (1, [*"uvwxyz"]), "out": (2, ["p", "q", "r"])})  # fmt: skip


def residual(make: Maker) -> dict[str, Any]:
    nodes = [node("input", 0), node("feed_forward", 0, layer=0), node("add", 0, 1), node("feed_forward", 2, layer=0),
             node("add", 2, 3), node("concatenate", 4)]  # fmt: skip
    return graph({"x": make.variables("a", "b", "c")}, {}, nodes, [make.dense(3, 3)], {"y": (5, ["u", "v", "w"])})


NETWORKS = {each.__name__: each(Maker(seed)) for seed, each in enumerate(
    (activations, dense, maxout_highway, reordered, embedded, defaults, deep_sets, disordered, convolutions,
     valid_convolution, embedding_twice, residual))}  # fmt: skip
