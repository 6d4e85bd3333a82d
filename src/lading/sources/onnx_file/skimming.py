"""The endpoints and texts of an ONNX file, without its nodes and numbers: read where they lie, or from its end.

A file is a message of fields, each with a number and a length, so that what is not wanted is stepped over. Weights
come before inputs, outputs and metadata in files as they are written, and so the end of a file tells these.
"""

from __future__ import annotations

from collections.abc import Iterator

from google.protobuf.message import DecodeError
from onnx import GraphProto, ModelProto, TensorProto, ValueInfoProto

from .recognising import varint

#: Fields of a ModelProto: its graph, and those that come behind it.
GRAPH, BEHIND_GRAPH = 7, (8, 14, 20, 25, 26)

#: Fields of a GraphProto: name, texts, inputs, outputs, metadata; its weights; and all that come behind its weights.
SAID = (2, 10, 11, 12, 16)
INITIALIZER, INPUT, OUTPUT = 5, 11, 12
BEHIND_WEIGHTS = (10, 11, 12, 13, 14, 15, 16)

#: In old files weights are listed as inputs too, and the end of a file does not tell which these are.
MOST_INPUTS = 16

Field = tuple[int, int, int, int]  # number, kind, where its content begins and ends


def skim(data: bytes) -> ModelProto:
    """The model without nodes; of its weights only names, types and shapes. Raises DecodeError."""
    model, graph = bytearray(), bytearray()
    for number, kind, begin, end in fields(data, 0, len(data)):
        if number != GRAPH:
            model += _field(number, kind, data[begin:end])
            continue
        for inner, inner_kind, inner_begin, inner_end in fields(data, begin, end):
            if inner == INITIALIZER:
                graph += _field(inner, inner_kind, _without_numbers(data, inner_begin, inner_end))
            elif inner in SAID:
                graph += _field(inner, inner_kind, data[inner_begin:inner_end])
    result = ModelProto.FromString(bytes(model))
    result.graph.CopyFrom(GraphProto.FromString(bytes(graph)))
    return result


def skim_tail(tail: bytes) -> ModelProto | None:
    """The same from the last bytes of a file; None if inputs and outputs are not whole in them."""
    tag = bytes([INPUT << 3 | 2])
    at = tail.find(tag)
    while at >= 0:
        model = _from(tail, at)
        if model is not None:
            few = len(model.graph.input) <= MOST_INPUTS
            return model if few and model.graph.output and model.opset_import else None
        at = tail.find(tag, at + 1)
    return None


def fields(data: bytes, at: int, end: int) -> Iterator[Field]:
    """The fields of a message. Raises DecodeError where it is not one."""
    while at < end:
        tag, begin = varint(data, at)
        if begin < 0 or not tag >> 3:
            raise DecodeError("a broken field")
        kind = tag & 7
        if kind == 2:
            length, begin = varint(data, begin)
            after = begin + length
        elif kind == 0:
            _, after = varint(data, begin)
        else:
            after = begin + {1: 8, 5: 4}.get(kind, end)
        if begin < 0 or after < 0 or after > end:
            raise DecodeError("a field beyond the end")
        yield tag >> 3, kind, begin, after
        at = after


def _from(tail: bytes, at: int) -> ModelProto | None:
    """The end of a model that begins at ``at`` with an input of its graph, if that is what stands there."""
    graph, model = bytearray(), bytearray()
    in_graph = True
    try:
        for number, kind, begin, end in fields(tail, at, len(tail)):
            in_graph = in_graph and number in BEHIND_WEIGHTS and not (number == 14 and model)
            if not in_graph and number not in BEHIND_GRAPH:
                return None
            if number == INPUT and in_graph and not ValueInfoProto.FromString(tail[begin:end]).name:
                return None
            if in_graph and number in SAID:
                graph += _field(number, kind, tail[begin:end])
            elif not in_graph:
                model += _field(number, kind, tail[begin:end])
        result = ModelProto.FromString(bytes(model))
        result.graph.CopyFrom(GraphProto.FromString(bytes(graph)))
    except DecodeError:
        return None
    return result


def _without_numbers(data: bytes, begin: int, end: int) -> bytes:
    """Dimensions (1), type (2) and name (8) of a tensor."""
    kept = bytearray()
    for number, kind, inner_begin, inner_end in fields(data, begin, end):
        if number in (1, 2, 8):
            kept += _field(number, kind, data[inner_begin:inner_end])
    return TensorProto.FromString(bytes(kept)).SerializeToString()


def _field(number: int, kind: int, content: bytes) -> bytes:
    head = _varint(number << 3 | kind)
    return head + (_varint(len(content)) if kind == 2 else b"") + content


def _varint(value: int) -> bytes:
    result = bytearray()
    while value > 127:
        result.append(value & 127 | 128)
        value >>= 7
    result.append(value)
    return bytes(result)
