"""Files that gzip or xz packed: unpacked in memory, within bounds; and what a zip archive holds."""

from __future__ import annotations

import io
import lzma
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any

from ..errors import FormatError
from . import GZIP

__all__ = ["LARGEST", "XZ", "beginning_of", "unpacked", "zip_names"]

XZ = b"\xfd7zXZ\x00"
LARGEST = 1 << 29  # bytes, unpacked
ZIP = b"PK\x03\x04"
LARGEST_DIRECTORY = 1 << 21  # bytes of the list of what a zip archive holds, to recognise it


def unpacked(data: bytes, where: str) -> bytes:
    """All members of a packed file, one behind the other; other bytes as they are. Raises FormatError."""
    name = "gzip" if data.startswith(GZIP) else "xz"
    if not data.startswith((GZIP, XZ)):
        return data
    whole = b""
    while data.startswith((GZIP, XZ)):
        unpacker = _unpacker(data)
        try:
            whole += _some(unpacker, data, LARGEST - len(whole) + 1)
        except (zlib.error, lzma.LZMAError) as error:
            raise FormatError(f"{where}: a damaged {name} file: {error}") from None
        if len(whole) > LARGEST:
            raise FormatError(f"{where}: a {name} file that unpacks to more than {LARGEST} bytes")
        if not unpacker.eof:
            raise FormatError(f"{where}: a {name} file that is truncated")
        data = unpacker.unused_data
    return whole


def beginning_of(data: bytes, size: int) -> bytes:
    """At most ``size`` bytes of what a file holds whose first bytes are ``data``; b"" if it is damaged."""
    if not data.startswith((GZIP, XZ)):
        return data[:size]
    try:
        return _some(_unpacker(data), data, size)
    except (zlib.error, lzma.LZMAError):
        return b""


def _unpacker(data: bytes) -> Any:
    return zlib.decompressobj(wbits=31) if data.startswith(GZIP) else lzma.LZMADecompressor(lzma.FORMAT_XZ)


def _some(unpacker: Any, data: bytes, most: int) -> bytes:
    return bytes(unpacker.decompress(data, most))


def zip_names(path: Path) -> list[str]:
    """What a zip archive holds; [] for other files, and for one that is damaged or says that its directory is large."""
    try:
        with _Bounded(path) as file:
            if file.read(len(ZIP)) != ZIP:
                return []
            with zipfile.ZipFile(file) as archive:
                return archive.namelist()
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, OverflowError, struct.error):
        return []


class _Bounded(io.FileIO):
    """A file of which nobody reads much at once."""

    def read(self, size: int | None = -1) -> bytes:
        if size is not None and size > LARGEST_DIRECTORY:
            raise zipfile.BadZipFile("its directory is very large")
        return super().read(size)
