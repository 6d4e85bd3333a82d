"""What the inputs and outputs of an operator are called in the names of weights and values."""

from __future__ import annotations

from ..graph import Node, states_of
from ..trees.modelling import ARRAYS

LAYER = ("x", "w", "b")
NORM = ("x", "scale", "b", "mean", "var")
RECURRENT = ("x", "w", "r", "b", "sequence_lens", "initial_h", "initial_c", "p")
BINARY = ("b", "b")

#: Names of inputs by operator. Those not listed here are numbered.
INPUTS = {
    **dict.fromkeys(["Gemm", "Conv", "ConvTranspose"], LAYER),
    "MatMul": ("w", "w"),
    **dict.fromkeys(
        ["BatchNormalization", "LayerNormalization", "InstanceNormalization", "GroupNormalization", "RMSNormalization"],
        NORM,
    ),
    **dict.fromkeys(["LSTM", "GRU", "RNN"], RECURRENT),
    **dict.fromkeys(
        ["Add", "Sub", "Mul", "Div", "Pow", "Mod", "Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual", "And",
         "Or", "Xor"],
        BINARY,
    ),
    "PRelu": ("x", "slope"),
    "Gather": ("table", "indices"),
    "GatherElements": ("table", "indices"),
    "GatherND": ("table", "indices"),
    "ScatterElements": ("x", "indices", "updates"),
    "ScatterND": ("x", "indices", "updates"),
    "Where": ("condition", "a", "b"),
    "Clip": ("x", "min", "max"),
    "Reshape": ("x", "shape"),
    "Expand": ("x", "shape"),
    "Tile": ("x", "repeats"),
    "ConstantOfShape": ("shape",),
    "Slice": ("x", "starts", "ends", "axes", "steps"),
    "Pad": ("x", "pads", "value", "axes"),
    "Split": ("x", "sizes"),
    "TopK": ("x", "k"),
    "OneHot": ("indices", "depth", "values"),
    "Range": ("start", "limit", "delta"),
    "Squeeze": ("x", "axes"),
    "Unsqueeze": ("x", "axes"),
    "GridSample": ("x", "grid"),
    "RoiAlign": ("x", "regions", "entries"),
    "DeformConv": ("x", "w", "offsets", "b", "mask"),
    "NonMaxSuppression": ("boxes", "scores", "most", "overlap", "score"),
    "Resize": ("x", "roi", "scales", "sizes"),
    "Attention": ("q", "k", "v", "mask", "past_key", "past_value", "lengths"),
    "RotaryEmbedding": ("x", "cos", "sin", "positions"),
    "QuantizeLinear": ("x", "scale", "zero_point"),
    "DequantizeLinear": ("x", "scale", "zero_point"),
    "CumSum": ("x", "axis"),
    "Trilu": ("x", "k"),
    "lading.TreeEnsemble": ("x", *ARRAYS),
}

#: Names of outputs of operators that have several of different meaning.
OUTPUTS = {
    "LSTM": ("y", "y_h", "y_c"), "GRU": ("y", "y_h"), "RNN": ("y", "y_h"), "TopK": ("values", "indices"),
    "MaxPool": ("y", "indices"), "Attention": ("y", "present_key", "present_value", "products"),
    "LayerNormalization": ("y", "mean", "inverse_deviation"), "Unique": ("y", "indices", "inverse", "counts"),
    "lading.TreeEnsemble": ("margin", "score"),
}  # fmt: skip


def part(node: Node, index: int) -> str:
    """What input ``index`` of a node is in it: "w" of a Gemm."""
    names = INPUTS.get(node.operator, ())
    if node.operator.startswith("Reduce") and index == 1:
        return "axes"
    return names[index] if index < len(names) else f"{index}"


def input_part(node: Node, index: int) -> str:
    """What the body of a Loop or Scan is given at ``index``."""
    if node.operator == "Loop":
        return ("turn", "goes_on")[index] if index < 2 else f"carried_{index - 2}"
    states = states_of(node)
    return f"carried_{index}" if index < states else f"slice_{index - states}"


def output_part(node: Node, index: int) -> str:
    """What output ``index`` of a node is, where it has several."""
    names = OUTPUTS.get(node.operator, ())
    return names[index] if index < len(names) else f"{index}"
