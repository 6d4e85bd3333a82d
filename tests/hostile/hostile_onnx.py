"""ONNX files that nobody should trust, for the converter: those of onnx_*.py, and files of broken bytes."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from pathlib import Path

import onnx_forests
import onnx_graphs
import onnx_nodes
import onnx_weights
from making import Case
from onnx_making import GOOD, onnx_case, outside


def linked(folder: Path) -> Path:
    path = onnx_case("", "", lambda: outside("weights.bin")).write(folder)
    os.symlink("/etc/passwd", folder / "weights.bin")
    return path


def varint(number: int) -> bytes:
    out = b""
    while number > 127:
        out, number = out + bytes([number & 127 | 128]), number >> 7
    return out + bytes([number])


def cases() -> Iterator[Case]:
    for module in (onnx_graphs, onnx_weights, onnx_nodes, onnx_forests):
        for name, text, make in module.CASES:
            yield onnx_case(name, text, make)
    yield Case("onnx: weights behind a link out of the folder", linked, "")
    whole = GOOD.SerializeToString()
    for at in range(0, len(whole), max(1, len(whole) // 30)):
        yield onnx_case(f"cut at {at}", "", lambda at=at: whole[:at])
    yield onnx_case(
        "a field longer than the file",
        "no ONNX file, or a damaged one: Error parsing message with type 'onnx.",
        lambda: whole + b"\x3a" + varint(2**31),
    )
    yield onnx_case(
        "a field of 2^63 bytes",
        "no ONNX file, or a damaged one: Error parsing message with type 'onnx.",
        lambda: whole + b"\x3a" + varint(2**63),
    )
    yield onnx_case(
        "a varint without end",
        "no ONNX file, or a damaged one: Error parsing message with type 'onnx.",
        lambda: whole + b"\x08" + b"\xff" * 100,
    )
    yield onnx_case(
        "groups without end",
        "no ONNX file, or a damaged one: Error parsing message with type 'onnx.",
        lambda: whole + b"\x0b" * 10_000,
    )
    deep = b""
    for _ in range(3000):  # a graph in an attribute of a node in a graph …
        attribute = b"\x32" + varint(len(deep)) + deep
        inner = b"\x2a" + varint(len(attribute)) + attribute
        deep = b"\x0a" + varint(len(inner)) + inner
    yield onnx_case(
        "graphs 3000 deep",
        "no ONNX file, or a damaged one: Error parsing message with type 'onnx.",
        lambda: b"\x08\x0a\x3a" + varint(len(deep)) + deep,
    )
    yield onnx_case(
        "names that are no UTF-8",
        "its field graph.node.name is no valid text",
        lambda: whole.replace(b"n_h", b"\xff\xfe\xfd"),
    )
    yield onnx_case(
        "an input that is no UTF-8",
        "its field graph.node.input is no valid text",
        lambda: whole.replace(b"\x01x", b"\x01\xff"),
    )
    yield onnx_case(
        "a float where a length is meant",
        "no ONNX file, or a damaged one: a broken field",
        lambda: whole + struct.pack("<Bf", 0x3D, 1.0),
    )
