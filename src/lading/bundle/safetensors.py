"""The files of numbers: safetensors, read as strictly as its specification and written aligned.

An eight-byte length, a JSON header that begins with '{', then the tensors: little-endian, in C order, without
holes, overlaps or bytes left over. What we write begins at a multiple of 64 bytes, sorted by name.
"""

from __future__ import annotations

import json
import math
import mmap
import stat
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from ..errors import FormatError, MissingFile
from ..graph import dtype_of, type_name
from .place import Place
from .strict_json import parse_json
from .values import decode_choice

ALIGNMENT = 64
LARGEST_HEADER = 100_000_000
HIGHEST_RANK = 8

TYPES = {"F32": "float32", "F64": "float64", "F16": "float16", "BF16": "bfloat16", "I8": "int8",
         "I16": "int16", "I32": "int32", "I64": "int64", "U8": "uint8", "U16": "uint16", "U32": "uint32",
         "U64": "uint64", "BOOL": "bool"}  # fmt: skip
_CODES = {name: code for code, name in TYPES.items()}


def to_bytes(tensors: Mapping[str, np.ndarray]) -> bytes:
    """The safetensors file that holds ``tensors``, sorted by name, data from a multiple of 64 bytes on."""
    header: dict[str, Any] = {}
    blocks = []
    at = 0
    for name in sorted(tensors, key=str.encode):
        array = np.asarray(tensors[name])
        block = little(array).tobytes()
        header[name] = {
            "dtype": _CODES[type_name(array)],
            "shape": list(array.shape),
            "data_offsets": [at, at + len(block)],
        }
        at += len(block)
        blocks.append(block)
    text = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    text += b" " * (-(8 + len(text)) % ALIGNMENT)
    return b"".join([len(text).to_bytes(8, "little"), text, *blocks])


def from_buffer(data: bytes | memoryview, where: str) -> dict[str, np.ndarray]:
    """The tensors of a safetensors file by name, in place where they are aligned, read-only.

    Raises FormatError, beginning with ``where``.
    """
    view = memoryview(data).cast("B")
    start = 8 + _header_size(view, where)
    spans = [
        _read_span(member, name)
        for name, member in _members(Place(parse_json(bytes(view[8:start]), where, LARGEST_HEADER), where))
    ]
    spans.sort(key=lambda span: (span[3], span[4]))
    _check_spans(spans, len(view) - start, where)
    return {
        name: _array(view, start + begin, type_, shape, where, name) for name, type_, shape, begin, _ in spans
    }


def from_file(path: Path, where: str) -> dict[str, np.ndarray]:
    """The tensors of the file at ``path``, mapped into memory."""
    return from_buffer(mapped(path, where), where)


def mapped(path: Path, where: str) -> memoryview:
    """All bytes of a file, mapped into memory. The map lives as long as what refers to it."""
    size_of(path, where)  # a pipe would wait for somebody who writes
    try:
        with open(path, "rb") as file:
            if file.seek(0, 2) == 0:
                return memoryview(b"")
            return memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        raise MissingFile(f"{where}: cannot be read ({error.strerror})") from None


def size_of(path: Path, where: str) -> int:
    """Bytes of a file. Raises MissingFile where there is none, or something else that has a name."""
    try:
        found = path.stat()
    except OSError:
        raise MissingFile(f"{where}: no such file") from None
    if not stat.S_ISREG(found.st_mode):
        raise MissingFile(f"{where}: not a file (a pipe, a device or a folder)")
    return found.st_size


_Span = tuple[str, str, list[int], int, int]  # name, type, shape, begin, end


def little(array: np.ndarray) -> np.ndarray:
    """The array with little-endian elements, as they stand in files and are hashed."""
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def _header_size(view: memoryview, where: str) -> int:
    def refuse(why: str) -> FormatError:
        return FormatError(f"{where}: not a safetensors file: {why}")

    if len(view) < 8:
        raise refuse("shorter than 8 bytes")
    size = int.from_bytes(view[:8], "little")
    if size > LARGEST_HEADER:
        raise refuse("its header would be larger than 100 MB")
    if size > len(view) - 8:
        raise refuse("shorter than its header")
    if size == 0 or view[8] != ord("{"):
        raise refuse("its header does not begin with '{'")
    return size


def _members(header: Place) -> Iterator[tuple[str, Place]]:
    if (about := header.find("__metadata__")) is not None:
        for _, text in about.members():
            text.text()
    return (member for member in header.members() if member[0] != "__metadata__")


def _read_span(place: Place, name: str) -> _Span:
    place.allow(("dtype", "shape", "data_offsets"))
    dtype, shape_place, offsets = place["dtype"], place["shape"], place["data_offsets"]
    type_ = TYPES[decode_choice(dtype, "type", list(TYPES))]
    if len(shape_place.list()) > HIGHEST_RANK:
        shape_place.fail(f"has {len(shape_place)} axes; at most {HIGHEST_RANK} are allowed")
    shape = shape_place.integers_from(0)
    if len(offsets.list()) != 2:
        offsets.fail("should be two integers, the tensor's first byte and the one behind its last")
    begin, end = offsets.integers_from(0)
    size = _byte_count(shape_place, dtype_of(type_).itemsize, shape)
    if end - begin != size:
        offsets.fail(f"should span {size} bytes, is [{begin}, {end}]")
    return name, type_, shape, begin, end


def _byte_count(place: Place, item: int, shape: list[int]) -> int:
    """Bytes of a tensor. No product of some dimensions may overflow: zeros count as one for the limit."""
    if item * math.prod(max(n, 1) for n in shape) >= 1 << 63:
        place.fail(f"{shape} is too large")
    return item * math.prod(shape)


def _check_spans(spans: list[_Span], data_size: int, where: str) -> None:
    at = 0
    for name, _, _, begin, end in spans:
        if begin != at:
            text = f"'{name}' begins at byte {begin}, the tensor before it ends at byte {at}"
            raise FormatError(f"{where}: {text}; tensors leave no holes and never overlap")
        at = end
    if at != data_size:
        unit = "byte" if data_size == 1 else "bytes"
        raise FormatError(f"{where}: holds {data_size} {unit} of tensors, its header says {at}; "
                          "the file was cut or damaged")  # fmt: skip


def _array(view: memoryview, at: int, type_: str, shape: list[int], where: str, name: str) -> np.ndarray:
    dtype = dtype_of("uint8" if type_ == "bool" else type_)
    count = math.prod(shape)
    array = np.frombuffer(view, dtype, count, at) if count else np.empty(0, dtype)
    if type_ == "bool":
        if array.size and array.max() > 1:
            raise FormatError(f"{where}: '{name}' holds a bool that is neither 0 nor 1")
        array = array.view(np.bool_)
    if sys.byteorder == "big" and dtype.itemsize > 1:
        array = array.byteswap()
    if not array.flags.aligned:
        array = array.copy()
    array = array.reshape(shape)
    array.flags.writeable = False
    return array
