"""Files of numbers and archives with one fault each, and the text of their refusal by both readers."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from broken import GOOD, WEIGHTS

from lading.bundle import archive, safetensors

# ---- the bytes of weights.safetensors


def tensor_file(header: dict[str, Any] | bytes, data: bytes = bytes(72)) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def spans(**changes: Any) -> dict[str, Any]:
    """The header of ``w`` (5, 3) and ``b`` (3,), with changes in that of ``w``."""
    w = {"dtype": "F32", "shape": [5, 3], "data_offsets": [12, 72], **changes}
    return {"b": {"dtype": "F32", "shape": [3], "data_offsets": [0, 12]}, "w": w}


TENSORS: dict[str, tuple[bytes, str]] = {
    "empty file": (b"", "not a safetensors file: shorter than 8 bytes"),
    "seven bytes": (bytes(7), "not a safetensors file: shorter than 8 bytes"),
    "huge header": (b"\xff" * 16, "not a safetensors file: its header would be larger than 100 MB"),
    "cut header": (tensor_file(spans())[:50], "not a safetensors file: shorter than its header"),
    "no header": (bytes(8), "not a safetensors file: its header does not begin with '{'"),
    "space before the header": (
        tensor_file(b" " + json.dumps(spans()).encode()),
        "not a safetensors file: its header does not begin with '{'",
    ),
    "header is no JSON": (tensor_file(b"{w"), "not valid JSON (line 1)"),
    "tensor twice": (tensor_file(b'{"w": {}, "w": {}}'), "the key 'w' stands twice in one object"),
    "metadata is no text": (
        tensor_file({"__metadata__": {"a": 1}, **spans()}),
        "__metadata__.a: should be text, is an integer",
    ),
    "unknown type": (
        tensor_file(spans(dtype="F8_E4M3")),
        "w.dtype: no such type 'F8_E4M3' (has: 'F64', 'F32', 'F16', 'I8', 'I64', 'U8', 'U64', 'BF16' "
        "and 5 more)",
    ),
    "unknown key": (
        tensor_file(spans(strides=[3, 1])),
        "w: has the unknown key 'strides' (has: 'dtype', 'shape', 'data_offsets')",
    ),
    "no shape": (tensor_file({"w": {"dtype": "F32"}}), "w: lacks 'shape'"),
    "nine axes": (tensor_file(spans(shape=[1] * 9)), "w.shape: has 9 axes; at most 8 are allowed"),
    "negative length": (tensor_file(spans(shape=[-5, -3])), "w.shape[0]: should be 0 or more, is -5"),
    "overflow": (
        tensor_file(spans(shape=[1 << 40, 1 << 40])),
        "w.shape: [1099511627776, 1099511627776] is too large",
    ),
    "overflow beside a zero": (
        tensor_file(spans(shape=[0, 1 << 40, 1 << 40], data_offsets=[12, 12])),
        "w.shape: [0, 1099511627776, 1099511627776] is too large",
    ),
    "three offsets": (
        tensor_file(spans(data_offsets=[12, 72, 72])),
        "w.data_offsets: should be two integers, the tensor's first byte and the one behind its last",
    ),
    "wrong size": (tensor_file(spans(data_offsets=[12, 68])), "w.data_offsets: should span 60 bytes, is [12, 68]"),
    "backwards": (tensor_file(spans(data_offsets=[72, 12])), "w.data_offsets: should span 60 bytes, is [72, 12]"),
    "hole": (
        tensor_file(spans(data_offsets=[16, 76]), bytes(76)),
        "'w' begins at byte 16, the tensor before it ends at byte 12; tensors leave no holes and never overlap",
    ),
    "overlap": (
        tensor_file(spans(data_offsets=[8, 68]), bytes(68)),
        "'w' begins at byte 8, the tensor before it ends at byte 12; tensors leave no holes and never overlap",
    ),
    "beyond the end": (
        tensor_file(spans(), bytes(71)),
        "holds 71 bytes of tensors, its header says 72; the file was cut or damaged",
    ),
    "bytes left over": (
        tensor_file(spans(), bytes(73)),
        "holds 73 bytes of tensors, its header says 72; the file was cut or damaged",
    ),
    "bad bool": (
        tensor_file(spans(dtype="BOOL", shape=[60]), bytes(71) + b"\2"),
        "'w' holds a bool that is neither 0 nor 1",
    ),
}


# ---- the bytes of a .lading file

MEMBERS = {"model.json": GOOD, "weights.safetensors": safetensors.to_bytes(WEIGHTS)}
ARCHIVE = archive.to_bytes(MEMBERS)


def renamed(name: str) -> bytes:
    """The archive with another name of the same length in place of weights.safetensors."""
    assert len(name) == len("weights.safetensors")
    return ARCHIVE.replace(b"weights.safetensors", name.encode()).replace(
        name.encode(), b"weights.safetensors", 1
    )


def packed(compression: int = zipfile.ZIP_STORED, **changes: bytes) -> bytes:
    """What Python's zipfile writes."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", compression) as file:
        for name, content in MEMBERS.items():
            file.writestr(name, changes.get(name.partition(".")[0], content))
    return data.getvalue()


def patched(at: int, value: bytes, mark: bytes = b"PK\1\2") -> bytes:
    """The archive with other bytes at an offset of the first record that begins with ``mark``."""
    start = ARCHIVE.index(mark) + at
    return ARCHIVE[:start] + value + ARCHIVE[start + len(value) :]


def twice() -> bytes:
    """Two members of one name."""
    return archive.to_bytes({**MEMBERS, "model.jsoN": GOOD}).replace(b"model.jsoN", b"model.json")


NO_FOLDERS = "members of a .lading file have plain names, without folders"

ARCHIVES: dict[str, tuple[bytes, str]] = {
    "two letters": (b"PK", "not a .lading file: no zip directory at its end"),
    "cut": (ARCHIVE[:-1], "not a .lading file: no zip directory at its end"),
    "comment": (ARCHIVE[:-2] + b"\1\0!", "not a .lading file: no zip directory at its end"),
    "bytes before the archive": (b"PK" + ARCHIVE, "its zip directory is broken, or larger than 4 GB"),
    "two disks": (
        ARCHIVE[:-18] + b"\1\0" + ARCHIVE[-16:],
        "its zip directory is broken, or larger than 4 GB",
    ),
    "fewer members than counted": (
        ARCHIVE[:-14] + b"\3\0\3\0" + ARCHIVE[-10:],
        "its zip directory is broken, or larger than 4 GB",
    ),
    "more members than counted": (
        ARCHIVE[:-14] + b"\1\0\1\0" + ARCHIVE[-10:],
        "its zip directory is broken, or larger than 4 GB",
    ),
    "compressed": (
        packed(zipfile.ZIP_DEFLATED),
        "'model.json' is compressed; a .lading file only stores (zip -0)",
    ),
    "encrypted": (patched(8, b"\1\0"), "'model.json' is encrypted"),
    "twice": (twice(), "holds 'model.json' twice"),
    "out of the folder": (renamed("../../../etc/passwd"), f"holds '../../../etc/passwd'; {NO_FOLDERS}"),
    "in a folder": (renamed("a/weights.safetensor"[:19]), f"holds 'a/weights.safetenso'; {NO_FOLDERS}"),
    "absolute": (renamed("/eights.safetensors"), f"holds '/eights.safetensors'; {NO_FOLDERS}"),
    "backslash": (renamed("..\\ghts.safetensors"), f"holds '..\\ghts.safetensors'; {NO_FOLDERS}"),
    "drive": (renamed("c:ights.safetensors"), f"holds 'c:ights.safetensors'; {NO_FOLDERS}"),
    "damaged": (ARCHIVE.replace(b"tau-id", b"tau-Id", 1), "'model.json' is damaged (its CRC-32 differs)"),
    "another name inside": (
        ARCHIVE.replace(b"model.json", b"nodel.json", 1),
        "the zip header of 'model.json' is broken",
    ),
    "header elsewhere": (patched(42, b"\1\0\0\0"), "the zip header of 'model.json' is broken"),
    "no model.json": (archive.to_bytes({"weights.safetensors": b""}), "holds no 'model.json'"),
    "no weights": (archive.to_bytes({"model.json": GOOD}), "holds no 'weights.safetensors'"),
}
