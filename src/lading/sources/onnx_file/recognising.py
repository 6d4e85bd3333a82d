"""Whether bytes are the beginning of an ONNX file, told without the onnx package."""

from __future__ import annotations

#: Fields of a ModelProto by number, and how they are encoded: 0 a number, 2 bytes with their length.
FIELDS = {1: 0, 2: 2, 3: 2, 4: 2, 5: 0, 6: 2, 7: 2, 8: 2, 14: 2, 20: 2, 25: 2, 26: 2}
IR_VERSION, GRAPH = 1, 7
ROOT = b"root\0"


def is_model(beginning: bytes, size: int) -> bool:
    """Whether a file of ``size`` bytes that begins so is a ModelProto: known fields up to the graph, an IR version.

    The beginning of a ROOT file may pass for a field of 111 bytes and the first of a graph.
    """
    if beginning.startswith(ROOT):
        return False
    at, versions = 0, 0
    while at < len(beginning):
        tag, at = varint(beginning, at)
        field, kind = tag >> 3, tag & 7
        if FIELDS.get(field) != kind:
            return False
        value, at = varint(beginning, at)
        if at < 0:
            return False
        if field == IR_VERSION:
            versions += 1
            if not 0 < value < 1000:
                return False
        if kind == 2:
            at += value
            if at > size:
                return False
            if field == GRAPH:
                return versions == 1 or at < size  # the version may come behind the graph
    return versions == 1 and at == size


def varint(data: bytes, at: int) -> tuple[int, int]:
    """A number of variable length, and where it ends (-1 if it does not)."""
    value = 0
    for shift in range(0, 70, 7):
        if at < 0 or at >= len(data):
            return 0, -1
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        if byte < 128:
            return value, at
    return 0, -1
