"""Files that skops saved, read with zip, JSON and .npy alone: nothing in them is run, and every size is checked."""

from __future__ import annotations

import hashlib
import io
import json
import math
import tokenize
import warnings
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from ...errors import FormatError
from ..packed import zip_names
from .state import State, objects

SCHEMA = "schema.json"

#: Bytes of all members together, unpacked and as often as they are used; bytes of the schema; how much smaller
#: packing may have made a member.
LARGEST, LARGEST_SCHEMA, TIGHTEST = 1 << 32, 1 << 29, 200

DAMAGED = (zipfile.BadZipFile, zlib.error, OSError, EOFError, ValueError, KeyError, NotImplementedError, RuntimeError,
           OverflowError)  # fmt: skip


def is_skops(path: Path) -> bool:
    """Whether the file is a zip archive with a schema of skops."""
    return SCHEMA in zip_names(path)


def sha256_of(path: Path) -> str:
    """The digest of the file."""
    with path.open("rb") as file:
        digest = hashlib.sha256()
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


@contextmanager
def open_skops(path: Path) -> Iterator[State]:
    """The object in a skops file, while the file is open. Raises FormatError."""
    where = str(path)
    try:
        with zipfile.ZipFile(path) as archive:
            members = _Archive(archive, where)
            yield SkopsState(members.schema(), members)
    except FormatError:
        raise
    except (*DAMAGED, RecursionError, MemoryError) as error:
        raise FormatError(f"{where}: no skops file, or a damaged one: {type(error).__name__} {error}") from None


class _Archive:
    """The members of a skops file, each read only as far as it says it is long."""

    def __init__(self, archive: zipfile.ZipFile, where: str):
        self._archive, self.where = archive, where
        self._members = {member.filename: member for member in archive.infolist()}
        self._left = LARGEST
        total = sum(member.file_size for member in self._members.values())
        if len(self._members) != len(archive.infolist()):
            raise FormatError(f"{where}: a member stands twice in the archive; damaged file")
        if total > LARGEST:
            raise FormatError(f"{where}: the members have {total} bytes when unpacked; at most {LARGEST} are read")

    def schema(self) -> dict[str, Any]:
        """The tree of objects."""
        content = json.loads(self._bytes(SCHEMA, LARGEST_SCHEMA))
        if not isinstance(content, dict):
            raise FormatError(f"{self.where}: '{SCHEMA}' holds a {type(content).__name__} instead of an object")
        return content

    def array(self, name: Any) -> np.ndarray:
        """The array in a member."""
        data = self._bytes(str(name), LARGEST)
        try:
            return _array(data)
        except (ValueError, TypeError, SyntaxError, OverflowError, RecursionError, MemoryError, tokenize.TokenError,
                IndexError, AttributeError, KeyError) as error:  # fmt: skip
            raise FormatError(f"{self.where}: member '{name}' is no array of numbers: {error}; damaged file") from None

    def _bytes(self, name: str, limit: int) -> bytes:
        member = self._members.get(name)
        if member is None:
            raise FormatError(f"{self.where}: the archive has no member '{name}'; damaged file")
        if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise FormatError(f"{self.where}: member '{name}' is packed by method {member.compress_type}; stored and "
                              "deflated ones are read")  # fmt: skip
        size, packed = member.file_size, member.compress_size
        self._left -= size
        if size > limit or self._left < 0:
            raise FormatError(f"{self.where}: member '{name}' has {size} bytes when unpacked; at most {limit} are read "
                              f"of one and {LARGEST} of all")  # fmt: skip
        if size > TIGHTEST * packed + 4096:
            raise FormatError(f"{self.where}: member '{name}' would grow from {packed} to {size} bytes when unpacked; "
                              f"no array of a model does that")  # fmt: skip
        with self._archive.open(member) as file:
            data = file.read(size + 1)
        if len(data) != size:
            raise FormatError(f"{self.where}: member '{name}' has {len(data)} bytes, not {size}; damaged file")
        return data


def _array(data: bytes) -> np.ndarray:
    """The array of a .npy file, whose size must be what its header says."""
    file = io.BytesIO(data)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a header of an old version or with odd types
        version = np.lib.format.read_magic(file)
        read = {(1, 0): np.lib.format.read_array_header_1_0, (2, 0): np.lib.format.read_array_header_2_0}.get(version)
        if read is None:
            raise ValueError(f"version {version} of .npy")
        shape, fortran, dtype = read(file)
    if dtype.hasobject or not dtype.itemsize:
        raise ValueError(f"its type is {dtype}")
    if any(each < 0 for each in shape) or math.prod(shape) * dtype.itemsize != len(data) - file.tell():
        raise ValueError(f"shape {shape} of {dtype} in {len(data) - file.tell()} bytes")
    flat = np.frombuffer(data, dtype, offset=file.tell())
    return flat.reshape(shape, order="F" if fortran else "C")


class SkopsState(State):
    """The state of an object in a skops file; ``node`` is its node in the schema."""

    def __init__(self, node: Mapping[str, Any], archive: _Archive):
        self.kind, self.where = str(node.get("__class__", "?"))[:100], archive.where
        self.module = str(node.get("__module__", ""))[:100]
        self._node, self._archive = node, archive

    def items(self) -> Mapping[str, Any]:
        content = self._node.get("content")  # that of an object is the node of a dictionary
        held = content.get("content") if isinstance(content, dict) else None
        return held if isinstance(held, dict) else {}

    def value_of(self, item: Any) -> Any:
        if not isinstance(item, dict):
            raise self.damaged(f"a node of the schema is {repr(item)[:40]}")
        loader, content = item.get("__loader__"), item.get("content")
        if loader == "JsonNode":
            return json.loads(content) if isinstance(content, str) else None
        if loader == "NdArrayNode":
            return self._array_of(item)
        if loader in ("ListNode", "TupleNode") and isinstance(content, list):
            return [self.value_of(each) for each in content]
        if loader == "DictNode" and isinstance(content, dict):
            return {key: self.value_of(each) for key, each in content.items()}
        return SkopsState(item, self._archive)

    def _array_of(self, item: Mapping[str, Any]) -> Any:
        if item.get("type") == "json" and isinstance(item.get("content"), list):
            values, shape = [self.value_of(each) for each in item["content"]], self.value_of(item.get("shape"))
            if len(shape) > 1:  # the list of a matrix is one of lists
                values = _flat(values, len(shape))
            return objects(values, tuple(shape))
        array = self._archive.array(item.get("file"))
        return array if array.ndim or item.get("__class__") == "ndarray" else array.item()


def _flat(values: list[Any], depth: int) -> list[Any]:
    return values if depth == 1 else [one for each in values for one in _flat(each, depth - 1)]
