"""Outputs that are no tensors of numbers: maps become the tensors they are made of, texts are left out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from onnx import ModelProto, TensorProto, TypeProto, ValueInfoProto

from ...endpoints import Label, valid_name

if TYPE_CHECKING:
    from ...graph import Node
    from ...model import Model

#: Operators whose result has the columns of their first input.
SAME = ("Identity", "Cast", "Mul", "Div", "Softmax", "Sigmoid", "Where", "Add", "Sub")


def plain_outputs(model: ModelProto) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Takes ZipMap and text outputs out of ``model``, in place.

    Gives what is said of each such output in the record, and the keys of maps by the name of their output.
    """
    said: dict[str, str] = {}
    keys: dict[str, list[str]] = {}
    for node in model.graph.node:
        if node.op_type == "ZipMap" and node.domain == "ai.onnx.ml":
            numbers = [str(each) for a in node.attribute for each in a.ints]
            words = [each.decode("utf-8", "replace") for a in node.attribute for each in a.strings]
            keys |= dict.fromkeys(node.output, numbers + words)
            node.op_type, node.domain = "Identity", ""
            del node.attribute[:]
    for output in model.graph.output:
        if output.type.sequence_type.elem_type.HasField("map_type"):
            kind = TypeProto()
            kind.tensor_type.elem_type = TensorProto.FLOAT
            output.type.CopyFrom(kind)
            said[output.name] = "a list of maps in the file, here an array whose labels are the keys"
    for output in model.graph.output:
        if _is_label_of_one(output, model):
            output.type.tensor_type.shape.dim[0].ClearField("dim_value")
    unread = [output for output in model.graph.output if output.type.tensor_type.elem_type == TensorProto.STRING]
    if len(unread) < len(model.graph.output):
        for output in unread:
            said[output.name] = "a text, which is left out: the labels of the scores name the classes"
            model.graph.output.remove(output)
    return said, keys


def _is_label_of_one(output: ValueInfoProto, model: ModelProto) -> bool:
    """Whether a label is declared to be one number though rows are many, as onnxmltools does."""
    open_rows = any(not i.type.tensor_type.shape.dim[:1] or not i.type.tensor_type.shape.dim[0].dim_value
                    for i in model.graph.input)  # fmt: skip
    kind = output.type.tensor_type
    classifies = any(node.op_type.endswith("Classifier") and node.domain == "ai.onnx.ml" for node in model.graph.node)
    return classifies and open_rows and kind.elem_type == TensorProto.INT64 and [
        dim.dim_value for dim in kind.shape.dim] == [1]  # fmt: skip


def name_labels(
    model: Model, classes: list[tuple[Node, int, list[str]]], keys: dict[str, list[str]]
) -> None:
    """Gives outputs that hold scores of classes their labels.

    ``classes`` says which output of a node has them, and what they are called; ``keys`` are those of maps.
    """
    made = {name: node for node in model.graphs["main"].nodes for name in node.outputs if name}
    known = keys | {node.outputs[at]: names for node, at, names in classes}
    for output in model.output_list:
        name = output.name
        while name not in known and name in made and made[name].operator in SAME:
            read = made[name].reads()
            name = next((each for each in read if each in made or each in known), "")
        names = unique([valid_name(each) for each in known.get(name, [])])
        if names and len(output.axes) == 2 and output.axes[-1] == len(names):
            output.axes[-1] = "label"
            output.label_list.extend(Label(each) for each in names)


def unique(names: list[str]) -> list[str]:
    """The names, if they differ."""
    return names if len(set(names)) == len(names) else []
