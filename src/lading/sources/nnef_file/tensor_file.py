"""Tensor files of NNEF (.dat): 128 bytes of header, then the numbers (NNEF 1.0.5, chapter 5).

    0    4E EF, major and minor version      12   up to 8 lengths       48   item type
    4    bytes of data                       44   bits of an item       52   not used
    8    number of axes                                                 128  data, little-endian, C order
"""

from __future__ import annotations

import math
import struct

import numpy as np

from ...errors import FormatError, UnsupportedError

MAGIC = b"\x4e\xef"
HEADER = 128
MOST_AXES = 8

#: What an item is, by its number in the header.
ITEMS = {0: "float", 1: "unsigned", 2: "quantized unsigned", 3: "quantized", 4: "integer", 5: "logical"}

DTYPES = {
    **{("float", bits): f"<f{bits // 8}" for bits in (16, 32, 64)},
    **{("integer", bits): f"<i{bits // 8}" for bits in (8, 16, 32, 64)},
    **{("unsigned", bits): f"<u{bits // 8}" for bits in (8, 16, 32, 64)},
}


def read_tensor(data: bytes, where: str) -> np.ndarray:
    """The array in the bytes of a tensor file. Raises FormatError, or UnsupportedError for quantized ones."""
    if data[:2] != MAGIC:
        raise FormatError(f"{where}: no tensor file of NNEF: begins with {data[:2].hex(' ') or 'nothing'}, not 4e ef")
    if len(data) < HEADER:
        raise FormatError(f"{where}: truncated: {len(data)} bytes, the header alone has {HEADER}")
    if data[2:4] != b"\x01\x00":
        raise UnsupportedError(f"{where}: tensor file of version {data[2]}.{data[3]}; lading reads 1.0")
    size, rank, *lengths, bits, item, old_sign = struct.unpack_from("<2I8I3I", data, 4)
    if rank > MOST_AXES:
        raise FormatError(f"{where}: has {rank} axes; at most {MOST_AXES} are allowed")
    shape = tuple(lengths[:rank])
    kind = ITEMS.get(item, "")
    if kind == "unsigned" and old_sign and data[2:4] == b"\x01\x00":
        kind = "integer"  # as files of 1.0.2 and before say it
    if kind.startswith("quantized"):
        raise UnsupportedError(f"{where}: its numbers are quantized; write the network in float32")
    if (kind, bits) not in DTYPES and (kind, bits) not in (("logical", 1), ("logical", 8)):
        raise FormatError(f"{where}: items of {bits} bits of type {item} are none that NNEF has")
    count = math.prod(shape)
    needed = (count * bits + 7) // 8
    if size != needed:
        raise FormatError(f"{where}: says {size} bytes of data, its shape {list(shape)} needs {needed}")
    if len(data) - HEADER != needed:
        fault = "truncated" if len(data) - HEADER < needed else "too long"
        raise FormatError(f"{where}: {fault}: {len(data) - HEADER} bytes of data, {list(shape)} needs {needed}")
    return _array(data[HEADER:], kind, bits, count).reshape(shape)


def _array(data: bytes, kind: str, bits: int, count: int) -> np.ndarray:
    if kind == "logical":
        raw = np.frombuffer(data, np.uint8)
        return np.unpackbits(raw)[:count].astype(bool) if bits == 1 else raw.astype(bool)
    array = np.frombuffer(data, DTYPES[kind, bits])
    return array.astype(array.dtype.newbyteorder("="))


def tensor_bytes(array: np.ndarray) -> bytes:
    """A float32, integer or bool array as a tensor file."""
    kind, bits = {"f": (0, 8), "u": (1, 8), "i": (4, 8), "b": (5, 1)}[array.dtype.kind]
    bits *= 1 if kind == 5 else array.dtype.itemsize
    data = np.packbits(array).tobytes() if kind == 5 else array.astype(array.dtype.newbyteorder("<")).tobytes()
    lengths = [*array.shape, *[0] * (MOST_AXES - array.ndim)]
    header = MAGIC + b"\x01\x00" + struct.pack("<2I8I2I", len(data), array.ndim, *lengths, bits, kind)
    return header.ljust(HEADER, b"\0") + data
