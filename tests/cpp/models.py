"""Small models for the C++ tests: each exercises another part of the engine. Weights are random, seeded."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from lading.endpoints import Axis, ByFold, Input, Label, Mask, Missing, Output, Variable
from lading.folds import Folds
from lading.graph import Graph, Node, Subgraph
from lading.model import Model


def _weights(model: Model, seed: int = 1, **shapes: tuple[int, ...]) -> None:
    generator = np.random.default_rng(seed)
    for name, shape in shapes.items():
        model.weights[name] = (generator.normal(size=shape) / np.sqrt(shape[0])).astype(np.float32)


def tagger() -> Model:
    """Jets and tracks as examples/tagger has them: deep sets, flavour per jet and origin per track."""
    made = Model("toy-tagger", "1.0.0", "flavour of a jet")
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", max=40)}
    mass = Variable("sv_mass", "MeV", missing=Missing([-999], 1200), prepare=[{"divide": 1000}])
    tracks = ["d0", "z0_sin_theta", "d0_significance", "z0_significance", "pt_fraction", "dr", "pixel_hits",
              "innermost_hits"]  # fmt: skip
    made.input_list = [
        Input("jets", ["jet", "variable"], variable_list=[
            Variable("pt", "MeV", prepare=[{"divide": 20000}, "log", {"subtract": 0.5}]), Variable("eta", "1"),
            Variable("mass", "MeV", prepare=[{"divide": 3000}, "log"]), mass]),
        Input("tracks", ["jet", "track", "variable"], variable_list=[
            Variable(name, "mm" if name in tracks[:2] else "1") for name in tracks]),
    ]  # fmt: skip
    made.output_list = [
        Output("flavour", ["jet", "label"], label_list=[Label(f"p_{f}") for f in ("b", "c", "u", "tau")]),
        Output("origin", ["jet", "track", "label"], label_list=[Label("p_decay"), Label("p_other")]),
    ]
    _weights(made, w1=(8, 24), b1=(24,), w2=(24, 24), b2=(24,), w3=(28, 32), b3=(32,), w4=(32, 4), b4=(4,), w5=(24, 2))
    made.weights["axis"] = np.array([1], np.int64)
    made.graphs["main"] = Graph([
        Node("embed", "MatMul", ["tracks", "w1"], ["e"]), Node("shift", "Add", ["e", "b1"], ["f"]),
        Node("bend", "Relu", ["f"], ["g"]), Node("embed_2", "MatMul", ["g", "w2"], ["h"]),
        Node("shift_2", "Add", ["h", "b2"], ["i"]), Node("bend_2", "Relu", ["i"], ["j"]),
        Node("pool", "ReduceSum", ["j", "axis"], ["k"], {"keepdims": 0}),
        Node("join", "Concat", ["jets", "k"], ["l"], {"axis": 1}),
        Node("dense", "Gemm", ["l", "w3", "b3"], ["m"]), Node("bend_3", "Relu", ["m"], ["n"]),
        Node("logits", "Gemm", ["n", "w4", "b4"], ["o"]), Node("flavours", "Softmax", ["o"], ["flavour"]),
        Node("origins", "MatMul", ["j", "w5"], ["p"]), Node("where_from", "Softmax", ["p"], ["origin"]),
    ])  # fmt: skip
    return made


def dense() -> Model:
    """28 nameless columns through Gemm and Relu; the output has no labels."""
    made = Model("dense", "1")
    made.input_list, made.output_list = [Input("x", ["entry", 28])], [Output("y", ["entry", 3])]
    made.axes = {"entry": Axis("entry", "entry")}
    _weights(made, 2, w1=(28, 64), b1=(64,), w2=(64, 32), b2=(32,), w3=(32, 3))
    made.graphs["main"] = Graph([
        Node("a", "Gemm", ["x", "w1", "b1"], ["h1"]), Node("b", "Tanh", ["h1"], ["h2"]),
        Node("c", "Gemm", ["h2", "w2", "b2"], ["h3"]), Node("d", "Relu", ["h3"], ["h4"]),
        Node("e", "MatMul", ["h4", "w3"], ["h5"]), Node("f", "Sigmoid", ["h5"], ["y"]),
    ])  # fmt: skip
    return made


def attention() -> Model:
    """No entry axis, as ATLAS exports: attention among the tracks of one jet, and a mask from the engine."""
    made = Model("attention", "1")
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", min=1, max=20, keep="last")}
    made.input_list = [
        Input("jets", [1, "variable"], variable_list=[Variable("pt", "GeV"), Variable("eta")]),
        Input("tracks", ["track", "variable"], variable_list=[
            Variable("d0", "mm"), Variable("z0", "mm"), Variable("jet_pt", source="jets.pt")]),
        Input("mask", ["track"], mask=Mask("track", 0, -1000)),
    ]  # fmt: skip
    made.output_list = [Output("score", [1, "label"], label_list=[Label("p_b"), Label("p_u")]),
                        Output("weight", ["track"])]  # fmt: skip
    _weights(made, 3, k=(3, 8), v=(3, 8), jet=(2, 8), out=(8, 2), scale=(8,), shift=(8,))
    made.weights["flat"] = np.array([-1], np.int64)
    made.graphs["main"] = Graph([
        Node("query", "MatMul", ["jets", "jet"], ["a"]), Node("keys", "MatMul", ["tracks", "k"], ["b"]),
        Node("values", "MatMul", ["tracks", "v"], ["c"]), Node("turn", "Transpose", ["b"], ["d"], {"perm": [1, 0]}),
        Node("similar", "MatMul", ["a", "d"], ["e"]), Node("hide", "Add", ["e", "mask"], ["f"]),
        Node("weights", "Softmax", ["f"], ["g"]), Node("mean", "MatMul", ["g", "c"], ["h"]),
        Node("norm", "LayerNormalization", ["h", "scale", "shift"], ["i"]),
        Node("last", "MatMul", ["i", "out"], ["j"]), Node("probability", "Softmax", ["j"], ["score"]),
        Node("flatten", "Reshape", ["g", "flat"], ["weight"]),
    ])  # fmt: skip
    return made


def steps() -> Model:
    """Every kind of slot and preparation; outputs float64 and int64; a flag, a category, a value per place."""
    made = Model("steps", "1")
    made.axes = {"event": Axis("event", "entry")}
    made.input_list = [
        Input("doubles", ["event", "variable"], "float64", [
            Variable("e", "GeV", missing=Missing(["nan", -999, {"above": 1e6}], 50),
                     prepare=["log10", {"clip": [0, 5]}]),
            Variable("m", "GeV", raw="float64", prepare=["abs", "sqrt"]),
            Variable("half", raw="float32", missing=Missing([{"flag": "bad"}], 7)), Variable("bad", raw="int64")]),
        Input("counts", ["event", "variable"], "int64", [
            Variable("n"), Variable("mode", categories=[0, 1, 10]), Variable("hits", missing=Missing([-1], 5))]),
        Input("cells", ["event", 2, "variable"], variable_list=[Variable("energy", "MeV"), Variable("time", "ns")]),
    ]  # fmt: skip
    made.output_list = [Output("d", ["event", 4], "float64"), Output("i", ["event", "label"], "int64",
                        [Label("n"), Label("mode"), Label("hits")]),
                        Output("c", ["event", "label", 2], label_list=[Label("energy"), Label("time")])]  # fmt: skip
    made.graphs["main"] = Graph([
        Node("d", "Identity", ["doubles"], ["d"]), Node("i", "Add", ["counts", "counts"], ["i"]),
        Node("c", "Transpose", ["cells"], ["c"], {"perm": [0, 2, 1]}),
    ])  # fmt: skip
    return made


def layout() -> Model:
    """Reshape, Transpose, Slice, Gather, Concat and arithmetic on shapes."""
    made = Model("layout", "1")
    made.axes = {"entry": Axis("entry", "entry")}
    made.input_list, made.output_list = [Input("x", ["entry", 4, 6])], [Output("y", ["entry", 18])]
    made.weights = {"grid": np.array([0, 2, 12], np.int64), "at": np.array([3, 1, 1, 0, 5, 2], np.int64),
                    "two": np.array([2], np.int64), "one": np.array([1], np.int64),
                    "flat": np.array([0, -1], np.int64)}  # fmt: skip
    made.graphs["main"] = Graph([
        Node("a", "Reshape", ["x", "grid"], ["a"]), Node("b", "Transpose", ["a"], ["b"], {"perm": [0, 2, 1]}),
        Node("c", "Gather", ["b", "at"], ["c"], {"axis": 1}), Node("d", "Slice", ["c", "one", "two", "two"], ["d"]),
        Node("e", "Concat", ["c", "d"], ["e"], {"axis": 2}), Node("f", "Reshape", ["e", "flat"], ["y"]),
    ])  # fmt: skip
    return made


def branches() -> Model:
    """An If that each entry decides by its own number, and sizes that follow from numbers."""
    made = Model("branches", "1")
    made.axes = {"entry": Axis("entry", "entry")}
    made.input_list = [Input("x", [1, "variable"], variable_list=[Variable("a"), Variable("b"), Variable("c")])]
    made.output_list = [Output("y", [1, 3]), Output("positive", [], "float32")]
    _weights(made, 5, w1=(3, 16), w2=(16, 3))
    made.weights |= {"none": np.float32([0]), "axis": np.array([0, 1], np.int64)}
    made.graphs = {
        "main": Graph([
            Node("sum", "ReduceSum", ["x", "axis"], ["s"], {"keepdims": 0}),
            Node("sign", "Greater", ["s", "none"], ["up"]),
            Node("choose", "If", ["up"], ["y"], {"then_branch": Subgraph("deep", ["z"]),
                                                 "else_branch": Subgraph("flat", ["z2"])}),
            Node("bend", "Relu", ["x"], ["r"]), Node("found", "NonZero", ["r"], ["places"]),
            Node("to", "Cast", ["places"], ["f"], {"to": "float32"}),
            Node("all", "ReduceSum", ["f", "axis"], ["positive"], {"keepdims": 0})]),
        "deep": Graph([Node("d1", "MatMul", ["x", "w1"], ["u"]), Node("d2", "Tanh", ["u"], ["v"]),
                       Node("d3", "MatMul", ["v", "w2"], ["z"])]),
        "flat": Graph([Node("f1", "Neg", ["x"], ["z2"])]),
    }  # fmt: skip
    return made


def turns() -> Model:
    """A Loop that each jet ends by its own number, and a Scan along its tracks."""
    made = Model("turns", "1")
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet")}
    made.input_list = [Input("jets", [1, "variable"], variable_list=[Variable("a"), Variable("b")]),
                       Input("tracks", ["track", "variable"], variable_list=[Variable("d0"), Variable("z0")])]
    made.output_list = [Output("y", [1, 2]), Output("steps", [1, 2]), Output("state", [2]),
                        Output("each", ["track", 2])]  # fmt: skip
    _weights(made, 7, w=(2, 2), v=(2, 2))
    made.weights |= {"first": np.array([0], np.int64), "none": np.zeros(2, np.float32)}
    most, far = np.array(9, np.int64), np.float32(6)
    made.graphs = {
        "main": Graph([
            Node("again", "Loop", [most, "", "jets", "jets"], ["y", "other", "s"],
                 {"body": Subgraph("grow", ["on", "v2", "u2", "o"], ["i", "c", "u", "v1"])}),
            Node("sum", "ReduceSum", ["s", "first"], ["steps"], {"keepdims": 0}),
            Node("along", "Scan", ["none", "tracks"], ["state", "each"],
                 {"num_scan_inputs": 1, "body": Subgraph("step", ["h2", "out"], ["h", "row"])})]),
        "grow": Graph([
            Node("g1", "MatMul", ["u", "w"], ["p"]), Node("g2", "Add", ["p", "v1"], ["v2"]),
            Node("g3", "Identity", ["u"], ["u2"]), Node("g4", "Abs", ["v2"], ["sizes"]),
            Node("g5", "ReduceMax", ["sizes"], ["size"], {"keepdims": 0}), Node("g6", "Less", ["size", far], ["on"]),
            Node("g7", "Mul", ["v2", "jets"], ["o"])]),
        "step": Graph([
            Node("s1", "MatMul", ["h", "v"], ["q"]), Node("s2", "Add", ["q", "row"], ["r"]),
            Node("s3", "Tanh", ["r"], ["h2"]), Node("s4", "Sub", ["h2", "h"], ["out"])]),
    }  # fmt: skip
    return made


def sums() -> Model:
    """A sequence without a longest length, in float64."""
    made = Model("sums", "1")
    made.axes = {"jet": Axis("jet", "entry"), "hit": Axis("hit", "sequence", of="jet")}
    made.input_list = [Input("hits", ["jet", "hit", "variable"], "float64", [Variable("x", "mm"), Variable("y", "mm")])]
    made.output_list = [Output("sum", ["jet", "label"], "float64", [Label("x"), Label("y")])]
    made.weights = {"axis": np.array([1], np.int64)}
    made.graphs["main"] = Graph([Node("sum", "ReduceSum", ["hits", "axis"], ["sum"], {"keepdims": 0})])
    return made


def recurrent() -> Model:
    """LSTM in both directions, GRU in float64, and an RNN whose weights are computed."""
    made = Model("recurrent", "1")
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", min=1)}
    made.input_list = [Input("tracks", ["jet", "track", "variable"], variable_list=[Variable("d0"), Variable("z0")])]
    made.output_list = [Output("both", ["jet", 5]), Output("last", ["jet", 1, 4], "float64"),
                        Output("each", ["jet", "track", 1, 4])]  # fmt: skip
    _weights(made, 6, w=(2, 20, 2), r=(2, 20, 5), b=(2, 40), w2=(1, 12, 2), r2=(1, 12, 4), w3=(1, 4, 2), r3=(1, 4, 4))
    made.weights |= {name: made.weights[name].astype(np.float64) for name in ("w2", "r2")}
    made.weights |= {"directions": np.array([0], np.int64), "all": np.array([0, 1, 2], np.int64)}
    made.graphs["main"] = Graph([
        Node("turn", "Transpose", ["tracks"], ["t"], {"perm": [1, 0, 2]}),
        Node("lstm", "LSTM", ["t", "w", "r", "b"], ["", "h"], {"direction": "bidirectional", "hidden_size": 5}),
        Node("larger", "ReduceMax", ["h", "directions"], ["both"], {"keepdims": 0}),
        Node("widen", "Cast", ["tracks"], ["x"], {"to": "float64"}),
        Node("gru", "GRU", ["x", "w2", "r2"], ["", "last"], {"hidden_size": 4, "layout": 1}),
        Node("mean", "ReduceMean", ["tracks", "all"], ["m"]), Node("scale", "Mul", ["r3", "m"], ["r4"]),
        Node("rnn", "RNN", ["tracks", "w3", "r4"], ["each"], {"layout": 1, "clip": 2.0, "hidden_size": 4}),
    ])  # fmt: skip
    return made


def edges() -> Model:
    """The two nearest tracks of each, and a network of every pair: steps that passes join."""
    made = Model("edges", "1")
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", min=3)}
    made.input_list = [Input("tracks", ["jet", "track", "variable"], variable_list=[Variable("d0"), Variable("z0")])]
    made.output_list = [Output("each", ["jet", "track", 7])]
    _weights(made, 9, w=(4, 5), b=(5,), v=(5, 7))
    made.weights |= {name: np.array(each, np.int64) for name, each in {
        "last": [-1], "three": [3], "from": [1], "end": [9], "two": [2], "one": [1], "across": [1, 1, 2],
        "each_one": [1, 1, 2, 1], "ends": [2, 2]}.items()}  # fmt: skip
    made.weights["2.0"] = np.array(2, np.float32)
    made.graphs["main"] = Graph([
        Node("square", "Mul", ["tracks", "tracks"], ["s"]), Node("squares", "ReduceSum", ["s", "last"], ["ss"]),
        Node("turn", "Transpose", ["tracks"], ["t"], {"perm": [0, 2, 1]}),
        Node("product", "MatMul", ["tracks", "t"], ["p"]), Node("twice", "Mul", ["p", "2.0"], ["pp"]),
        Node("less", "Sub", ["ss", "pp"], ["l"]), Node("other", "Transpose", ["ss"], ["o"], {"perm": [0, 2, 1]}),
        Node("distance", "Add", ["l", "o"], ["d"]),
        Node("nearest", "TopK", ["d", "three"], ["", "all"], {"largest": 0}),
        Node("others", "Slice", ["all", "from", "end", "two"], ["places"]),
        Node("entries", "Shape", ["tracks"], ["e"], {"start": 0, "end": 1}),
        Node("count", "Shape", ["tracks"], ["n"], {"start": 1, "end": 2}), Node("pairs", "Mul", ["n", "two"], ["nk"]),
        Node("list", "Concat", ["e", "nk", "one"], ["to"], {"axis": 0}),
        Node("flat", "Reshape", ["places", "to"], ["f"]), Node("spread", "Expand", ["f", "across"], ["fs"]),
        Node("pick", "GatherElements", ["tracks", "fs"], ["g"], {"axis": 1}),
        Node("both", "Concat", ["e", "n", "ends"], ["shape"], {"axis": 0}),
        Node("apart", "Reshape", ["g", "shape"], ["ga"]),
        Node("centre", "Unsqueeze", ["tracks", "two"], ["c"]), Node("centres", "Expand", ["c", "each_one"], ["cs"]),
        Node("step", "Sub", ["ga", "cs"], ["gs"]), Node("edge", "Concat", ["cs", "gs"], ["x"], {"axis": 3}),
        Node("first", "MatMul", ["x", "w"], ["y"]), Node("bias", "Add", ["y", "b"], ["yb"]),
        Node("relu", "Relu", ["yb"], ["z"]), Node("second", "MatMul", ["z", "v"], ["zz"]),
        Node("mean", "ReduceMean", ["zz", "two"], ["each"], {"keepdims": 0}),
    ])  # fmt: skip
    return made


def folds() -> Model:
    """Three trainings of jets with tracks, of which a hash of the event's number picks one."""
    made = Model("folds", "1", requires=["folds"])
    made.axes = {"jet": Axis("jet", "entry"), "track": Axis("track", "sequence", of="jet", max=20)}
    made.folds = Folds("event.number", 3, ["first", "second", "third"], "splitmix64")
    pt = Variable("pt", prepare=ByFold([["log"], [{"divide": 3}], [{"subtract": 1}, "abs"]]))
    made.input_list = [
        Input("event", ["jet", "variable"], "int64", [Variable("number")]), Input("jets", ["jet", "variable"],
              variable_list=[pt]), Input("tracks", ["jet", "track", "variable"], variable_list=[Variable("d0")]),
    ]  # fmt: skip
    made.output_list = [Output("y", ["jet", 4]), Output("z", ["jet", "track", 2])]
    made.graphs = {}
    for seed, fold in enumerate(made.folds.graphs):
        _weights(made, seed, **{f"{fold}.w": (1, 4), f"{fold}.v": (1, 2)})
        made.graphs[fold] = Graph([
            Node(f"{fold}.a", "MatMul", ["jets", f"{fold}.w"], ["h"]), Node(f"{fold}.b", "Tanh", ["h"], ["y"]),
            Node(f"{fold}.c", "MatMul", ["tracks", f"{fold}.v"], ["z"]),
        ])  # fmt: skip
    return made


def dense_folds() -> Model:
    """Two dense networks for even and odd events, entries in blocks."""
    made = dense()
    made.requires, made.folds = ["folds"], Folds("event", 2, ["even", "odd"])
    made.input_list.append(Input("event", ["entry"], "int64"))
    main = made.graphs.pop("main")
    for fold in ("even", "odd"):
        made.graphs[fold] = Graph([replace(node, name=f"{fold}.{node.name}") for node in main.nodes])
    return made


def image() -> Model:
    """A jet's image through two convolutions, one with its pool, and a pool that overlaps."""
    made = Model("image", "1")
    made.axes = {"jet": Axis("jet", "entry")}
    made.input_list, made.output_list = [Input("image", ["jet", 2, 12, 10])], [Output("y", ["jet", 384])]
    _weights(made, 3, w1=(16, 2, 3, 3), b1=(16,), w2=(24, 16, 3, 3))
    made.graphs["main"] = Graph([
        Node("convolve", "Conv", ["image", "w1", "b1"], ["a"], {"pads": [1, 1, 1, 1]}),
        Node("bend", "Relu", ["a"], ["b"]),
        Node("largest", "MaxPool", ["b"], ["c"], {"kernel_shape": [2, 2], "strides": [2, 2]}),
        Node("convolve_2", "Conv", ["c", "w2"], ["d"], {"pads": [1, 1, 1, 1]}),
        Node("average", "AveragePool", ["d"], ["e"], {"kernel_shape": [3, 2]}),
        Node("row", "Flatten", ["e"], ["f"]), Node("scores", "Softmax", ["f"], ["y"]),
    ])  # fmt: skip
    return made


MODELS: dict[str, Callable[[], Model]] = {
    "tagger": tagger, "dense": dense, "attention": attention, "steps": steps, "layout": layout, "branches": branches,
    "turns": turns, "sums": sums, "recurrent": recurrent, "image": image, "edges": edges, "folds": folds,
    "dense_folds": dense_folds,
}  # fmt: skip
